// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// How one process gets a lock of the table, as a value: it names one call after another, and is told each answer.
///
/// One byte is the lock itself. The bytes after it are tickets: a process that finds the lock taken, or others waiting,
/// locks the byte after the last one that is locked, and tries for the lock only while none before its own is locked.
/// So processes take turns in the order of their tickets, whoever asks later stands behind them, and one that dies
/// leaves no trace, since the kernel unlocks its bytes. Exclusion rests on the lock's byte alone.
struct LockAttempt: Hashable {
    /// A ticket: the distance of its byte from the lock's, from 1.
    typealias Ticket = Int64

    /// The next call.
    enum Call: Hashable {
        /// Find the last ticket that another process has locked.
        case findLastTicket
        /// Lock this ticket, where nobody has.
        case lockTicket(Ticket)
        /// Find out whether another process has locked a ticket before this one.
        case findTicket(before: Ticket)
        /// Lock the lock, where nobody has.
        case takeLock
        /// Unlock this ticket.
        case unlockTicket(Ticket)
    }

    /// What a call found out.
    enum Answer: Hashable {
        /// The last ticket; nil where none is locked.
        case last(Ticket?)
        /// Whether a ticket before ours is locked.
        case found(Bool)
        /// Whether the byte was locked.
        case locked(Bool)
        /// The byte was unlocked.
        case unlocked
    }

    /// What is to be done after an answer.
    enum Action: Hashable {
        /// Make this call, and tell its answer.
        case call(Call)
        /// Another has the lock; start again, with ``start()``, after a while.
        case pause
        /// The lock is ours.
        case done
    }

    /// The ticket that this process has locked.
    private(set) var ticket: Ticket?
    /// Whether it waits in the line; one that does not takes the lock only where nobody has it or waits for it.
    let isWaiting: Bool
    /// The last ticket there is room for.
    let lastTicket: Ticket

    /// An attempt that has made no call yet.
    init(isWaiting: Bool, lastTicket: Ticket) {
        self.isWaiting = isWaiting
        self.lastTicket = lastTicket
    }

    /// The first call, and the first one after each pause.
    func start() -> Call {
        ticket.map { .findTicket(before: $0) } ?? .findLastTicket
    }

    /// What follows from the answer to `call`.
    mutating func next(after call: Call, _ answer: Answer) -> Action {
        switch (call, answer) {
        case (.findLastTicket, .last(nil)):
            return .call(.takeLock)
        case (.findLastTicket, .last(let last?)):
            return queue(after: last)
        case (.lockTicket(let wanted), .locked(true)):
            ticket = wanted
            return .call(.findTicket(before: wanted))
        case (.lockTicket, .locked(false)):
            // Another was faster with the same ticket.
            return .call(.findLastTicket)
        case (.findTicket, .found(let isFound)):
            return isFound ? .pause : .call(.takeLock)
        case (.takeLock, .locked(true)):
            return ticket.map { .call(.unlockTicket($0)) } ?? .done
        case (.takeLock, .locked(false)):
            return ticket == nil ? queue(after: 0) : .pause
        case (.unlockTicket, .unlocked):
            ticket = nil
            return .done
        default:
            preconditionFailure("\(call) was answered with \(answer)")
        }
    }

    private func queue(after last: Ticket) -> Action {
        isWaiting && last < lastTicket ? .call(.lockTicket(last + 1)) : .pause
    }
}
