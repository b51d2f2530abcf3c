// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// Holds operations until it is opened, and tells when the first one has arrived.
public final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var hasArrival = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextTicket = 0
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Guarded(State())

    /// Whether a cancelled operation goes on.
    let finishing: Bool

    init(finishing: Bool) {
        self.finishing = finishing
    }

    /// Waits until an operation has come to the gate.
    public func arrival() async {
        await withCheckedContinuation { continuation in
            let hasArrival = state.withLock { state in
                if !state.hasArrival { state.watchers.append(continuation) }
                return state.hasArrival
            }
            if hasArrival { continuation.resume() }
        }
    }

    /// Lets all pass, now and later.
    public func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until the gate is open or the task is cancelled.
    func wait() async {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                arrive(ticket, continuation)
            }
        } onCancel: {
            leave(ticket)
        }
    }

    private func arrive(_ ticket: Int, _ continuation: CheckedContinuation<Void, Never>) {
        let (passes, watchers) = state.withLock { state in
            // A task that was cancelled before it came here has had its only call to `leave`.
            let passes = state.isOpen || Task.isCancelled
            if !passes { state.waiting[ticket] = continuation }
            state.hasArrival = true
            defer { state.watchers = [] }
            return (passes, state.watchers)
        }
        for watcher in watchers { watcher.resume() }
        if passes { continuation.resume() }
    }

    private func leave(_ ticket: Int) {
        state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
    }
}
