// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The line of the tasks of one process before one lock: first come, first served.
///
/// A task joins, and then waits for its turn; it may be told to leave before, between and after.
struct WaitingLine<Waiter> {
    /// A place in the line.
    typealias Ticket = UInt64

    /// How many wait for their turn.
    var count: Int { places.count - passed }

    private var nextTicket: Ticket = 0
    private var holder: Ticket?
    /// Those who wait, by ascending ticket, after the first `passed`, which are gone.
    private var places: [Place] = []
    private var passed = 0
    private var left: [Ticket: Turn] = [:]

    /// One that waits; it may not have said yet how it is told.
    struct Place {
        let ticket: Ticket
        var waiter: Waiter?
    }

    /// Whether nobody holds the turn, waits for it, or has yet to hear that it left.
    var isEmpty: Bool { holder == nil && count == 0 && left.isEmpty }

    /// Joins the end of the line; has the turn at once where the line is empty.
    mutating func join() -> Ticket {
        defer { nextTicket += 1 }
        if holder == nil {
            holder = nextTicket
        } else {
            places.append(Place(ticket: nextTicket, waiter: nil))
        }
        return nextTicket
    }

    /// Takes the turn where nobody has it.
    mutating func joinIfEmpty() -> Ticket? {
        holder == nil ? join() : nil
    }

    /// Whether `ticket` has the turn.
    func isTurn(of ticket: Ticket) -> Bool { holder == ticket }

    /// Waits for the turn of `ticket`; gives the answer where it is already known, and keeps `waiter` otherwise.
    mutating func wait(_ ticket: Ticket, _ waiter: Waiter) -> Turn? {
        if holder == ticket { return .granted }
        if let turn = left.removeValue(forKey: ticket) { return turn }
        guard let index = index(of: ticket) else {
            preconditionFailure("ticket \(ticket) waits in a line that it never joined")
        }
        places[index].waiter = waiter
        return nil
    }

    /// Takes `ticket` out of the line, and gives who is to be told; changes nothing once it has the turn.
    mutating func leave(_ ticket: Ticket, because turn: Turn) -> Waiter? {
        guard let index = index(of: ticket) else { return nil }
        let waiter = places.remove(at: index).waiter
        if waiter == nil { left[ticket] = turn }
        return waiter
    }

    /// Gives the turn to the next in the line; who is to be told of it is nil where nobody waits yet.
    mutating func advance() -> Waiter? {
        guard count > 0 else {
            holder = nil
            return nil
        }
        holder = places[passed].ticket
        let waiter = places[passed].waiter
        places[passed].waiter = nil
        passed += 1
        // Moved together only now and then, so that a long line does not move at each turn.
        if passed * 2 >= places.count {
            places.removeFirst(passed)
            passed = 0
        }
        return waiter
    }

    /// Where `ticket` waits; nil where it does not. Tickets ascend, so that half of them are ruled out at each look.
    private func index(of ticket: Ticket) -> Int? {
        var (low, high) = (passed, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].ticket < ticket { low = middle + 1 } else { high = middle }
        }
        return low < places.count && places[low].ticket == ticket ? low : nil
    }
}

extension WaitingLine.Place: Equatable, Hashable where Waiter: Hashable {}
extension WaitingLine: Equatable, Hashable where Waiter: Hashable {}
extension WaitingLine.Place: Sendable where Waiter: Sendable {}
extension WaitingLine: Sendable where Waiter: Sendable {}

/// What a task that waits in a line is told.
package enum Turn: Sendable, Hashable {
    /// It has the turn.
    case granted
    /// It was cancelled.
    case cancelled
    /// Its time was over.
    case expired
}
