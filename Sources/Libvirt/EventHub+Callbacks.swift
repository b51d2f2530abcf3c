// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

// libvirt calls these on the event loop's thread. They copy what they are given and hand it on.
extension EventHub {
    /// A kind of event, and what libvirt is to call for it.
    struct Callback {
        let kind: virDomainEventID
        let callback: virConnectDomainEventGenericCallback?
        /// Whether a daemon may refuse it, as one does that is older than the kind.
        var isOptional = false
    }

    static var callbacks: [Callback] {
        [
            Callback(kind: VIR_DOMAIN_EVENT_ID_LIFECYCLE, callback: clibvirt_lifecycle_callback(lifecycle)),
            Callback(kind: VIR_DOMAIN_EVENT_ID_REBOOT, callback: reboot),
            Callback(kind: VIR_DOMAIN_EVENT_ID_WATCHDOG, callback: clibvirt_watchdog_callback(watchdog)),
            Callback(kind: VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, callback: clibvirt_io_error_reason_callback(ioError)),
            Callback(kind: VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, callback: clibvirt_block_job_callback(blockJob)),
            Callback(kind: VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, callback: clibvirt_device_added_callback(deviceAdded)),
            Callback(
                kind: VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, callback: clibvirt_device_removed_callback(deviceRemoved)),
            Callback(
                kind: VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED,
                callback: clibvirt_device_removal_failed_callback(deviceRemovalFailed)),
            Callback(kind: VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, callback: clibvirt_agent_lifecycle_callback(agent)),
            Callback(
                kind: VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, callback: clibvirt_balloon_change_callback(balloon),
                isOptional: true),
            Callback(
                kind: VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION,
                callback: clibvirt_migration_iteration_callback(migrationIteration), isOptional: true),
            Callback(
                kind: VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, callback: clibvirt_job_completed_callback(jobCompleted),
                isOptional: true),
            Callback(
                kind: VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, callback: clibvirt_metadata_change_callback(metadata),
                isOptional: true),
            Callback(
                kind: VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE, callback: clibvirt_memory_failure_callback(memoryFailure),
                isOptional: true),
        ]
    }

    static var connectionClosed: virConnectCloseFunc {
        { _, reason, opaque in
            EventHub.table.target(of: opaque)?.end(with: .closed(.init(rawValue: reason)))
        }
    }

    private static var lifecycle: virConnectDomainEventCallback {
        { _, domain, event, detail, opaque in
            EventHub.publish(domain, opaque) { .lifecycle($0, LifecycleChange(event: event, detail: detail)) }
            return 0
        }
    }

    private static var reboot: virConnectDomainEventGenericCallback {
        { _, domain, opaque in
            EventHub.publish(domain, opaque) { .rebooted($0) }
        }
    }

    private static var watchdog: virConnectDomainEventWatchdogCallback {
        { _, domain, action, opaque in
            EventHub.publish(domain, opaque) { .watchdog($0, .init(rawValue: action)) }
        }
    }

    private static var ioError: virConnectDomainEventIOErrorReasonCallback {
        {
            _, domain, path, alias, action, reason, opaque in
            EventHub.publish(domain, opaque) {
                .ioError(
                    $0,
                    DomainEvent.IOErrorDetail(
                        path: EventHub.text(path), alias: EventHub.text(alias), action: .init(rawValue: action),
                        reason: EventHub.text(reason)))
            }
        }
    }

    private static var blockJob: virConnectDomainEventBlockJobCallback {
        { _, domain, disk, kind, status, opaque in
            EventHub.publish(domain, opaque) {
                .blockJob(
                    $0,
                    DomainEvent.BlockJobChange(
                        disk: EventHub.text(disk), kind: .init(rawValue: kind), status: .init(rawValue: status)))
            }
        }
    }

    private static var deviceAdded: virConnectDomainEventDeviceAddedCallback {
        { _, domain, alias, opaque in
            EventHub.publish(domain, opaque) { .deviceAdded($0, alias: EventHub.text(alias)) }
        }
    }

    private static var deviceRemoved: virConnectDomainEventDeviceRemovedCallback {
        { _, domain, alias, opaque in
            EventHub.publish(domain, opaque) { .deviceRemoved($0, alias: EventHub.text(alias)) }
        }
    }

    private static var deviceRemovalFailed: virConnectDomainEventDeviceRemovalFailedCallback {
        {
            _, domain, alias, opaque in
            EventHub.publish(domain, opaque) { .deviceRemovalFailed($0, alias: EventHub.text(alias)) }
        }
    }

    private static var agent: virConnectDomainEventAgentLifecycleCallback {
        { _, domain, state, _, opaque in
            EventHub.publish(domain, opaque) { .agent($0, .init(state: state)) }
        }
    }

    private static var balloon: virConnectDomainEventBalloonChangeCallback {
        { _, domain, kibibytes, opaque in
            // libvirt's number is as large as QEMU says, which a guest has a hand in.
            let (bytes, overflows) = UInt64(kibibytes).multipliedReportingOverflow(by: 1024)
            EventHub.publish(domain, opaque) { .balloon($0, bytes: overflows ? .max : bytes) }
        }
    }

    private static var migrationIteration: virConnectDomainEventMigrationIterationCallback {
        { _, domain, iteration, opaque in
            EventHub.publish(domain, opaque) { .migrationIteration($0, Int(iteration)) }
        }
    }

    private static var jobCompleted: virConnectDomainEventJobCompletedCallback {
        { _, domain, list, count, opaque in
            let parameters = TypedParameters(list, count: count)
            EventHub.publish(domain, opaque) {
                .jobCompleted(
                    $0,
                    DomainEvent.JobResult(
                        operation: .init(rawValue: parameters.int(VIR_DOMAIN_JOB_OPERATION) ?? 0),
                        succeeded: parameters.boolean(VIR_DOMAIN_JOB_SUCCESS),
                        time: parameters.unsignedLong(VIR_DOMAIN_JOB_TIME_ELAPSED).map {
                            .milliseconds(Int64(clamping: $0))
                        },
                        message: parameters.text(VIR_DOMAIN_JOB_ERRMSG)))
            }
        }
    }

    private static var metadata: virConnectDomainEventMetadataChangeCallback {
        { _, domain, kind, namespace, opaque in
            let namespace = namespace.map { String(cString: $0) }
            EventHub.publish(domain, opaque) { .metadata($0, .init(kind: kind, namespace: namespace)) }
        }
    }

    private static var memoryFailure: virConnectDomainEventMemoryFailureCallback {
        { _, domain, recipient, action, flags, opaque in
            EventHub.publish(domain, opaque) {
                .memoryFailure(
                    $0,
                    DomainEvent.MemoryFailure(
                        recipient: .init(rawValue: recipient), action: .init(rawValue: action),
                        mustAct: flags & VIR_DOMAIN_MEMORY_FAILURE_ACTION_REQUIRED.rawValue != 0,
                        isRecursive: flags & VIR_DOMAIN_MEMORY_FAILURE_RECURSIVE.rawValue != 0))
            }
        }
    }

    private static func publish(
        _ domain: OpaquePointer?, _ opaque: UnsafeMutableRawPointer?, _ event: (DomainReference) -> DomainEvent
    ) {
        guard let hub = table.target(of: opaque), let reference = DomainReference(domain) else { return }
        hub.publish(event(reference))
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String {
        text.map { String(cString: $0) } ?? ""
    }
}
