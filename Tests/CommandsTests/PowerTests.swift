// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import ComputeTestKit
import InstanceModel
import Testing

@Suite("power and delete")
struct PowerTests {
    private var roost = CommandLineRun()

    struct Change: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let from: InstanceState
        let to: InstanceState?
        let status: Int32
        let output: String

        init(_ words: String, _ from: InstanceState, _ to: InstanceState?, _ output: String, status: Int32 = 0) {
            arguments = words.split(separator: " ").map(String.init)
            (self.from, self.to, self.status, self.output) = (from, to, status, output)
        }

        var testDescription: String { arguments.joined(separator: " ") + " from \(from)" }
    }

    @Test(
        "changes power",
        arguments: [
            Change("start web-1", .stopped, .running, "web-1 started\n"),
            Change("start web-1 --quiet", .stopped, .running, ""),
            Change("stop web-1", .running, .stopped, "web-1 stopped\n"),
            Change("stop web-1 --force", .running, .stopped, "web-1 stopped\n"),
            Change("stop 00000001 --timeout 2m", .running, .stopped, "web-1 stopped\n"),
            Change("reboot web-1", .running, .running, "web-1 rebooted\n"),
            Change("reboot web-1 --hard", .running, .running, "web-1 rebooted\n"),
            Change("reboot web-1", .stopped, .stopped, "", status: 4),
            Change("pause web-1", .running, .paused, "web-1 paused\n"),
            Change("pause web-1", .stopped, .stopped, "", status: 4),
            Change("resume web-1", .paused, .running, "web-1 resumed\n"),
            Change("delete web-1", .stopped, nil, "web-1 deleted\n"),
            Change("delete web-1", .running, .running, "", status: 4),
            Change("rm web-1 --force", .running, nil, "web-1 deleted\n"),
            Change("start web-2", .stopped, .stopped, "", status: 3),
        ])
    func changes(change: Change) async throws {
        let id = try await roost.add("web-1", change.from)
        let outcome = await roost(change.arguments)
        #expect(outcome.status == change.status)
        #expect(outcome.output == change.output)
        #expect(outcome.errorOutput.isEmpty == (change.status == 0))
        #expect(await roost.hypervisor.state(of: id) == change.to)
    }

    @Test("a guest that does not listen exceeds the deadline, and is not forced", arguments: ["stop", "reboot"])
    func deafGuest(verb: String) async throws {
        let id = try await roost.add("web-1")
        await roost.hypervisor.setListening(false, id)
        let outcome = await roost(verb, "web-1", "--timeout", "90s")
        #expect(outcome.status == 6)
        #expect(outcome.errorOutput.contains("within 90.0 seconds"))
        #expect(await roost.hypervisor.state(of: id) == .running)
    }

    @Test("goes on after a failure, tells each, and keeps the first one's status")
    func several() async throws {
        let first = try await roost.add("a", .stopped)
        let last = try await roost.add("b", .stopped)
        let outcome = await roost("start", "a", "missing", "b", "-o", "json")
        #expect(outcome.status == 3)
        #expect(await roost.hypervisor.state(of: first) == .running)
        #expect(await roost.hypervisor.state(of: last) == .running)
        #expect(outcome.output.contains(#""name": "a""#))
        #expect(outcome.output.contains(#""name": "b""#))
        #expect(try jsonObject(outcome.errorOutput)["kind"] as? String == "not_found")
    }

    @Test("gives the instances as they are afterwards, as an array")
    func resultJSON() async throws {
        try await roost.add("a", .stopped)
        let outcome = await roost("start", "a", "-o", "json")
        #expect(outcome.output.hasPrefix("[\n  {\n    \"id\""))
        #expect(outcome.output.contains(#""state": "running""#))
    }

    struct Answer: Sendable {
        let typed: [String]
        let options: [String]
        let status: Int32
        let isDeleted: Bool
        let asks: Bool
    }

    @Test(
        "asks on a terminal before it deletes",
        arguments: [
            Answer(typed: ["y\n"], options: [], status: 0, isDeleted: true, asks: true),
            Answer(typed: ["YE", "S\n"], options: [], status: 0, isDeleted: true, asks: true),
            Answer(typed: ["n\n"], options: [], status: 1, isDeleted: false, asks: true),
            Answer(typed: ["\n"], options: [], status: 1, isDeleted: false, asks: true),
            Answer(typed: ["yesterday\n"], options: [], status: 1, isDeleted: false, asks: true),
            Answer(typed: [], options: [], status: 1, isDeleted: false, asks: true),
            Answer(typed: [], options: ["--yes"], status: 0, isDeleted: true, asks: false),
            Answer(typed: [], options: ["--force"], status: 0, isDeleted: true, asks: false),
        ])
    func asks(answer: Answer) async throws {
        var roost = roost
        roost.isTerminal = true
        roost.input = ScriptedInput(answer.typed, isTerminal: true)
        let id = try await roost.add("web-1", .stopped)
        let outcome = await roost(["delete", "web-1"] + answer.options)
        #expect(outcome.status == answer.status)
        #expect(await roost.hypervisor.state(of: id) == (answer.isDeleted ? nil : .stopped))
        #expect(outcome.errorOutput.contains("Delete instance web-1 with its disks? [y/N]") == answer.asks)
    }

    @Test("tells what was deleted as JSON")
    func deletedJSON() async throws {
        try await roost.add("web-1", .stopped)
        let outcome = await roost("delete", "web-1", "-o", "json")
        #expect(outcome.output.contains(#""deleted": true"#))
    }

    @Test(
        "waits for a state that is already reached",
        arguments: [
            (InstanceState.running, "running", "web-1 running\n"), (.stopped, "stopped", "web-1 stopped\n"),
            (.running, "agent", "web-1 running\n"),
        ])
    func waits(state: InstanceState, goal: String, output: String) async throws {
        try await roost.add("web-1", state)
        let outcome = await roost("wait", "web-1", "--for", goal)
        #expect(outcome.output == output)
        #expect(outcome.status == 0)
    }

    @Test("a wait that is over has status 6")
    func waitEnds() async throws {
        try await roost.add("web-1", .stopped)
        let outcome = await roost("wait", "web-1", "--for", "running", "--timeout", "1ms")
        #expect(outcome.status == 6)
        #expect(outcome.errorOutput.contains("it is stopped, not running"))
    }
}
