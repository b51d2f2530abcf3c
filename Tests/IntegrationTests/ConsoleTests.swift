// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import SystemPackage
import TestSupport
import Testing

/// The serial console of a real guest, on a pseudo terminal and as a log.
@Suite("roost console", .serialized)
struct ConsoleTests {
    private static let escape = "\u{1d}"

    /// A running guest whose shell has prompted on its console.
    private func guest(_ name: String) async throws -> Lab {
        let lab = try await Lab("console")
        try await lab.storeTinyImage()
        try await lab.deleteAll()
        try await lab.runGuest(name)
        // The guest's shell may come after its agent, forgets what was typed before, and asks the terminal for its size
        // once it has prompted.
        while try await !lab.roost("console", name, "--log").text.contains("\u{1B}[6n") {
            try await Task.sleep(for: .milliseconds(100))
        }
        return lab
    }

    /// Opens the console, and has the guest's shell answer.
    private func open(
        _ name: String, of lab: Lab, on terminal: PseudoTerminal, _ options: String...
    ) async throws -> RunningCommand {
        let console = try lab.roost.start(["console", name] + options, on: terminal)
        let opened = await terminal.output.wait(for: "Ctrl-] leaves it")
        try #require(opened != nil, "\(terminal.output.text)")
        try await answer(to: "6 * 7", of: terminal)
        return console
    }

    /// Has the shell compute, so that its answer cannot be taken for the echo of what was typed.
    private func answer(to sum: String, of terminal: PseudoTerminal) async throws {
        let start = terminal.output.count
        try terminal.type("echo \"<$((\(sum)))>\"\r")
        let end = await terminal.output.wait(for: "<42>", after: start)
        try #require(end != nil, "\(terminal.output.text)")
    }

    @Test("types into the guest, shows its answers, and gives the terminal back at Ctrl-]")
    func interactive() async throws {
        let lab = try await guest("typed-1")
        let terminal = try PseudoTerminal()
        let before = terminal.settings
        let console = try await open("typed-1", of: lab, on: terminal)
        #expect(terminal.isRaw)

        // Ctrl-C is the guest's, not ours.
        let start = terminal.output.count
        try terminal.type("echo be\"\"gun; sleep 1000\r")
        let begun = try #require(await terminal.output.wait(for: "begun\r\n", after: start))
        // One that comes before the shell has begun to sleep is lost there.
        let shell = Task { await terminal.output.wait(for: "# ", after: begun) }
        let typing = Task {
            while true {
                try terminal.type("\u{3}")
                try await Task.sleep(for: .seconds(3))
            }
        }
        #expect(await shell.value != nil)
        typing.cancel()
        _ = await typing.result
        try await answer(to: "84 / 2", of: terminal)

        try terminal.type(Self.escape)
        #expect(await console.status() == 0)
        #expect(terminal.settings == before)
        try terminal.hangUp()
        #expect(String(decoding: await terminal.output.whole(), as: UTF8.self).contains("left the console"))
        #expect(try await lab.roost("exec", "typed-1", "--", "true").status == 0)
    }

    @Test("keeps no other command from working, each within two seconds")
    func othersWork() async throws {
        let lab = try await guest("shared-1")
        let terminal = try PseudoTerminal()
        let before = terminal.settings
        let console = try await open("shared-1", of: lab, on: terminal)

        let list = try await prompt { try await lab.roost("list", "--quiet") }
        #expect(list.text == "shared-1\n")
        let exec = try await prompt { try await lab.roost("exec", "shared-1", "--", "echo", "there") }
        #expect(exec.text == "there\n")
        _ = try await prompt { try await lab.roost("stop", "shared-1") }

        #expect(await console.status() == 0)
        #expect(terminal.settings == before)
        try terminal.hangUp()
        let shown = String(decoding: await terminal.output.whole(), as: UTF8.self)
        #expect(shown.contains("the console of shared-1 ended"))
    }

    /// What a command says that is done within the time that it may take beside a console.
    private func prompt(_ command: () async throws -> CommandRun.Outcome) async throws -> CommandRun.Outcome {
        let asked = ContinuousClock.now
        let outcome = try await command()
        // A sanitizer alone takes that long.
        #expect(asked.duration(to: .now) < .seconds(Sanitizer.isThere ? 20 : 2))
        #expect(outcome.status == 0, "\(outcome.errorText)")
        return outcome
    }

    @Test("has one session at a time, which another may take over")
    func takeOver() async throws {
        let lab = try await guest("held-1")
        let (first, second) = (try PseudoTerminal(), try PseudoTerminal())
        let holder = try await open("held-1", of: lab, on: first)

        let refused = try await lab.roost("console", "held-1", "-o", "json")
        #expect(refused.status == 4)
        #expect(try refused.error["kind"] == "busy")
        #expect(try refused.error["hint"]?.text?.contains("--take-over") == true)
        try await answer(to: "40 + 2", of: first)

        let taker = try await open("held-1", of: lab, on: second, "--take-over")
        #expect(await holder.status() == 0)
        try await answer(to: "21 * 2", of: second)
        try second.type(Self.escape)
        #expect(await taker.status() == 0)
        try first.hangUp()
        try second.hangUp()
    }

    @Test("prints the log's last lines, and follows it until Ctrl-C", .timeLimit(.minutes(5)))
    func log() async throws {
        let lab = try await guest("logged-1")
        let script = "for line in one two three four; do echo log-$line; done >/dev/ttyS0"
        let follower = try lab.roost.start(["console", "logged-1", "--follow", "--tail", "0"])
        // It shows what comes after it began, and may begin after the next command has ended.
        while !follower.output.text.contains("followed") {
            let echo = try await lab.roost("exec", "logged-1", "--", "sh", "-c", "echo followed >/dev/ttyS0")
            try #require(echo.status == 0)
        }
        #expect(try await lab.roost("exec", "logged-1", "--", "sh", "-c", script).status == 0)
        #expect(await follower.output.wait(for: "log-four\r\n") != nil)
        #expect(try await lab.roost("exec", "logged-1", "--", "sh", "-c", "echo more >/dev/ttyS0").status == 0)
        #expect(await follower.output.wait(for: "more\r\n") != nil)
        follower.send(SIGINT)
        #expect(await follower.status() == 130)

        let tail = try await lab.roost("console", "logged-1", "--log", "--tail", "3")
        #expect(tail.status == 0)
        #expect(tail.text == "log-three\r\nlog-four\r\nmore\r\n")
        let whole = try await lab.roost("console", "logged-1", "--log").text
        #expect(whole.contains("roost-tiny is up"))
        #expect(whole.hasSuffix(tail.text))
    }

    @Test("keeps at most 10 MiB of a guest that writes 50 MiB")
    func bounded() async throws {
        let lab = try await guest("flood-1")
        // Large blocks: under emulation each byte costs an exit, and 50 MiB some minutes.
        let script = """
            head -c 1048576 /dev/zero | tr '\\0' x >/tmp/block
            for count in $(seq 50); do dd if=/tmp/block of=/dev/ttyS0 bs=64k || exit; done
            printf '\\nend\\n' >/dev/ttyS0
            """
        var roost = lab.roost
        roost.limit = .seconds(1_500)
        let flood = try await roost("exec", "flood-1", "--timeout", "20m", "--", "sh", "-c", script)
        #expect(flood.status == 0, "\(flood.errorText)")
        #expect(try await lab.roost("console", "flood-1", "--log", "--tail", "1").text == "end\r\n")
        let instances = lab.state.instances.string
        let logs = try FileManager.default.subpathsOfDirectory(atPath: instances).filter { $0.contains("/console/") }
        let sizes = try logs.map { log in
            try FileManager.default.attributesOfItem(atPath: "\(instances)/\(log)")[.size] as? Int
        }
        let total = sizes.compactMap(\.self).reduce(0, +)
        #expect(total > 1 << 20)
        #expect(total <= 10 << 20)
    }
}
