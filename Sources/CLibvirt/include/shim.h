/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Roost authors */

#ifndef ROOST_CLIBVIRT_SHIM_H
#define ROOST_CLIBVIRT_SHIM_H

#include <libvirt/libvirt.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <string.h>

#include "loading.h"

/* glibc declares it only under _GNU_SOURCE, which a module cannot ask for. */
extern int pthread_setname_np(pthread_t thread, const char *name);

/*
 * VIR_DOMAIN_EVENT_CALLBACK is a function-like macro, which Swift does not import. One conversion
 * for each callback type keeps the compiler's check of the callback's parameters.
 */

static inline virConnectDomainEventGenericCallback clibvirt_lifecycle_callback(virConnectDomainEventCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_watchdog_callback(
    virConnectDomainEventWatchdogCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_io_error_reason_callback(
    virConnectDomainEventIOErrorReasonCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_block_job_callback(
    virConnectDomainEventBlockJobCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_device_added_callback(
    virConnectDomainEventDeviceAddedCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_device_removed_callback(
    virConnectDomainEventDeviceRemovedCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_device_removal_failed_callback(
    virConnectDomainEventDeviceRemovalFailedCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_agent_lifecycle_callback(
    virConnectDomainEventAgentLifecycleCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_balloon_change_callback(
    virConnectDomainEventBalloonChangeCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_migration_iteration_callback(
    virConnectDomainEventMigrationIterationCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_job_completed_callback(
    virConnectDomainEventJobCompletedCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_metadata_change_callback(
    virConnectDomainEventMetadataChangeCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_memory_failure_callback(
    virConnectDomainEventMemoryFailureCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

/*
 * A domain's state out of a record of statistics, 0 where the driver left it out. virTypedParamsGetInt, once for each
 * number, takes a third of the time in which libvirt makes the record.
 */
static inline void clibvirt_state_of_record(const virDomainStatsRecord *record, int *state, int *reason) {
    *state = *reason = 0;
    for (int index = 0; index < record->nparams; index++) {
        const virTypedParameter *parameter = &record->params[index];
        if (parameter->type != VIR_TYPED_PARAM_INT) continue;
        if (strcmp(parameter->field, "state.state") == 0) *state = parameter->value.i;
        else if (strcmp(parameter->field, "state.reason") == 0) *reason = parameter->value.i;
    }
}

#endif
