// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Whether a recorded history of calls can be true: whether each answer follows from some order of the calls in which
/// none takes effect before it was made or after it had ended.
///
/// The search is that of Wing and Gong with Lowe's improvements: it walks through the history in time, keeps every
/// combination of a state and the calls that have taken effect, each once, and lets a call take effect no sooner than
/// an ended one needs it. Guests are independent of each other, so that each has a history of its own.
public struct HistoryChecker: Sendable {
    /// How many combinations may be kept at once before the search is given up.
    public let limit: Int

    /// A checker.
    public init(limit: Int = 200_000) {
        self.limit = limit
    }

    /// What a check finds.
    public enum Verdict: Sendable, Hashable {
        /// The answers can all be true.
        case linearizable
        /// They cannot.
        case violation(HistoryViolation)
        /// More combinations than the limit, at this call.
        case undecided(GuestCall)
    }

    /// Judges the calls on one guest, which begins as `initial`, in any order.
    public func check(_ calls: [GuestCall], from initial: GuestModel = GuestModel()) -> Verdict {
        let calls = calls.filter(GuestModel.matters)
        var search = HistorySearch(calls, from: initial)
        for event in HistoryEvent.inOrder(of: calls) {
            switch event {
            case .begins(let number): search.open(number)
            case .ends(let number):
                let before = search.models
                search.close(number, limit: limit)
                if search.configurations.count > limit { return .undecided(calls[number]) }
                guard search.configurations.isEmpty else { continue }
                let open = search.openCalls.filter { $0 != number }.map { calls[$0] }
                let ended = calls.filter { $0.end.map { $0 < calls[number].end ?? .max } ?? false }
                return .violation(
                    HistoryViolation(
                        call: calls[number], models: before.map(\.description).sorted(),
                        open: open.sorted { $0.begin < $1.begin },
                        recent: ended.sorted { ($0.end ?? 0) < ($1.end ?? 0) }.suffix(HistoryViolation.context)))
            }
        }
        return .linearizable
    }
}

/// A call begins or ends.
enum HistoryEvent {
    case begins(Int)
    case ends(Int)

    /// The begins and ends of calls by time; at the same time a begin comes first, so that the calls overlap.
    static func inOrder(of calls: [GuestCall]) -> [HistoryEvent] {
        var events: [(time: UInt64, order: Int, event: HistoryEvent)] = []
        for (number, call) in calls.enumerated() {
            events.append((call.begin, 0, .begins(number)))
            if let end = call.end { events.append((end, 1, .ends(number))) }
        }
        return events.sorted { ($0.time, $0.order) < ($1.time, $1.order) }.map(\.event)
    }
}

/// Where the search stands: every state that the guest may be in, with the open calls that have taken effect in it.
struct HistorySearch {
    /// A state, and how far the open calls are in it.
    struct Configuration: Hashable {
        var model: GuestModel
        /// Those that have made the first of two moves.
        var begun: Set<Int> = []
        /// Those that are over.
        var over: Set<Int> = []
    }

    private let calls: [GuestCall]
    private(set) var openCalls: Set<Int> = []
    private(set) var configurations: Set<Configuration>

    init(_ calls: [GuestCall], from initial: GuestModel) {
        self.calls = calls
        configurations = [Configuration(model: initial)]
    }

    var models: Set<GuestModel> { Set(configurations.map(\.model)) }

    /// A call is made.
    mutating func open(_ number: Int) {
        openCalls.insert(number)
        guard GuestModel.isPure(calls[number]) else { return }
        configurations = Set(configurations.map(confirming))
    }

    /// A call has ended: what it was told must have become true before.
    mutating func close(_ number: Int, limit: Int) {
        var seen = configurations
        var work = Array(configurations)
        // What may be left out may also happen.
        var reached = configurations.filter { isOptional(number, in: $0) }
        while let configuration = work.popLast(), seen.count <= limit {
            if configuration.over.contains(number) {
                var next = configuration
                next.over.remove(number)
                reached.insert(next)
            } else {
                for next in successors(of: configuration) where seen.insert(next).inserted { work.append(next) }
            }
        }
        openCalls.remove(number)
        configurations = seen.count > limit ? seen : reached
    }

    /// Whether a call that ended has had no effect so far, and need not have one.
    private func isOptional(_ number: Int, in configuration: Configuration) -> Bool {
        GuestModel.isOptional(calls[number]) && !configuration.begun.contains(number)
            && !configuration.over.contains(number)
    }

    private func successors(of configuration: Configuration) -> [Configuration] {
        var found: [Configuration] = []
        for model in configuration.model.spontaneous {
            var next = configuration
            next.model = model
            found.append(confirming(next))
        }
        for number in openCalls where !configuration.over.contains(number) {
            let hasBegun = configuration.begun.contains(number)
            for move in configuration.model.moves(of: calls[number], number: number, hasBegun: hasBegun) {
                var next = configuration
                next.model = move.model
                if move.isOver {
                    next.begun.remove(number)
                    next.over.insert(number)
                } else {
                    next.begun.insert(number)
                }
                found.append(confirming(next))
            }
        }
        return found
    }

    /// The same, with each open call that only tells what is over where that is so: it changes nothing, so that
    /// nothing is lost by its being early.
    private func confirming(_ configuration: Configuration) -> Configuration {
        var next = configuration
        for number in openCalls where !next.over.contains(number) && GuestModel.isPure(calls[number]) {
            if next.model.confirms(calls[number]) { next.over.insert(number) }
        }
        return next
    }
}
