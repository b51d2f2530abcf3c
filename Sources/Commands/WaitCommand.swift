// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost wait`: waits for an instance.
struct WaitCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until an instance runs, is off, or its guest's agent answers.",
        discussion: """
            It waits until --timeout, or for 5 minutes where none is given; exit status 6 says that the time is over.

            Examples:
              roost wait web-1 --for agent
              roost wait web-1 --for stopped --timeout 2m
            """)
    static let effect = CommandEffect.reads

    @Argument(help: "The instance.")
    var instance: String

    @Option(name: .customLong("for"), help: "What to wait for.")
    var goal: Goal = .running

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// What to wait for.
    enum Goal: String, ExpressibleByArgument, CaseIterable {
        case running
        case agent
        case stopped
    }

    func run() async throws {
        let limit = global.timeout?.duration ?? .seconds(300)
        let session = try await Session.open(global)
        var status = try await session.find(instance)
        switch goal {
        case .agent:
            try await session.driver.waitForAgent(
                status.id, within: limit, context: session.operation(allowance: .seconds(10)))
            status = try await session.find(status.id.description)
        case .running: status = try await wait(for: [.running], from: status, limit, session)
        case .stopped: status = try await wait(for: [.stopped, .crashed, .defined], from: status, limit, session)
        }
        try session.presenter.result(status.outputValue) {
            global.quiet ? "" : TerminalText.line("\(status.name) \(status.state.rawValue)") + "\n"
        }
    }

    private func wait(
        for states: Set<InstanceState>, from first: InstanceStatus, _ limit: Duration, _ session: Session
    ) async throws -> InstanceStatus {
        let end = ContinuousClock.now + limit
        var status = first
        while !states.contains(status.state) {
            guard ContinuousClock.now < end else {
                throw ComputeError(
                    .deadlineExceeded, subject: "instance \(status.name)",
                    message: "it is \(status.state.rawValue), not \(goal.rawValue), after \(limit)",
                    hint: "--timeout gives it more time")
            }
            try await Task.sleep(for: min(.milliseconds(200), limit))
            status = try await session.find(status.id.description)
        }
        return status
    }
}
