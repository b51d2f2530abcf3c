// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The events that one listener has not taken yet.
///
/// Bounded: when it is full, events are dropped until the listener has taken what there is, and a `gap` stands for
/// what is missing. The last element, `closed`, always fits.
final class EventBuffer: Sendable {
    private struct State {
        var events: [DomainEvent] = []
        var isMissing = false
        var last: DomainEvent?
        var isEnded = false
        var listeners: [CheckedContinuation<DomainEvent?, Never>] = []

        mutating func next() -> DomainEvent?? {
            if !events.isEmpty { return events.removeFirst() }
            if isMissing {
                isMissing = false
                return .gap
            }
            if let last {
                self.last = nil
                return last
            }
            return isEnded ? .some(nil) : nil
        }
    }

    private let capacity: Int
    private let state = Guarded(State())

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// Adds an event, unless the listener is too far behind.
    func add(_ event: DomainEvent) {
        let listener = state.withLock { state -> CheckedContinuation<DomainEvent?, Never>? in
            if state.isEnded { return nil }
            if let listener = state.listeners.first {
                state.listeners.removeFirst()
                return listener
            }
            if state.isMissing || state.events.count >= capacity {
                state.isMissing = true
            } else {
                state.events.append(event)
            }
            return nil
        }
        listener?.resume(returning: event)
    }

    /// Lets the listener have what there is, then `last`, then the end.
    func end(with last: DomainEvent?) {
        let listeners = state.withLock { state in
            defer {
                state.listeners = []
                state.isEnded = true
            }
            if state.isEnded { return state.listeners }
            // Who already waits gets the last element at once; there is nothing before it.
            if state.listeners.isEmpty { state.last = last }
            return state.listeners
        }
        for (index, listener) in listeners.enumerated() {
            listener.resume(returning: index == 0 ? last : nil)
        }
    }

    /// The next event, as soon as there is one; `nil` is the end.
    func next() async -> DomainEvent? {
        let event = await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> DomainEvent?? in
                let answer = state.next()
                if answer == nil { state.listeners.append(continuation) }
                return answer
            }
            if let answer { continuation.resume(returning: answer) }
        }
        state.synchronize()
        return event
    }
}
