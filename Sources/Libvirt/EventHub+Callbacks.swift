// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

// libvirt calls these on the event loop's thread. They copy what they are given and hand it on.
extension EventHub {
    static var callbacks: [(virDomainEventID, virConnectDomainEventGenericCallback?)] {
        [
            (VIR_DOMAIN_EVENT_ID_LIFECYCLE, clibvirt_lifecycle_callback(lifecycle)),
            (VIR_DOMAIN_EVENT_ID_REBOOT, reboot),
            (VIR_DOMAIN_EVENT_ID_WATCHDOG, clibvirt_watchdog_callback(watchdog)),
            (VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, clibvirt_io_error_reason_callback(ioError)),
            (VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, clibvirt_block_job_callback(blockJob)),
            (VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, clibvirt_device_added_callback(deviceAdded)),
            (VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, clibvirt_device_removed_callback(deviceRemoved)),
            (VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, clibvirt_device_removal_failed_callback(deviceRemovalFailed)),
            (VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, clibvirt_agent_lifecycle_callback(agent)),
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
