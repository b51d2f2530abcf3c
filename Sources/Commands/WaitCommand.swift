// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost wait`: waits for an instance.
struct WaitCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait for an instance's state, its guest's agent, or an event.",
        discussion: """
            It waits until --timeout, or for 5 minutes where none is given; exit status 6 says that the time is over. \
            `stopped` is any state in which the guest is off; `state=stopped` is that state alone. An event is the \
            next one of its kind from now on; `roost events --follow` shows them.

            Examples:
              roost wait web-1 --for agent
              roost wait web-1 --for stopped --timeout 2m
              roost wait web-1 --for state=paused
              roost wait web-1 --for event=rebooted
            """)
    static let effect = CommandEffect.reads

    /// How long nothing may be heard before an instance's state is looked at all the same.
    private static let longestSilence: Duration = .seconds(10)

    /// What each look may take beyond the time that is waited: that nothing came of the waiting is told by the command.
    private static let allowance: Duration = .seconds(10)

    @Argument(help: "The instance.")
    var instance: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("What to wait for: running, stopped, agent, state=STATE or event=KIND.", valueName: "goal"))
    var goal: WaitGoal = .running

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let limit = global.timeout?.duration ?? .seconds(300)
        let session = try await Session.open(global)
        let status =
            switch goal {
            case .agent: try await waitForAgent(limit, session)
            case .state(let states, let word): try await waitForState(states, word, limit, session)
            case .event(let kind): try await waitForEvent(kind, limit, session)
            }
        try session.presenter.result(status.outputValue) {
            global.quiet ? "" : TerminalText.line("\(status.name) \(status.state.rawValue)") + "\n"
        }
    }

    private func waitForAgent(_ limit: Duration, _ session: Session) async throws -> InstanceStatus {
        let status = try await session.find(instance, allowance: Self.allowance)
        try await session.driver.waitForAgent(
            status.id, within: limit, context: session.operation(allowance: Self.allowance))
        return try await session.find(status.id.description, allowance: Self.allowance)
    }

    private func waitForState(
        _ states: Set<InstanceState>, _ word: String, _ limit: Duration, _ session: Session
    ) async throws -> InstanceStatus {
        let events = try await session.driver.events(context: session.operation(allowance: Self.allowance))
        let first = try await session.find(instance, allowance: Self.allowance)
        if states.contains(first.state) { return first }
        let found = try await TimeBox.run(within: limit) {
            try await Self.look(session, for: states, of: first, events)
        }
        if let found { return found }
        let last = try await session.find(first.id.description, allowance: Self.allowance)
        if states.contains(last.state) { return last }
        throw ComputeError(
            .deadlineExceeded, subject: "instance \(last.name)",
            message: "it is \(last.state.rawValue), not \(word), after \(limit)", hint: "--timeout gives it more time")
    }

    /// Looks at the state whenever something happened, and now and then without.
    private static func look(
        _ session: Session, for states: Set<InstanceState>, of instance: InstanceStatus, _ events: InstanceEvents
    ) async throws -> InstanceStatus {
        let look = { @Sendable () async throws -> InstanceStatus? in
            let status = try await session.find(instance.id.description, allowance: Self.allowance)
            return states.contains(status.state) ? status : nil
        }
        return try await withThrowingTaskGroup(of: InstanceStatus.self) { group in
            group.addTask {
                while true {
                    _ = try await first(of: events, about: instance) { _ in true }
                    if let status = try await look() { return status }
                }
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: longestSilence)
                    if let status = try await look() { return status }
                }
            }
            defer { group.cancelAll() }
            guard let status = try await group.next() else { throw CancellationError() }
            return status
        }
    }

    private func waitForEvent(
        _ kind: InstanceEvent.Kind, _ limit: Duration, _ session: Session
    ) async throws -> InstanceStatus {
        let events = try await session.driver.events(context: session.operation(allowance: Self.allowance))
        let status = try await session.find(instance, allowance: Self.allowance)
        let wanted = try await TimeBox.run(within: limit) {
            try await Self.hear(kind, of: status, events, session)
        }
        guard let wanted else {
            throw ComputeError(
                .deadlineExceeded, subject: "instance \(status.name)",
                message: "no event \(kind.rawValue) within \(limit)", hint: "--timeout gives it more time")
        }
        // An instance that is gone has no state any more.
        return wanted.isDeletion ? status : try await session.find(status.id.description, allowance: Self.allowance)
    }

    /// Waits for an event of this kind, or for the end of the instance, which is one where that is waited for.
    private static func hear(
        _ kind: InstanceEvent.Kind, of instance: InstanceStatus, _ events: InstanceEvents, _ session: Session
    ) async throws -> InstanceEvent {
        let gone = ComputeError(
            .notFound, subject: "instance \(instance.name)", message: "it was deleted while it was waited for")
        while true {
            let event = try await first(of: events, about: instance) {
                [kind, .gap].contains($0.kind) || $0.isDeletion
            }
            if event.kind == kind { return event }
            guard event.kind == .gap else { throw gone }
            // Whatever was missed is not told again; only the end of the instance still shows.
            session.presenter.note("events were missed, and \(kind.rawValue) may have been among them")
            guard try await session.isGone(instance, allowance: Self.allowance) else { continue }
            guard kind == .undefined else { throw gone }
            return InstanceEvent(.undefined, id: instance.id, name: instance.name, time: event.time)
        }
    }

    /// The first event that is about the instance, or a gap, and that `matches`.
    private static func first(
        of events: InstanceEvents, about instance: InstanceStatus, _ matches: (InstanceEvent) -> Bool
    ) async throws -> InstanceEvent {
        for try await event in events where event.id == instance.id || event.kind == .gap {
            if matches(event) { return event }
        }
        try Task.checkCancellation()
        throw ComputeError(
            .hostUnavailable, subject: "instance \(instance.name)", message: "the driver tells no more events")
    }
}
