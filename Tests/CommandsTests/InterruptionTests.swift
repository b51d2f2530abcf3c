// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import ComputeTestKit
import Foundation
import InstanceModel
import SystemPackage
import Testing

@Suite("interruptions and closed outputs")
struct InterruptionTests {
    private var roost = CommandLineRun()
    private let signals = FakeSignals()

    init() {
        let stream = signals.stream
        roost.interruptions = { stream }
    }

    @Test("a signal undoes a spawn and says so", arguments: [(2, 130), (15, 143), (1, 129)] as [(Int32, Int32)])
    func undoes(signal: Int32, status: Int32) async throws {
        await roost.hypervisor.add(try ImageName("tiny"))
        let gate = await roost.hypervisor.hold(.spawn)
        var roost = roost
        roost.input = ScriptedInput(["version: 1\nname: a\nvcpus: 1\nmemory: 64 MiB\ndisks: [{ image: tiny }]\n"])
        async let running = roost("run", "-")
        await gate.arrival()
        signals.send(signal)
        let outcome = await running
        #expect(outcome.status == status)
        #expect(outcome.errorOutput.contains("roost: interrupted, undoing what was begun …\n"))
        #expect(outcome.errorOutput.contains("nothing was changed, or all was put back"))
        #expect(outcome.output.isEmpty)
        #expect(await roost("list", "-q").output.isEmpty)
    }

    @Test("with JSON an interruption is one error object")
    func undoesJSON() async throws {
        try await roost.add("a")
        let gate = await roost.hypervisor.hold(.stop)
        async let running = roost("stop", "a", "-o", "json")
        await gate.arrival()
        signals.send(SIGINT)
        let outcome = await running
        #expect(outcome.status == 130)
        let error = try jsonObject(outcome.errorOutput)
        #expect(error["kind"] as? String == "cancelled")
        #expect(error["outcome"] as? String == "did_not_happen")
    }

    @Test("an operation that finishes all the same says so")
    func finishes() async throws {
        try await roost.add("a")
        await roost.hypervisor.setProgram("deaf") { [signals] _ in
            signals.send(SIGINT)
            await untilCancelled()
            return GuestProgramResult(termination: .exited(0), output: [0x61], errorOutput: [], truncated: false)
        }
        let outcome = await roost("exec", "a", "--", "deaf")
        #expect(outcome.status == 130)
        #expect(outcome.output == "a")
        #expect(
            outcome.errorOutput.contains("interrupted after the operation had finished\n  it was done all the same"))
    }

    @Test("a second signal does not break the undo")
    func secondSignal() async throws {
        let id = try await roost.add("a")
        await roost.hypervisor.setProgram("deaf") { [signals] _ in
            signals.send(SIGINT)
            await untilCancelled()
            signals.send(SIGINT)
            return GuestProgramResult(termination: .exited(7), output: [], errorOutput: [], truncated: false)
        }
        let outcome = await roost("exec", "a", "--", "deaf")
        #expect(outcome.status == 130)
        #expect(await roost.hypervisor.state(of: id) == .running)
    }

    @Test("instances whose turn had not come are named")
    func several() async throws {
        for name in ["a", "b", "c"] { try await roost.add(name, .stopped) }
        let gate = await roost.hypervisor.hold(.delete, finishing: true)
        async let running = roost("delete", "a", "b", "c")
        await gate.arrival()
        signals.send(SIGINT)
        let outcome = await running
        #expect(outcome.status == 130)
        #expect(outcome.output == "a deleted\n")
        #expect(outcome.errorOutput.contains("roost: b: interrupted before its turn\n"))
    }

    @Test("a reader that goes away ends the run quietly")
    func closedOutput() async throws {
        let errors = CapturedOutput()
        #expect(await roost.run(["list"], CapturedOutput(failure: .closed), errors) == 141)
        #expect(await roost.run(["help"], CapturedOutput(failure: .closed), errors) == 141)
        #expect(errors.text.isEmpty)
    }

    @Test("a full disk is an error")
    func fullOutput() async throws {
        let errors = CapturedOutput()
        #expect(await roost.run(["list"], CapturedOutput(failure: .failed(.noSpace)), errors) == 1)
        #expect(errors.text.contains("roost: the result could not be written: No space left on device\n"))
    }
}
