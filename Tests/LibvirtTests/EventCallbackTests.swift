// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
import Testing

@testable import Libvirt

/// The functions that libvirt calls, called as libvirt does.
@Suite("Callbacks for events")
struct EventCallbackTests {
    /// Calls the callback of a kind, cast to its own type, and gives the event that a listener hears.
    private static func event<Callback>(
        _ kind: virDomainEventID, as type: Callback.Type,
        _ call: (Callback, OpaquePointer, UnsafeMutableRawPointer?) -> Void
    ) async throws -> DomainEvent? {
        let host = try await TestHost()
        let domain = try await host.connection.domain(named: "first")
        let hub = EventHub()
        let buffer = EventBuffer(capacity: 4)
        let leave = hub.add(buffer)
        let id = EventHub.table.add(hub)
        defer {
            EventHub.table.remove(id)
            leave()
        }
        let generic = try #require(EventHub.callbacks.first { $0.kind == kind }?.callback)
        // SAFETY: libvirt casts it to this type for this kind of event.
        call(unsafeBitCast(generic, to: type), domain.handle.pointer, id.opaque)
        buffer.end(with: nil)
        let event = await buffer.next()
        #expect(event?.domain == domain.reference)
        await host.connection.close()
        return event
    }

    @Test("tell of a watchdog, a reboot, an I/O error and a block job")
    func machine() async throws {
        let watchdog = try await Self.event(
            VIR_DOMAIN_EVENT_ID_WATCHDOG, as: virConnectDomainEventWatchdogCallback.self
        ) { $0(nil, $1, 2, $2) }
        guard case .watchdog(_, .reset)? = watchdog else { return wrong(watchdog) }
        let reboot = try await Self.event(
            VIR_DOMAIN_EVENT_ID_REBOOT, as: virConnectDomainEventGenericCallback.self
        ) { $0(nil, $1, $2) }
        guard case .rebooted? = reboot else { return wrong(reboot) }
        let error = try await Self.event(
            VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, as: virConnectDomainEventIOErrorReasonCallback.self
        ) { $0(nil, $1, "/disk", "virtio-disk0", 1, "enospc", $2) }
        guard case .ioError(_, let detail)? = error else { return wrong(error) }
        #expect(detail.path == "/disk" && detail.alias == "virtio-disk0" && detail.reason == "enospc")
        #expect(detail.action == .paused)
        let job = try await Self.event(
            VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, as: virConnectDomainEventBlockJobCallback.self
        ) { $0(nil, $1, "vda", 2, 3, $2) }
        guard case .blockJob(_, let change)? = job else { return wrong(job) }
        #expect(change.disk == "vda" && change.kind == .copy && change.status == .ready)
    }

    @Test("tell of devices, the agent and the balloon")
    func devices() async throws {
        let added = try await Self.event(
            VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, as: virConnectDomainEventDeviceAddedCallback.self
        ) { $0(nil, $1, "net0", $2) }
        guard case .deviceAdded(_, alias: "net0")? = added else { return wrong(added) }
        let removed = try await Self.event(
            VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, as: virConnectDomainEventDeviceRemovedCallback.self
        ) { $0(nil, $1, "net0", $2) }
        guard case .deviceRemoved(_, alias: "net0")? = removed else { return wrong(removed) }
        let failed = try await Self.event(
            VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, as: virConnectDomainEventDeviceRemovalFailedCallback.self
        ) { $0(nil, $1, "net0", $2) }
        guard case .deviceRemovalFailed(_, alias: "net0")? = failed else { return wrong(failed) }
        let agent = try await Self.event(
            VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, as: virConnectDomainEventAgentLifecycleCallback.self
        ) { $0(nil, $1, 1, 2, $2) }
        guard case .agent(_, .connected)? = agent else { return wrong(agent) }
        let balloon = try await Self.event(
            VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, as: virConnectDomainEventBalloonChangeCallback.self
        ) { $0(nil, $1, 1024, $2) }
        guard case .balloon(_, bytes: 1_048_576)? = balloon else { return wrong(balloon) }
        let absurd = try await Self.event(
            VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, as: virConnectDomainEventBalloonChangeCallback.self
        ) { $0(nil, $1, .max, $2) }
        guard case .balloon(_, bytes: .max)? = absurd else { return wrong(absurd) }
    }

    @Test("tell of jobs, metadata and memory that failed")
    func jobs() async throws {
        let iteration = try await Self.event(
            VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION, as: virConnectDomainEventMigrationIterationCallback.self
        ) { $0(nil, $1, 3, $2) }
        guard case .migrationIteration(_, 3)? = iteration else { return wrong(iteration) }
        let job = try await Self.event(
            VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, as: virConnectDomainEventJobCompletedCallback.self
        ) { $0(nil, $1, nil, 0, $2) }
        guard case .jobCompleted(_, let result)? = job else { return wrong(job) }
        #expect(result.operation == .unknown && result.succeeded == nil && result.time == nil)
        let metadata = try await Self.event(
            VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, as: virConnectDomainEventMetadataChangeCallback.self
        ) { $0(nil, $1, 2, "urn:x", $2) }
        guard case .metadata(_, .element(namespace: "urn:x"))? = metadata else { return wrong(metadata) }
        let memory = try await Self.event(
            VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE, as: virConnectDomainEventMemoryFailureCallback.self
        ) { $0(nil, $1, 1, 2, 1, $2) }
        guard case .memoryFailure(_, let failure)? = memory else { return wrong(memory) }
        #expect(failure.recipient == .guest && failure.action == .fatal && failure.mustAct && !failure.isRecursive)
    }

    @Test("each kind is registered once, and those that libvirt 9.0 has are all accepted by the test driver")
    func registered() async throws {
        let kinds = EventHub.callbacks.map(\.kind.rawValue)
        #expect(Set(kinds).count == kinds.count)
        let host = try await TestHost()
        let events = try await host.connection.events()
        let domain = try await host.connection.domain(named: "first")
        try await domain.setMetadata(.title, to: "a title")
        var iterator = events.makeAsyncIterator()
        #expect(await iterator.next() == .metadata(domain.reference, .title))
        await host.connection.close()
    }

    private func wrong(_ event: DomainEvent?) {
        Issue.record("\(String(describing: event))")
    }
}
