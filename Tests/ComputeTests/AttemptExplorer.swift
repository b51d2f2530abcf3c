// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

@testable import Compute

/// Goes through every order in which some processes can make their calls to the table of locks, hold the lock, give it
/// back and die, with a table in memory in the kernel's place, and checks what must always be so.
struct AttemptExplorer {
    /// How many processes there are, and how often each wants the lock.
    let processes: Int
    let rounds: Int
    /// What is wrong with the calls.
    var flaw = Flaw.none

    /// A step of the algorithm that is left out.
    enum Flaw: CaseIterable {
        case none, takesAnyLock, ignoresTicketsBefore, ignoresLine, keepsTicket, keepsTicketInDeath
    }

    private struct Process: Hashable {
        var phase = Phase.away
        var attempt = LockAttempt(isWaiting: true, lastTicket: 3)
        var roundsLeft: Int
        /// The processes that had a ticket when this one asked.
        var ahead: Set<Int> = []
    }

    private enum Phase: Hashable {
        case away, calling(LockAttempt.Call), paused, holding, dead
    }

    private struct State: Hashable {
        var processes: [Process]
        var lock: Int?
        var tickets: [LockAttempt.Ticket: Int] = [:]
    }

    private enum Event: Hashable {
        case ask(Int), call(Int), giveBack(Int), die(Int)
    }

    private(set) var states = 0

    init(processes: Int, rounds: Int, flaw: Flaw = .none) {
        (self.processes, self.rounds, self.flaw) = (processes, rounds, flaw)
    }

    /// The first fault; nil where there is none.
    mutating func firstFault() -> String? {
        let first = State(processes: Array(repeating: Process(roundsLeft: rounds), count: processes))
        var seen: Set<State> = [first]
        var open = [first]
        while let state = open.popLast() {
            for event in events(in: state) {
                var next = state
                apply(event, to: &next)
                if let fault = fault(of: next, since: state) { return "\(fault) after \(event) in \(state)" }
                if seen.insert(next).inserted { open.append(next) }
            }
        }
        states = seen.count
        return nil
    }

    private func events(in state: State) -> [Event] {
        var events: [Event] = []
        for (index, process) in state.processes.enumerated() {
            switch process.phase {
            case .away: if process.roundsLeft > 0 { events.append(.ask(index)) }
            case .calling, .paused: events += [.call(index), .die(index)]
            case .holding: events += [.giveBack(index), .die(index)]
            case .dead: break
            }
        }
        return events
    }

    private func apply(_ event: Event, to state: inout State) {
        switch event {
        case .ask(let index):
            state.processes[index].attempt = LockAttempt(isWaiting: true, lastTicket: 3)
            state.processes[index].roundsLeft -= 1
            state.processes[index].ahead = Set(state.tickets.values.filter { $0 != state.lock && $0 != index })
            state.processes[index].phase = .calling(state.processes[index].attempt.start())
        case .call(let index):
            call(index, &state)
        case .giveBack(let index):
            state.lock = nil
            state.processes[index].phase = .away
        case .die(let index):
            state.processes[index].phase = .dead
            if state.lock == index { state.lock = nil }
            if flaw != .keepsTicketInDeath { state.tickets = state.tickets.filter { $0.value != index } }
            served(index, &state)
        }
    }

    private func call(_ index: Int, _ state: inout State) {
        let call: LockAttempt.Call =
            if case .calling(let call) = state.processes[index].phase {
                call
            } else {
                state.processes[index].attempt.start()
            }
        let answer = answer(to: call, of: index, &state)
        switch state.processes[index].attempt.next(after: call, answer) {
        case .call(let next): state.processes[index].phase = .calling(next)
        case .pause: state.processes[index].phase = .paused
        case .done: state.processes[index].phase = .holding
        }
        if case .takeLock = call, answer == .locked(true) { served(index, &state) }
    }

    private func answer(to call: LockAttempt.Call, of index: Int, _ state: inout State) -> LockAttempt.Answer {
        switch call {
        case .findLastTicket:
            return .last(flaw == .ignoresLine ? nil : state.tickets.filter { $0.value != index }.keys.max())
        case .lockTicket(let ticket):
            guard state.tickets[ticket] == nil else { return .locked(false) }
            state.tickets[ticket] = index
            return .locked(true)
        case .findTicket(before: let ticket):
            return .found(flaw != .ignoresTicketsBefore && state.tickets.keys.contains { $0 < ticket })
        case .takeLock:
            guard state.lock == nil || flaw == .takesAnyLock else { return .locked(false) }
            state.lock = index
            return .locked(true)
        case .unlockTicket(let ticket):
            if flaw != .keepsTicket { state.tickets[ticket] = nil }
            return .unlocked
        }
    }

    /// Nobody is behind this process any more.
    private func served(_ index: Int, _ state: inout State) {
        for other in state.processes.indices where other != index { state.processes[other].ahead.remove(index) }
    }

    private func fault(of state: State, since earlier: State) -> String? {
        let inside = state.processes.indices.filter { state.processes[$0].phase == .holding }
        if inside.count > 1 { return "two hold the lock" }
        if let lock = state.lock, lock != earlier.lock, !state.processes[lock].ahead.isEmpty {
            return "\(lock) overtook \(state.processes[lock].ahead)"
        }
        // Where all who are left pause before a free lock, one of them gets it at its next look.
        let phases = state.processes.map(\.phase)
        let isStill = phases.allSatisfy { $0 == .away || $0 == .paused || $0 == .dead }
        if isStill, phases.contains(.paused), !somebodyGetsIt(in: state) { return "nobody gets the free lock" }
        return nil
    }

    private func somebodyGetsIt(in state: State) -> Bool {
        state.processes.indices.contains { index in
            guard state.processes[index].phase == .paused else { return false }
            var next = state
            repeat { call(index, &next) } while isCalling(next.processes[index].phase)
            return next.processes[index].phase == .holding
        }
    }

    private func isCalling(_ phase: Phase) -> Bool {
        if case .calling = phase { return true }
        return false
    }
}
