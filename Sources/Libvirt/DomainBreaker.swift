// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A call that hangs: nobody waits for it any more, and it has not returned.
struct HungCall: Sendable, Hashable {
    /// The C function.
    let call: String
    /// When it was made.
    let since: ContinuousClock.Instant
}

/// Whether calls to one target are made: all of them, none while one hangs, and one on trial after that.
///
/// A value that takes events, each about a call by its number, and says what follows; it knows no thread, no clock and
/// no libvirt.
struct DomainBreaker: Sendable, Equatable {
    private enum State: Equatable {
        case closed
        /// Calls hang, by their numbers.
        case open([Int: HungCall])
        /// None hangs any more; the next call shows whether the target answers.
        case halfOpen(last: HungCall, trial: Int?)
    }

    /// What becomes of a call that wants to be made.
    enum Answer: Equatable {
        case make
        case refuse(HungCall)
    }

    /// What is to be done because a call hangs.
    enum Reaction: Equatable {
        case nothing
        /// Calls that wait for a thread would only hang too.
        case refuseWaiting(HungCall)
    }

    private var state = State.closed

    /// Whether there is nothing to remember.
    var isClosed: Bool { state == .closed }

    /// Whether nothing is lost but the trial where this is forgotten.
    var isIdle: Bool {
        switch state {
        case .closed, .halfOpen(_, trial: nil): true
        case .open, .halfOpen: false
        }
    }

    /// A call wants to be made.
    mutating func asked(_ number: Int) -> Answer {
        switch state {
        case .closed: return .make
        case .open(let hung): return .refuse(Self.first(of: hung))
        case .halfOpen(let last, nil):
            state = .halfOpen(last: last, trial: number)
            return .make
        case .halfOpen(let last, _): return .refuse(last)
        }
    }

    /// A call that was made hangs.
    mutating func hung(_ number: Int, _ call: HungCall) -> Reaction {
        switch state {
        case .closed, .halfOpen:
            state = .open([number: call])
            return .refuseWaiting(call)
        case .open(var hung):
            hung[number] = call
            state = .open(hung)
            return .nothing
        }
    }

    /// A call returned, in time or late.
    mutating func returned(_ number: Int) {
        switch state {
        case .closed: break
        case .open(var hung):
            guard let call = hung.removeValue(forKey: number) else { break }
            state = hung.isEmpty ? .halfOpen(last: call, trial: nil) : .open(hung)
        case .halfOpen(_, let trial):
            if trial == number { state = .closed }
        }
    }

    /// A call that was let through was never made.
    mutating func dropped(_ number: Int) {
        if case .halfOpen(let last, let trial) = state, trial == number { state = .halfOpen(last: last, trial: nil) }
    }

    private static func first(of hung: [Int: HungCall]) -> HungCall {
        guard let first = hung.values.min(by: { $0.since < $1.since }) else {
            preconditionFailure("a breaker is open, and no call hangs")
        }
        return first
    }
}

/// The breakers of all targets of which one is remembered: those with calls that hang, or lately did.
struct DomainBreakers: Sendable {
    /// How many that only wait for a trial are kept; a domain that is gone is never tried again.
    private static let idleLimit = 256

    private var breakers: [CallTarget: DomainBreaker] = [:]

    /// How many are remembered.
    var count: Int { breakers.count }

    /// A call wants to be made.
    mutating func asked(_ number: Int, of target: CallTarget) -> DomainBreaker.Answer {
        breakers[target]?.asked(number) ?? .make
    }

    /// A call that was made hangs.
    mutating func hung(_ number: Int, _ call: HungCall, of target: CallTarget) -> DomainBreaker.Reaction {
        if breakers[target] == nil, breakers.count >= Self.idleLimit {
            breakers = breakers.filter { !$0.value.isIdle }
        }
        return breakers[target, default: DomainBreaker()].hung(number, call)
    }

    /// A call returned, in time or late.
    mutating func returned(_ number: Int, of target: CallTarget) {
        breakers[target]?.returned(number)
        if breakers[target]?.isClosed == true { breakers[target] = nil }
    }

    /// A call that was let through was never made.
    mutating func dropped(_ number: Int, of target: CallTarget) {
        breakers[target]?.dropped(number)
    }
}
