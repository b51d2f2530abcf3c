// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute

/// What `roost wait` waits for, as it is typed: `running`, `stopped`, `agent`, `state=paused`, `event=rebooted`.
enum WaitGoal: ExpressibleByArgument, Sendable, Hashable {
    /// Any of these states; the word is what people call them.
    case state(Set<InstanceState>, word: String)
    /// The guest's agent answers.
    case agent
    /// The next event of this kind.
    case event(InstanceEvent.Kind)

    static let running = WaitGoal.state([.running], word: "running")
    static let stopped = WaitGoal.state([.stopped, .crashed, .defined], word: "stopped")

    /// The kinds of events that can be waited for.
    private static let kinds = InstanceEvent.Kind.allCases.filter { $0 != .gap }

    /// Reads a goal; nil for anything else, and for states and events that do not exist.
    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.dropFirst().first) {
        case ("running", nil): self = .running
        case ("stopped", nil): self = .stopped
        case ("agent", nil): self = .agent
        case ("state", let name?):
            guard let state = InstanceState(rawValue: name) else { return nil }
            self = .state([state], word: name)
        case ("event", let name?):
            guard let kind = Self.kinds.first(where: { $0.rawValue == name }) else { return nil }
            self = .event(kind)
        default: return nil
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .state(_, let word): word
        case .agent: "agent"
        case .event(let kind): "event=\(kind.rawValue)"
        }
    }

    static var allValueStrings: [String] {
        ["running", "stopped", "agent"] + InstanceState.allCases.map { "state=\($0.rawValue)" }
            + kinds.map { "event=\($0.rawValue)" }
    }
}
