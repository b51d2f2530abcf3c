// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// Hands a connection's events to all who listen.
///
/// libvirt's callbacks are registered once for each connection, when somebody first listens.
final class EventHub: Sendable {
    private struct State {
        var lastListener = 0
        var listeners: [Int: EventBuffer] = [:]
        var end: DomainEvent?
    }

    private struct Registration {
        var table: CallbackID?
        var callbacks: [Int32] = []
        var hasCloseCallback = false
    }

    static let table = CallbackTable<EventHub>()

    private let state = Guarded(State())
    /// Held while callbacks are registered or removed, which may block: taken on the module's own threads only.
    private let registration = Guarded(Registration())

    /// Adds a listener; gives what takes it off again.
    func add(_ buffer: EventBuffer) -> @Sendable () -> Void {
        let (number, end) = state.withLock { state in
            state.lastListener += 1
            state.listeners[state.lastListener] = buffer
            return (state.lastListener, state.end)
        }
        if let end { buffer.end(with: end) }
        return { [weak self] in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
        }
    }

    func publish(_ event: DomainEvent) {
        for listener in state.withLock({ $0.listeners.values.map { $0 } }) {
            listener.add(event)
        }
    }

    /// Ends every stream of events, now and in future, with `event` as its last element.
    func end(with event: DomainEvent) {
        let listeners = state.withLock { state in
            if state.end == nil { state.end = event }
            return state.listeners.values.map { $0 }
        }
        for listener in listeners { listener.end(with: event) }
    }

    /// Registers libvirt's callbacks, unless that was done. Blocks.
    func register(on connection: OpaquePointer) throws(LibvirtError) {
        try registration.withLock { registration throws(LibvirtError) in
            guard registration.table == nil else { return }
            let id = EventHub.table.add(self)
            registration.table = id
            do throws(LibvirtError) {
                for (kind, callback) in EventHub.callbacks {
                    let number = virConnectDomainEventRegisterAny(
                        connection, nil, Int32(kind.rawValue), callback, id.opaque, nil)
                    registration.callbacks.append(try succeeded("virConnectDomainEventRegisterAny", number))
                }
                // A driver inside this process has no connection to lose, and refuses.
                registration.hasCloseCallback =
                    virConnectRegisterCloseCallback(connection, EventHub.connectionClosed, id.opaque, nil) == 0
            } catch {
                EventHub.undo(&registration, on: connection)
                throw error
            }
        }
    }

    /// Removes libvirt's callbacks, each of which holds a reference to the connection. Blocks.
    func deregister(from connection: OpaquePointer) {
        registration.withLock { EventHub.undo(&$0, on: connection) }
    }

    private static func undo(_ registration: inout Registration, on connection: OpaquePointer) {
        for number in registration.callbacks { virConnectDomainEventDeregisterAny(connection, number) }
        if registration.hasCloseCallback {
            virConnectUnregisterCloseCallback(connection, EventHub.connectionClosed)
        }
        if let id = registration.table { EventHub.table.remove(id) }
        registration = Registration()
    }
}
