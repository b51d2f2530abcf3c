/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Roost authors */

/*
 * libvirt when it is needed, and not when the program starts: it brings fifty libraries, whose loading takes longer
 * than all that `roost --version`, help, or a refused document do; and where it is missing, Roost can say so.
 *
 * Each function that Roost calls is defined here as a jump to the address that clibvirt_load found for it. One that is
 * called and not listed does not link.
 */

#include "loading.h"

#include <dlfcn.h>
#include <libvirt/libvirt-qemu.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTIONS(EACH) \
    EACH(virConnectClose) \
    EACH(virConnectDomainEventDeregisterAny) \
    EACH(virConnectDomainEventRegisterAny) \
    EACH(virConnectGetAllDomainStats) \
    EACH(virConnectGetCapabilities) \
    EACH(virConnectGetDomainCapabilities) \
    EACH(virConnectGetHostname) \
    EACH(virConnectGetLibVersion) \
    EACH(virConnectGetVersion) \
    EACH(virConnectIsAlive) \
    EACH(virConnectListAllDomains) \
    EACH(virConnectOpen) \
    EACH(virConnectOpenReadOnly) \
    EACH(virConnectRegisterCloseCallback) \
    EACH(virConnectSetKeepAlive) \
    EACH(virConnectUnregisterCloseCallback) \
    EACH(virDomainAttachDeviceFlags) \
    EACH(virDomainCreateWithFlags) \
    EACH(virDomainCreateXML) \
    EACH(virDomainDefineXMLFlags) \
    EACH(virDomainDestroyFlags) \
    EACH(virDomainDetachDeviceAlias) \
    EACH(virDomainFree) \
    EACH(virDomainGetAutostart) \
    EACH(virDomainGetID) \
    EACH(virDomainGetInfo) \
    EACH(virDomainGetMaxMemory) \
    EACH(virDomainGetMetadata) \
    EACH(virDomainGetName) \
    EACH(virDomainGetState) \
    EACH(virDomainGetUUID) \
    EACH(virDomainGetVcpusFlags) \
    EACH(virDomainGetXMLDesc) \
    EACH(virDomainInterfaceAddresses) \
    EACH(virDomainInterfaceFree) \
    EACH(virDomainIsActive) \
    EACH(virDomainIsPersistent) \
    EACH(virDomainListGetStats) \
    EACH(virDomainLookupByName) \
    EACH(virDomainLookupByUUID) \
    EACH(virDomainOpenConsole) \
    EACH(virDomainReboot) \
    EACH(virDomainReset) \
    EACH(virDomainResume) \
    EACH(virDomainSetAutostart) \
    EACH(virDomainSetBlockIoTune) \
    EACH(virDomainSetMetadata) \
    EACH(virDomainSetVcpusFlags) \
    EACH(virDomainShutdownFlags) \
    EACH(virDomainStatsRecordListFree) \
    EACH(virDomainSuspend) \
    EACH(virDomainUndefineFlags) \
    EACH(virDomainUpdateDeviceFlags) \
    EACH(virEventRegisterDefaultImpl) \
    EACH(virEventRunDefaultImpl) \
    EACH(virGetLastError) \
    EACH(virGetVersion) \
    EACH(virInitialize) \
    EACH(virNodeGetFreeMemory) \
    EACH(virNodeGetInfo) \
    EACH(virSetErrorFunc) \
    EACH(virStreamAbort) \
    EACH(virStreamEventAddCallback) \
    EACH(virStreamEventRemoveCallback) \
    EACH(virStreamEventUpdateCallback) \
    EACH(virStreamFinish) \
    EACH(virStreamFree) \
    EACH(virStreamNew) \
    EACH(virStreamRecv) \
    EACH(virStreamSend) \
    EACH(virTypedParamsAddULLong) \
    EACH(virTypedParamsFree) \
    EACH(virTypedParamsGetBoolean) \
    EACH(virTypedParamsGetInt) \
    EACH(virTypedParamsGetString) \
    EACH(virTypedParamsGetUInt) \
    EACH(virTypedParamsGetULLong)

#if defined(__x86_64__)
#define JUMP(name) "endbr64\n jmp *clibvirt_at_" #name "(%rip)\n"
#elif defined(__aarch64__)
#define JUMP(name) \
    "hint #34\n adrp x16, clibvirt_at_" #name "\n ldr x16, [x16, :lo12:clibvirt_at_" #name "]\n br x16\n"
#else
#error "the jump of this architecture is missing"
#endif

static void called_too_early(void) {
    fputs("libvirt is called before it was loaded\n", stderr);
    abort();
}

#define ADDRESS(name) __attribute__((used)) static void *clibvirt_at_##name = (void *)called_too_early;
FUNCTIONS(ADDRESS)

#define FUNCTION(name) \
    __asm__(".pushsection .text\n .globl " #name "\n .type " #name ", %function\n .p2align 4\n" #name ":\n" JUMP( \
        name) ".size " #name ", . - " #name "\n .popsection\n");
FUNCTIONS(FUNCTION)

static const struct {
    const char *name;
    void **address;
} functions[] = {
#define ENTRY(name) {#name, &clibvirt_at_##name},
    FUNCTIONS(ENTRY)
};

/* Why a library, or a function of it, is not there; for the caller to free. */
static char *reason_of_loader(const char *otherwise) {
    const char *reason = dlerror();
    return strdup(reason ? reason : otherwise);
}

char *clibvirt_load(void) {
    /* Lazily: with RTLD_NOW each of the fifty libraries would be bound in full, also the parts that nobody calls. */
    void *library = dlopen("libvirt.so.0", RTLD_LAZY);
    if (!library) return reason_of_loader("libvirt's client library cannot be loaded");
    for (size_t index = 0; index < sizeof(functions) / sizeof(functions[0]); index++) {
        void *address = dlsym(library, functions[index].name);
        if (!address) return reason_of_loader(functions[index].name);
        *functions[index].address = address;
    }
    return NULL;
}

/* What is QEMU's alone has a library of its own, which few commands need: it is loaded before the first call. */

typedef char *agent_function(virDomainPtr, const char *, int, unsigned int);
typedef int monitor_function(virDomainPtr, const char *, char **, unsigned int);
static agent_function *agent_command;
static monitor_function *monitor_command;
static pthread_mutex_t qemu_lock = PTHREAD_MUTEX_INITIALIZER;

static char *load_qemu(void) {
    if (monitor_command) return NULL;
    void *library = dlopen("libvirt-qemu.so.0", RTLD_LAZY);
    if (!library) return reason_of_loader("libvirt's library for QEMU cannot be loaded");
    agent_command = (agent_function *)dlsym(library, "virDomainQemuAgentCommand");
    if (!agent_command) return reason_of_loader("virDomainQemuAgentCommand");
    monitor_command = (monitor_function *)dlsym(library, "virDomainQemuMonitorCommand");
    return monitor_command ? NULL : reason_of_loader("virDomainQemuMonitorCommand");
}

char *clibvirt_load_qemu(void) {
    pthread_mutex_lock(&qemu_lock);
    char *reason = load_qemu();
    pthread_mutex_unlock(&qemu_lock);
    return reason;
}

char *virDomainQemuAgentCommand(virDomainPtr domain, const char *command, int timeout, unsigned int flags) {
    return agent_command(domain, command, timeout, flags);
}

int virDomainQemuMonitorCommand(virDomainPtr domain, const char *command, char **result, unsigned int flags) {
    return monitor_command(domain, command, result, flags);
}
