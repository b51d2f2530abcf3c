// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Foundation
import InstanceModel
import SystemPackage
import Testing

@testable import Commands

@Suite("exec and console")
struct GuestTests {
    private var roost = CommandLineRun()

    @Test(
        "gives the program's outputs and status as its own",
        arguments: [
            (.exited(0), 0), (.exited(3), 3), (.exited(255), 255),
            (.exited(256), 1),
            (.exited(-1), 1), (.signalled(9), 137),
        ] as [(GuestProgramResult.Termination, Int32)])
    func executes(termination: GuestProgramResult.Termination, status: Int32) async throws {
        try await roost.add("web-1")
        await roost.hypervisor.setProgram("/bin/job") { program in
            let output = program.arguments.joined(separator: "|")
            return GuestProgramResult(
                termination: termination, output: Array(output.utf8), errorOutput: Array("oh".utf8), truncated: false)
        }
        let outcome = await roost("exec", "web-1", "--", "/bin/job", "-o", "json", "--", "a b")
        #expect(outcome.status == status)
        #expect(outcome.output == "-o|json|--|a b")
        #expect(outcome.errorOutput == "oh")
    }

    @Test("passes its limits on, and says when an output was cut")
    func limits() async throws {
        try await roost.add("web-1")
        let seen = Recorder<GuestProgram>()
        await roost.hypervisor.setProgram("job") { program in
            seen.append(program)
            return GuestProgramResult(termination: .exited(0), output: [0x61], errorOutput: [], truncated: true)
        }
        let outcome = await roost("exec", "web-1", "--timeout", "90s", "--output-limit", "64 KiB", "--", "job")
        #expect(outcome.status == 0)
        #expect(outcome.errorOutput.contains("longer than was kept"))
        #expect(seen.values == [GuestProgram(path: "job", timeLimit: .seconds(90), outputLimit: 65_536)])
    }

    @Test(
        "Roost's own failures have status 125",
        arguments: [
            ["exec"], ["exec", "web-1"], ["exec", "web-1", "uname"], ["exec", "web-1", "--"],
            ["exec", "missing", "--", "true"],
            ["exec", "off", "--", "true"], ["exec", "web-1", "--", "absent-program"],
            ["exec", "web-1", "--output-limit", "5 MiB", "--", "true"], ["exec", "web-1", "--bogus", "--", "true"],
        ])
    func ownFailures(arguments: [String]) async throws {
        try await roost.add("web-1")
        try await roost.add("off", .stopped)
        let outcome = await roost(arguments)
        #expect(outcome.status == 125)
        #expect(outcome.errorOutput.hasPrefix("roost: "))
        #expect(outcome.output.isEmpty)
    }

    @Test("tells where the program goes")
    func execHint() async {
        #expect(await roost("exec", "web-1", "uname").errorOutput.contains("hint: the program comes after `--`"))
    }

    @Test("gives a result as JSON, with base64 where it is no text")
    func execJSON() async throws {
        try await roost.add("web-1")
        await roost.hypervisor.setProgram("job") { _ in
            GuestProgramResult(
                termination: .signalled(15), output: [0xff, 0x00], errorOutput: [0x61], truncated: false)
        }
        let outcome = await roost("exec", "web-1", "-o", "json", "--", "job")
        #expect(outcome.status == 143)
        #expect(
            outcome.output == """
                {
                  "exit_status": null,
                  "signal": 15,
                  "stdout": "/wA=",
                  "stdout_encoding": "base64",
                  "stderr": "a",
                  "stderr_encoding": "utf-8",
                  "truncated": false
                }

                """)
    }

    @Test("types what is typed, leaves at Ctrl-], and puts the terminal back")
    func consoleLeaves() async throws {
        let id = try await roost.add("web-1")
        var roost = roost
        roost.isTerminal = true
        roost.input = ScriptedInput(["ls\r", "x\u{1d}never"], isTerminal: true, staysOpen: true)
        let outcome = await roost("console", "web-1")
        #expect(outcome.status == 0)
        #expect(outcome.errorOutput.hasPrefix("roost: the console of web-1; Ctrl-] leaves it\n"))
        #expect(!outcome.output.contains("never"))
        #expect(roost.input.terminal.entered == 1)
        #expect(roost.input.terminal.restored == 1)
        let console = try #require(await roost.hypervisor.openConsole(of: id))
        #expect(console.typed == Array("ls\rx".utf8))
        #expect(!console.isOpen)
    }

    @Test("leaves at the end of piped input")
    func consolePiped() async throws {
        let id = try await roost.add("web-1")
        var roost = roost
        roost.input = ScriptedInput(["poweroff\n"])
        #expect(await roost("console", "web-1").status == 0)
        #expect(await roost.hypervisor.openConsole(of: id)?.typed == Array("poweroff\n".utf8))
    }

    @Test("a signal puts the terminal back")
    func consoleSignal() async throws {
        try await roost.add("web-1")
        let signals = FakeSignals()
        var roost = roost
        roost.isTerminal = true
        roost.input = ScriptedInput(isTerminal: true, staysOpen: true)
        roost.interruptions = {
            signals.send(SIGTERM)
            return signals.stream
        }
        #expect(await roost("console", "web-1").status == 143)
        #expect(roost.input.terminal.entered == roost.input.terminal.restored)
    }

    @Test("ends when the guest goes off, and puts the terminal back")
    func consoleGuestEnds() async throws {
        let id = try await roost.add("web-1")
        var roost = roost
        roost.isTerminal = true
        roost.input = ScriptedInput(["bye"], isTerminal: true, staysOpen: true)
        let hypervisor = roost.hypervisor
        let finished = Recorder<CommandLineRun.Outcome>()
        await withTaskGroup(of: Void.self) { [roost] group in
            group.addTask { finished.append(await roost("console", "web-1")) }
            group.addTask {
                while await hypervisor.openConsole(of: id)?.typed != Array("bye".utf8) { await Task.yield() }
                await hypervisor.powerOff(id)
            }
        }
        #expect(finished.values.first?.status == 0)
        #expect(finished.values.first?.errorOutput.contains("the console of web-1 ended") == true)
        #expect(roost.input.terminal.restored == 1)
    }

    @Test("a console that is held is busy, unless it is taken over")
    func consoleHeld() async throws {
        let id = try await roost.add("web-1")
        let held = try await roost.hypervisor.openConsole(
            id, takeOver: false, context: OperationContext(principal: .localUser(id: 0)))
        let outcome = await roost("console", "web-1")
        #expect(outcome.status == 4)
        #expect(outcome.errorOutput.contains("hint: --take-over ends that session"))
        #expect(await roost("console", "web-1", "--take-over").status == 0)
        for await _ in held.output { Issue.record("the earlier session got output") }
    }

    @Test(
        "prints the log raw into a pipe, and clean on a terminal",
        arguments: [
            (false, [], "a\n\u{1b}[31mb\u{1b}[0m\r\n\u{7}c\n"), (true, [], "a\nb\nc\n"),
            (true, ["--raw"], "a\n\u{1b}[31mb\u{1b}[0m\r\n\u{7}c\n"), (true, ["--tail", "2"], "b\nc\n"),
            (false, ["--tail", "1"], "\u{7}c\n"), (false, ["--tail", "0"], ""),
        ])
    func log(isTerminal: Bool, options: [String], output: String) async throws {
        let id = try await roost.add("web-1", .stopped)
        await roost.hypervisor.writeConsole(Array("a\n\u{1b}[31mb\u{1b}[0m\r\n\u{7}c\n".utf8), of: id)
        var roost = roost
        roost.isTerminal = isTerminal
        let outcome = await roost(["console", "web-1", "--log"] + options)
        #expect(outcome.output == output)
        #expect(outcome.status == 0)
    }

    @Test("follows the log until the guest goes off")
    func follows() async throws {
        let id = try await roost.add("web-1")
        let hypervisor = roost.hypervisor
        await hypervisor.writeConsole(Array("one\ntwo\n".utf8), of: id)
        let output = CapturedOutput()
        let status = await withTaskGroup(of: Int32?.self) { [roost] group in
            group.addTask { await roost.run(["console", "web-1", "-f", "--tail", "1"], output, CapturedOutput()) }
            group.addTask {
                while output.text != "two\n" { await Task.yield() }
                await hypervisor.writeConsole(Array("three\n".utf8), of: id)
                await hypervisor.powerOff(id)
                return nil
            }
            var status: Int32?
            for await result in group { status = result ?? status }
            return status
        }
        #expect(status == 0)
        #expect(output.text == "two\nthree\n")
    }

    @Test(
        "options of the log go with the log",
        arguments: [
            ["--tail", "3"], ["--raw"], ["--log", "--tail", "-1"], ["--log", "--take-over"],
        ])
    func wrongConsoleOptions(options: [String]) async {
        #expect(await roost(["console", "web-1"] + options).status == 2)
    }
}
