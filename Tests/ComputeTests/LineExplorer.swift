// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

@testable import Compute

/// What an explorer needs of a line: ``WaitingLine``, or one with a flaw.
protocol ExplorableLine: Hashable, SendableMetatype {
    init()
    var isEmpty: Bool { get }
    mutating func join() -> UInt64
    mutating func joinIfEmpty() -> UInt64?
    func isTurn(of ticket: UInt64) -> Bool
    mutating func wait(_ ticket: UInt64, _ waiter: Int) -> Turn?
    mutating func leave(_ ticket: UInt64, because turn: Turn) -> Int?
    mutating func advance() -> Int?
}

extension WaitingLine<Int>: ExplorableLine {}

/// Goes through every order in which some tasks can arrive at a line, wait, be cancelled, run out of time and give the
/// turn up, and checks after each event what must always be so.
struct LineExplorer<Line: ExplorableLine> {
    /// How many tasks there are.
    let tasks: Int

    /// A task, as whoever calls the line sees it.
    private struct Task: Hashable {
        var phase = Phase.away
        var ticket: UInt64 = 0
        var mayBeCancelled = true
        var mayExpire = true
    }

    private enum Phase: Hashable {
        case away, joined, waiting, holding, gone
    }

    private struct State: Hashable {
        var line = Line()
        var tasks: [Task]
        /// Those that joined and were not told yet, in the order of their joining.
        var expected: [Int] = []
    }

    private enum Event: Hashable {
        case join(Int), tryToJoin(Int), wait(Int), leave(Int, Turn), giveUp(Int)
    }

    private struct Broken: Error {
        let rule: String
    }

    /// How many states were seen.
    private(set) var states = 0

    init(tasks: Int) { self.tasks = tasks }

    /// The rule that is broken first, and the events that lead there; nil where every rule holds everywhere.
    mutating func firstFault() -> String? {
        let first = State(tasks: Array(repeating: Task(), count: tasks))
        var seen: Set<State> = [first]
        var open = [(first, [Event]())]
        while let (state, path) = open.popLast() {
            let events = Self.events(in: state)
            for event in events {
                var next = state
                do {
                    try Self.apply(event, to: &next)
                    try Self.check(next)
                } catch {
                    return "\((error as? Broken)?.rule ?? "\(error)") after \(path + [event])"
                }
                if seen.insert(next).inserted { open.append((next, path + [event])) }
            }
            // Cancellations and deadlines need not come; without them nobody may be left behind.
            if !events.contains(where: Self.isProgress), state.tasks.contains(where: { $0.phase == .waiting }) {
                return "somebody waits for ever after \(path)"
            }
        }
        states = seen.count
        return nil
    }

    private static func isProgress(_ event: Event) -> Bool {
        if case .leave = event { return false }
        return true
    }

    private static func events(in state: State) -> [Event] {
        var events: [Event] = []
        // Tasks are alike: they come in the order of their numbers.
        if let next = state.tasks.firstIndex(where: { $0.phase == .away }) {
            events += [.join(next), .tryToJoin(next)]
        }
        for (index, task) in state.tasks.enumerated() {
            switch task.phase {
            case .away: continue
            case .joined: events.append(.wait(index))
            case .holding: events.append(.giveUp(index))
            case .waiting, .gone: break
            }
            // They may come late, once the task has its turn or has gone.
            if task.mayBeCancelled { events.append(.leave(index, .cancelled)) }
            if task.mayExpire { events.append(.leave(index, .expired)) }
        }
        return events
    }

    private static func apply(_ event: Event, to state: inout State) throws {
        switch event {
        case .join(let index):
            state.tasks[index].ticket = state.line.join()
            state.tasks[index].phase = .joined
            state.expected.append(index)
            if state.line.isTurn(of: state.tasks[index].ticket) { try tell(index, .granted, &state) }
        case .tryToJoin(let index):
            if let ticket = state.line.joinIfEmpty() {
                state.tasks[index].ticket = ticket
                state.expected.append(index)
                try tell(index, .granted, &state)
            } else {
                guard state.tasks.contains(where: { $0.phase == .holding || $0.phase == .joined }) else {
                    throw Broken(rule: "a free turn was refused")
                }
                state.tasks[index] = Task(phase: .gone, mayBeCancelled: false, mayExpire: false)
            }
        case .wait(let index):
            if let turn = state.line.wait(state.tasks[index].ticket, index) {
                try tell(index, turn, &state)
            } else {
                state.tasks[index].phase = .waiting
            }
        case .leave(let index, let turn):
            if turn == .cancelled { state.tasks[index].mayBeCancelled = false }
            if turn == .expired { state.tasks[index].mayExpire = false }
            let told = state.line.leave(state.tasks[index].ticket, because: turn)
            if let told {
                guard told == index else { throw Broken(rule: "\(told) was told that \(index) left") }
                try tell(index, turn, &state)
            } else if state.tasks[index].phase == .joined, !state.line.isTurn(of: state.tasks[index].ticket) {
                // It hears of it when it waits; those behind it do not wait for that.
                state.expected.removeAll { $0 == index }
            }
        case .giveUp(let index):
            state.tasks[index].phase = .gone
            if let told = state.line.advance() { try tell(told, .granted, &state) }
        }
    }

    private static func tell(_ index: Int, _ turn: Turn, _ state: inout State) throws {
        guard [.joined, .waiting].contains(state.tasks[index].phase) || state.tasks[index].phase == .away else {
            throw Broken(rule: "\(index) was told twice")
        }
        if turn == .granted {
            guard state.expected.first == index else { throw Broken(rule: "\(index) was served out of order") }
            state.tasks[index].phase = .holding
        } else {
            state.tasks[index].phase = .gone
        }
        state.expected.removeAll { $0 == index }
    }

    private static func check(_ state: State) throws {
        let holders = state.tasks.filter { $0.phase == .holding }.count
        guard holders <= 1 else { throw Broken(rule: "two have the turn") }
        let isFree =
            holders == 0
            && !state.tasks.contains { $0.phase == .joined && state.line.isTurn(of: $0.ticket) }
        if isFree, state.tasks.contains(where: { $0.phase == .waiting }) {
            throw Broken(rule: "the turn is free, and somebody waits")
        }
        let isIdle = state.tasks.allSatisfy { $0.phase == .gone || $0.phase == .away }
        guard state.line.isEmpty == isIdle else { throw Broken(rule: "the line is empty: \(state.line.isEmpty)") }
    }
}

/// A line as simple as can be, with a flaw that an explorer must find, or with none.
struct FlawedLine<Kind: LineFlaw>: ExplorableLine {
    private var next: UInt64 = 0
    private var holder: UInt64?
    private var waiting: [UInt64] = []
    private var waiters: [UInt64: Int] = [:]
    private var left: [UInt64: Turn] = [:]

    init() {}

    var isEmpty: Bool { holder == nil && waiting.isEmpty && left.isEmpty }

    mutating func join() -> UInt64 {
        next += 1
        if holder == nil { holder = next } else { waiting.append(next) }
        return next
    }

    mutating func joinIfEmpty() -> UInt64? {
        if Kind.flaw == .barges, !waiting.isEmpty {
            next += 1
            holder = next
            return next
        }
        return holder == nil ? join() : nil
    }

    func isTurn(of ticket: UInt64) -> Bool { holder == ticket }

    mutating func wait(_ ticket: UInt64, _ waiter: Int) -> Turn? {
        if holder == ticket { return Kind.flaw == .forgetsEarlyTurn && next > 1 ? nil : .granted }
        if Kind.flaw == .grantsTwice, waiting.first == ticket, waiting.count == 2 { return .granted }
        if let turn = left[ticket] {
            if Kind.flaw != .keepsWhoLeft { left[ticket] = nil }
            return turn
        }
        waiters[ticket] = waiter
        return nil
    }

    mutating func leave(_ ticket: UInt64, because turn: Turn) -> Int? {
        if Kind.flaw == .takesTurnBack, holder == ticket { holder = nil }
        guard let index = waiting.firstIndex(of: ticket) else { return nil }
        if Kind.flaw == .staysInLine, waiters[ticket] != nil { return waiters[ticket] }
        waiting.remove(at: index)
        let waiter = waiters.removeValue(forKey: ticket)
        if waiter == nil, Kind.flaw != .forgetsWhoLeft { left[ticket] = turn }
        return waiter
    }

    mutating func advance() -> Int? {
        guard !waiting.isEmpty else {
            holder = nil
            return nil
        }
        if Kind.flaw == .freesTooEarly, waiting.count == 2 {
            holder = nil
            return nil
        }
        let ticket = Kind.flaw == .servesLast ? waiting.removeLast() : waiting.removeFirst()
        holder = ticket
        let waiter = waiters.removeValue(forKey: ticket)
        return Kind.flaw == .dropsWakeUp && !left.isEmpty ? nil : waiter
    }
}

/// What is wrong with a line.
enum Flaw: CaseIterable {
    case none, dropsWakeUp, forgetsEarlyTurn, grantsTwice, servesLast, barges, takesTurnBack, staysInLine
    case forgetsWhoLeft, keepsWhoLeft, freesTooEarly
}

/// Names a flaw by a type, so that a line can be made without arguments.
protocol LineFlaw: Hashable {
    static var flaw: Flaw { get }
}
