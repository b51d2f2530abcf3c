// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import RoostKit
import TestSupport
import Testing

/// The command with each number of descriptors from the least that a program starts with to what it needs: so each
/// place where it opens one is, in some run, the place where they run out.
@Suite("A command that runs out of descriptors", .serialized)
struct DescriptorLimitTests {
    private static let lab = "few-fd"
    /// The kinds of error that say what it is.
    private static let kinds = ["exhausted", "failed", "host_unavailable"]

    /// How a process ends that has none left when Swift's dispatch library looks at its threads: in the middle of
    /// whatever it does, as `kill -9` would. That leads to no false answer, and what is left is settled.
    private static let endedByDispatch = 128 + SIGILL

    /// Whether it ended so, or was about to when it had said what it had to say.
    private static func wasEndedByDispatch(_ outcome: CommandRun.Outcome) -> Bool {
        outcome.status == endedByDispatch || outcome.errorText.contains("*** Signal \(SIGILL)")
    }

    /// Every number from what that library needs to start in `make chaos`, else one in six.
    private static let counts = (Sanitizer.isThere ? 14...80 : 8...80).filter { CallFault.triesAll || $0 % 6 == 2 }

    /// Swift's dispatch library would end the process, were it let to begin.
    @Test("says so at once where it has next to none", .disabled(if: Sanitizer.isThere, "a sanitizer needs more"))
    func hardlyAny() async throws {
        let lab = try await Lab.ready(Self.lab)
        for count in 4...13 {
            let outcome = try await lab.limited(count, "list", "-o", "json")
            #expect(outcome.status == 9, "\(count): \(outcome.errorText)")
            #expect(try outcome.error["kind"] == "exhausted", "\(count)")
            #expect(try outcome.error["message"]?.text?.contains("may open fewer than") == true, "\(count)")
        }
    }

    @Test("says so and changes nothing, or does what it was asked for, in a change of power")
    func power() async throws {
        let lab = try await Lab.ready(Self.lab)
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("few-1"), until: .running, context: lab.context).id
        var done = 0
        for count in Self.counts {
            try await lab.bring(id, to: .running)
            let outcome = try await lab.limited(count, "pause", "few-1", "-o", "json")
            let state = try await lab.driver.instance("few-1", context: lab.context)
            #expect(state.lockedBy == nil, "\(count)")
            if outcome.status == 0 {
                done += 1
                #expect(state.state == .paused, "\(count)")
            } else if Self.wasEndedByDispatch(outcome) {
                #expect([.running, .paused].contains(state.state), "\(count)")
            } else {
                Self.expectTyped(outcome, count)
                #expect(state.state == .running, "\(count): \(outcome.errorText)")
            }
        }
        #expect(done > 0)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("says so and leaves nothing, or a whole instance, in a spawn")
    func spawn() async throws {
        let lab = try await Lab.ready(Self.lab)
        let before = try await lab.prepared()
        var done = 0
        for count in Self.counts {
            let outcome = try await lab.limited(
                count, "run", "-", "--wait", "none", "-o", "json", input: Lab.document("few-2"))
            let states = try await lab.driver.instances(context: lab.context).map(\.state)
            if outcome.status == 0 {
                done += 1
                #expect(states == [.running], "\(count)")
            } else if Self.wasEndedByDispatch(outcome) {
                #expect(states == [] || states == [.running], "\(count)")
            } else {
                Self.expectTyped(outcome, count)
                #expect(states == [], "\(count): \(outcome.errorText)")
            }
            try await lab.deleteAll()
            try await lab.expectUnchanged(since: before, "\(count)")
        }
        #expect(done > 0)
    }

    /// Expects an error of the command's own.
    private static func expectTyped(_ outcome: CommandRun.Outcome, _ count: Int) {
        let kind = (try? outcome.error)?["kind"]?.text
        #expect(kind.map(kinds.contains) == true, "\(count): \(outcome.status) \(outcome.errorText)")
        #expect((try? outcome.error)?["message"]?.text?.isEmpty == false, "\(count)")
    }
}

extension Lab {
    /// Runs the command with so many descriptors at most.
    fileprivate func limited(
        _ count: Int, _ arguments: String..., input: String = ""
    ) async throws -> CommandRun.Outcome {
        var roost = roost
        roost.prefix = ["prlimit", "--nofile=\(count):\(count)", "--"]
        return try await roost(arguments, input: input)
    }
}
