// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

package import InstanceModel

/// One turn for each instance among the tasks of this process, in the order in which they asked.
///
/// The part of ``DomainLocks`` that needs no file. No thread is blocked while waiting.
package final class TaskLines: Sendable {
    private typealias Line = WaitingLine<CheckedContinuation<Turn, Never>>

    private let lines = Guarded<[InstanceID: Line]>([:])

    /// Lines in which nobody waits.
    package init() {}

    /// Waits for the instance's turn, at most until `until`; whoever is granted it gives it up with ``pass(_:)``.
    package func enter(_ id: InstanceID, until: ContinuousClock.Instant? = nil) async -> Turn {
        // One that was cancelled has no turn to get, however free the line is.
        if Task.isCancelled { return .cancelled }
        let (ticket, isTurn) = lines.withLock { lines in
            let ticket = lines[id, default: Line()].join()
            return (ticket, lines[id]?.isTurn(of: ticket) == true)
        }
        if isTurn { return .granted }
        guard let until else { return await turn(of: ticket, in: id) }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                guard (try? await Task.sleep(until: until, clock: .continuous)) != nil else { return }
                self.leave(ticket, id, because: .expired)
            }
            let turn = await turn(of: ticket, in: id)
            group.cancelAll()
            return turn
        }
    }

    /// Takes the turn where nobody has it or waits for it.
    package func tryEnter(_ id: InstanceID) -> Bool {
        lines.withLock { $0[id, default: Line()].joinIfEmpty() != nil }
    }

    /// Gives the turn to the next in the line.
    package func pass(_ id: InstanceID) {
        let next = lines.withLock { lines in
            let next = lines[id]?.advance() ?? nil
            if lines[id]?.isEmpty == true { lines[id] = nil }
            return next
        }
        next?.resume(returning: .granted)
    }

    /// How many tasks wait for the instance's turn.
    func waitingTasks(for id: InstanceID) -> Int {
        lines.withLock { $0[id]?.count ?? 0 }
    }

    private func turn(of ticket: Line.Ticket, in id: InstanceID) async -> Turn {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let turn = lines.withLock { lines -> Turn? in
                    // A handler that ran before this found nobody to tell.
                    if Task.isCancelled { _ = lines[id]?.leave(ticket, because: .cancelled) }
                    let turn = lines[id]?.wait(ticket, continuation) ?? nil
                    if lines[id]?.isEmpty == true { lines[id] = nil }
                    return turn
                }
                if let turn { continuation.resume(returning: turn) }
            }
        } onCancel: {
            leave(ticket, id, because: .cancelled)
        }
    }

    private func leave(_ ticket: Line.Ticket, _ id: InstanceID, because turn: Turn) {
        let waiter = lines.withLock { $0[id]?.leave(ticket, because: turn) ?? nil }
        waiter?.resume(returning: turn)
    }
}
