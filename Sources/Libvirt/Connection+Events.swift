// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension Connection {
    /// How many events a stream holds for a listener that is behind, unless it says otherwise.
    public static var defaultEventCapacity: Int { 256 }

    /// What happens to the connection's domains from now on.
    ///
    /// `virConnectDomainEventRegisterAny`, libvirt 0.8.0, and `virConnectRegisterCloseCallback`, 0.10.0. Blocks, in the
    /// lane `control`, the first time; the callbacks are in place when it returns. Each call gives a stream of its own,
    /// for one listener, which holds the connection until it is dropped or has ended.
    ///
    /// - Parameters:
    ///   - capacity: How many events are held for the listener; what comes then is dropped and shows as a `gap`.
    ///   - deadline: When to give up.
    /// - Returns: The events in libvirt's order; `closed` is the last.
    /// - Throws: `reported` where the driver has no events; as ``CallThreads/call(_:lane:deadline:_:)``, and
    ///   `closed`.
    public func events(
        capacity: Int = defaultEventCapacity, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> AsyncStream<DomainEvent> {
        let handle = try open()
        let buffer = EventBuffer(capacity: capacity)
        // Listens before the callbacks are in place, so that nothing falls in between.
        let subscription = EventSubscription(to: handle, buffer)
        try await handle.call("virConnectDomainEventRegisterAny", lane: .control, deadline: deadline) {
            connection throws(LibvirtError) in
            try handle.events.register(on: connection)
        }
        return AsyncStream {
            await subscription.next()
        } onCancel: {
            buffer.end(with: nil)
        }
    }
}

/// One listener; it is taken off when this object goes.
private final class EventSubscription: Sendable {
    private let connection: ConnectionHandle
    private let buffer: EventBuffer
    private let leave: @Sendable () -> Void

    init(to connection: ConnectionHandle, _ buffer: EventBuffer) {
        self.connection = connection
        self.buffer = buffer
        leave = connection.events.add(buffer)
        connection.ledger.add(.subscription)
    }

    deinit {
        leave()
        connection.ledger.remove(.subscription)
    }

    func next() async -> DomainEvent? {
        await buffer.next()
    }
}
