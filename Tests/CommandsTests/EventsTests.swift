// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import ComputeTestKit
import Foundation
import InstanceModel
import Testing

@Suite("events and waiting for them")
struct EventsTests {
    private let roost = CommandLineRun()

    /// Runs a command line, does something once it listens, and gives how it ended.
    private func run(
        _ arguments: String..., in roost: CommandLineRun? = nil, once listening: @escaping @Sendable () async -> Void
    ) async -> CommandLineRun.Outcome {
        let roost = roost ?? self.roost
        let hypervisor = roost.hypervisor
        async let outcome = roost(arguments)
        while await hypervisor.listenerCount == 0 { await Task.yield() }
        // A command that wants one instance's events looks the instance up after it began to listen.
        while arguments.contains("web-1"), await !hypervisor.calls.contains(.init(.observe, "web-1")) {
            await Task.yield()
        }
        await listening()
        return await outcome
    }

    @Test("are a line each, for people")
    func lines() async throws {
        let id = try await roost.add("web-1", .stopped)
        let other = try await roost.add("web-2", .running)
        let hypervisor = roost.hypervisor
        let signals = FakeSignals()
        var roost = roost
        roost.interruptions = { signals.stream }
        let output = CapturedOutput()
        let status = await withTaskGroup(of: Int32?.self) { [roost] group in
            group.addTask { await roost.run(["events", "--follow"], output, CapturedOutput()) }
            group.addTask {
                while await hypervisor.listenerCount == 0 { await Task.yield() }
                let context = OperationContext(principal: .localUser(id: 0))
                try? await hypervisor.start(id, context: context)
                try? await hypervisor.stop(other, policy: .force, context: context)
                await hypervisor.happen(.ioError, to: id, details: ["reason": "enospc\u{1b}[2J", "device": "vda"])
                await hypervisor.loseEvents()
                while !output.text.contains("gap") { await Task.yield() }
                signals.send(SIGINT)
                return nil
            }
            var status: Int32?
            for await result in group { status = result ?? status }
            return status
        }
        #expect(status == 130)
        #expect(
            output.text == """
                2023-11-14T22:13:20Z web-1 started reason=booted
                2023-11-14T22:13:20Z web-2 stopped reason=destroyed
                2023-11-14T22:13:20Z web-1 io_error device=vda reason=enospc\\u{1B}[2J
                2023-11-14T22:13:20Z - gap

                """)
    }

    @Test("are one JSON object a line, and end when the instance is deleted")
    func jsonLines() async throws {
        let id = try await roost.add("web-1", .running)
        let other = try await roost.add("web-2", .running)
        let hypervisor = roost.hypervisor
        let outcome = await run("events", "web-1", "-f", "-o", "json") {
            let context = OperationContext(principal: .localUser(id: 0))
            try? await hypervisor.pause(other, context: context)
            try? await hypervisor.delete(id, policy: .evenRunning, context: context)
        }
        #expect(outcome.status == 0)
        let time = #""time":"2023-11-14T22:13:20Z""#
        #expect(
            outcome.output == """
                {\(time),"event":"stopped","id":"\(id)","name":"web-1","details":{"reason":"destroyed"}}
                {\(time),"event":"undefined","id":"\(id)","name":"web-1","details":{"reason":"removed"}}

                """)
    }

    @Test("without --follow the next one is all")
    func next() async throws {
        let id = try await roost.add("web-1", .running)
        let hypervisor = roost.hypervisor
        let outcome = await run("events", "--quiet") {
            await hypervisor.happen(.rebooted, to: id)
            await hypervisor.happen(.rebooted, to: id)
        }
        #expect(outcome.status == 0)
        #expect(outcome.output == "web-1 rebooted\n")
    }

    @Test(
        "that do not come have status 6, and an end in time has 0",
        arguments: [([], 6), (["--follow"], 0)] as [([String], Int32)])
    func nothing(options: [String], status: Int32) async throws {
        try await roost.add("web-1", .running)
        let outcome = await roost(["events", "--timeout", "10ms"] + options)
        #expect(outcome.status == status)
        #expect(outcome.output.isEmpty)
    }

    @Test("an unknown instance is not found, and a denied caller is denied")
    func refused() async throws {
        #expect(await roost("events", "missing").status == 3)
        let error = ComputeError(.denied, subject: "events", message: "no")
        await roost.hypervisor.fail(.observe, with: error)
        #expect(await roost("events", "--follow").status == 8)
    }

    @Test("the driver's error in the middle is told")
    func failure() async throws {
        try await roost.add("web-1", .running)
        let hypervisor = roost.hypervisor
        let outcome = await run("events", "--follow") {
            await hypervisor.endEvents(throwing: ComputeError(.denied, subject: "events", message: "not any more"))
        }
        #expect(outcome.status == 8)
        #expect(outcome.errorOutput.contains("not any more"))
    }

    @Test("a listener who is behind finds a gap where events are missing")
    func overflow() async throws {
        let id = try await roost.add("web-1", .running)
        let hypervisor = roost.hypervisor
        let events = try await hypervisor.events(context: OperationContext(principal: .localUser(id: 0)))
        let capacity = FakeHypervisor.eventCapacity
        for _ in 0..<capacity + 5 { await hypervisor.happen(.rebooted, to: id) }
        var iterator = events.makeAsyncIterator()
        for _ in 0..<2 { #expect(try await iterator.next()?.kind == .rebooted) }
        await hypervisor.happen(.watchdog, to: id)
        for _ in 0..<capacity - 2 { #expect(try await iterator.next()?.kind == .rebooted) }
        #expect(try await iterator.next()?.kind == .gap)
        #expect(try await iterator.next()?.kind == .watchdog)
    }

    @Test(
        "a wait for a state ends with the event that brings it",
        arguments: [
            ("running", InstanceState.running), ("state=running", .running), ("state=paused", .paused),
        ])
    func waitForState(goal: String, state: InstanceState) async throws {
        let id = try await roost.add("web-1", .stopped)
        let hypervisor = roost.hypervisor
        let outcome = await run("wait", "web-1", "--for", goal, "--timeout", "5m") {
            let context = OperationContext(principal: .localUser(id: 0))
            try? await hypervisor.start(id, context: context)
            if state == .paused { try? await hypervisor.pause(id, context: context) }
        }
        #expect(outcome.status == 0)
        #expect(outcome.output == "web-1 \(state.rawValue)\n")
    }

    @Test("a wait for a state looks again after a gap")
    func waitAfterGap() async throws {
        let id = try await roost.add("web-1", .running)
        let hypervisor = roost.hypervisor
        let outcome = await run("wait", "web-1", "--for", "stopped", "--timeout", "5m") {
            await hypervisor.changeUnheard(.stopped, of: id)
            await hypervisor.loseEvents()
        }
        #expect(outcome.status == 0)
        #expect(outcome.output == "web-1 stopped\n")
    }

    @Test("a wait for an event ends with that event of that instance")
    func waitForEvent() async throws {
        let id = try await roost.add("web-1", .running)
        let other = try await roost.add("web-2", .running)
        let hypervisor = roost.hypervisor
        let outcome = await run("wait", "web-1", "--for", "event=rebooted", "-o", "json") {
            await hypervisor.happen(.rebooted, to: other)
            await hypervisor.happen(.watchdog, to: id)
            await hypervisor.happen(.rebooted, to: id)
        }
        #expect(outcome.status == 0)
        #expect(try jsonObject(outcome.output)["name"] as? String == "web-1")
    }

    @Test(
        "a wait for an event of an instance that is deleted meanwhile ends",
        arguments: [("rebooted", 3), ("undefined", 0)] as [(String, Int32)])
    func waitForDeleted(kind: String, status: Int32) async throws {
        let id = try await roost.add("web-1", .running)
        let hypervisor = roost.hypervisor
        let outcome = await run("wait", "web-1", "--for", "event=\(kind)") {
            let context = OperationContext(principal: .localUser(id: 0))
            try? await hypervisor.delete(id, policy: .evenRunning, context: context)
        }
        #expect(outcome.status == status)
    }

    @Test("a wait for an event goes on after a gap, says so, and ends with the event")
    func waitForEventAfterGap() async throws {
        let id = try await roost.add("web-1", .running)
        let hypervisor = roost.hypervisor
        let outcome = await run("wait", "web-1", "--for", "event=rebooted") {
            await hypervisor.loseEvents()
            await hypervisor.happen(.rebooted, to: id)
        }
        #expect(outcome.status == 0)
        #expect(outcome.errorOutput.contains("events were missed, and rebooted may have been among them"))
    }

    @Test(
        "a wait for an event ends where a gap hides the end of the instance",
        arguments: [("rebooted", 3), ("undefined", 0)] as [(String, Int32)])
    func waitForDeletedInGap(kind: String, status: Int32) async throws {
        let id = try await roost.add("web-1", .running)
        let hypervisor = roost.hypervisor
        let outcome = await run("wait", "web-1", "--for", "event=\(kind)", "--timeout", "1m") {
            await hypervisor.removeUnheard(id)
            await hypervisor.loseEvents()
        }
        #expect(outcome.status == status)
    }

    @Test("a renamed domain is not taken for a deleted instance")
    func waitForRenamed() async throws {
        let id = try await roost.add("web-1", .running)
        let hypervisor = roost.hypervisor
        let outcome = await run("wait", "web-1", "--for", "event=rebooted", "-o", "json") {
            await hypervisor.happen(.undefined, to: id, details: ["reason": "renamed"])
            await hypervisor.happen(.rebooted, to: id)
        }
        #expect(outcome.status == 0)
        #expect(try jsonObject(outcome.output)["state"] as? String == "running")
    }

    @Test("a wait for an event that does not come has status 6")
    func eventTimeout() async throws {
        try await roost.add("web-1", .running)
        let outcome = await roost("wait", "web-1", "--for", "event=watchdog", "--timeout", "10ms")
        #expect(outcome.status == 6)
        #expect(outcome.errorOutput.contains("no event watchdog within 0.01 seconds"))
    }

    @Test(
        "goals that do not exist are wrong usage",
        arguments: ["state=", "state=gone", "event=", "event=gap", "event=nothing", "agent=1", "running=", ""])
    func wrongGoals(goal: String) async {
        #expect(await roost("wait", "web-1", "--for=\(goal)").status == 2)
        #expect(roost.requests.values.isEmpty)
    }
}
