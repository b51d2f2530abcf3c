// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The line of the tasks of one process before one lock: first come, first served.
///
/// A task joins, and then waits for its turn; it may be told to leave before, between and after.
struct WaitingLine<Waiter> {
    /// A place in the line.
    typealias Ticket = UInt64

    /// How many wait for their turn.
    var count: Int { waiting.count }

    private var nextTicket: Ticket = 0
    private var holder: Ticket?
    private var waiting: [(ticket: Ticket, waiter: Waiter?)] = []
    private var left: [Ticket: Turn] = [:]

    /// Whether nobody holds the turn, waits for it, or has yet to hear that it left.
    var isEmpty: Bool { holder == nil && waiting.isEmpty && left.isEmpty }

    /// Joins the end of the line; has the turn at once where the line is empty.
    mutating func join() -> Ticket {
        defer { nextTicket += 1 }
        if holder == nil {
            holder = nextTicket
        } else {
            waiting.append((nextTicket, nil))
        }
        return nextTicket
    }

    /// Takes the turn where nobody has it.
    mutating func joinIfEmpty() -> Ticket? {
        holder == nil ? join() : nil
    }

    /// Waits for the turn of `ticket`; gives the answer where it is already known, and keeps `waiter` otherwise.
    mutating func wait(_ ticket: Ticket, _ waiter: Waiter) -> Turn? {
        if holder == ticket { return .granted }
        if let turn = left.removeValue(forKey: ticket) { return turn }
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else {
            preconditionFailure("ticket \(ticket) waits in a line that it never joined")
        }
        waiting[index].waiter = waiter
        return nil
    }

    /// Takes `ticket` out of the line, and gives who is to be told; changes nothing once it has the turn.
    mutating func leave(_ ticket: Ticket, because turn: Turn) -> Waiter? {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        let waiter = waiting.remove(at: index).waiter
        if waiter == nil { left[ticket] = turn }
        return waiter
    }

    /// Gives the turn to the next in the line; who is to be told of it is nil where nobody waits yet.
    mutating func advance() -> Waiter? {
        guard !waiting.isEmpty else {
            holder = nil
            return nil
        }
        let next = waiting.removeFirst()
        holder = next.ticket
        return next.waiter
    }
}

/// What a task that waits in a line is told.
enum Turn: Sendable, Hashable {
    /// It has the turn.
    case granted
    /// It was cancelled.
    case cancelled
    /// Its time was over.
    case expired
}
