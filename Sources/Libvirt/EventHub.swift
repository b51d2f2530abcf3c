// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// Hands a connection's events to all who listen.
///
/// libvirt's callbacks for events are registered once for each connection, when somebody first listens; the one for
/// its end when it is opened.
final class EventHub: Sendable {
    private struct State {
        var lastListener = 0
        var listeners: [Int: EventBuffer] = [:]
        var end: DomainEvent?
        var isWatched = false
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

    /// Whether the connection was closed or lost.
    var hasEnded: Bool { state.withLock { $0.end != nil } }

    /// Whether libvirt tells when the connection is lost: a driver inside this process has none to lose.
    var isWatched: Bool { state.withLock { $0.isWatched } }

    /// Has libvirt tell when the connection is lost. Blocks.
    func watchForEnd(of connection: OpaquePointer) {
        let isWatched = registration.withLock { registration in
            guard !registration.hasCloseCallback else { return true }
            let id = identity(in: &registration)
            // A driver inside this process refuses.
            registration.hasCloseCallback =
                virConnectRegisterCloseCallback(connection, EventHub.connectionClosed, id.opaque, nil) == 0
            return registration.hasCloseCallback
        }
        state.withLock { $0.isWatched = isWatched }
    }

    /// Registers libvirt's callbacks for events, unless that was done. Blocks.
    func register(on connection: OpaquePointer) throws(LibvirtError) {
        try registration.withLock { registration throws(LibvirtError) in
            guard registration.callbacks.isEmpty else { return }
            let id = identity(in: &registration)
            do throws(LibvirtError) {
                for event in EventHub.callbacks {
                    let number = virConnectDomainEventRegisterAny(
                        connection, nil, Int32(event.kind.rawValue), event.callback, id.opaque, nil)
                    // What an older daemon does not know does not happen there.
                    if number < 0, event.isOptional { continue }
                    registration.callbacks.append(try succeeded("virConnectDomainEventRegisterAny", number))
                }
            } catch {
                EventHub.removeCallbacks(of: &registration, from: connection)
                throw error
            }
        }
    }

    /// What C knows this object by.
    private func identity(in registration: inout Registration) -> CallbackID {
        if let id = registration.table { return id }
        let id = EventHub.table.add(self)
        registration.table = id
        return id
    }

    /// Removes libvirt's callbacks, each of which holds a reference to the connection. Blocks.
    func deregister(from connection: OpaquePointer) {
        registration.withLock { registration in
            EventHub.removeCallbacks(of: &registration, from: connection)
            if registration.hasCloseCallback {
                virConnectUnregisterCloseCallback(connection, EventHub.connectionClosed)
            }
            if let id = registration.table { EventHub.table.remove(id) }
            registration = Registration()
        }
    }

    private static func removeCallbacks(of registration: inout Registration, from connection: OpaquePointer) {
        for number in registration.callbacks { virConnectDomainEventDeregisterAny(connection, number) }
        registration.callbacks = []
    }
}
