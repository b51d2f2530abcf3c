// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import Testing

/// Programs in a real guest, by `roost exec`.
@Suite("roost exec", .serialized)
struct ExecCommandTests {
    private func guest() async throws -> CommandRun {
        let lab = try await Lab("exec")
        try await lab.storeTinyImage()
        if try await lab.roost("exec", "exec-1", "--", "true").status != 0 {
            try await lab.deleteAll()
            try await lab.runGuest("exec-1")
        }
        return lab.roost
    }

    @Test("gives the program's outputs and status as its own")
    func outputs() async throws {
        let roost = try await guest()
        let script = "echo out; echo err >&2; exit 7"
        let plain = try await roost("exec", "exec-1", "--", "sh", "-c", script)
        #expect(plain.status == 7)
        #expect(plain.text == "out\n")
        #expect(plain.errorText == "err\n")

        let json = try await roost("exec", "exec-1", "-o", "json", "--", "sh", "-c", script)
        #expect(json.status == 7)
        #expect(json.errorText == "")
        #expect(
            try json.json
                == .object([
                    "exit_status": 7, "signal": nil, "stdout": "out\n", "stdout_encoding": "utf-8",
                    "stderr": "err\n", "stderr_encoding": "utf-8", "truncated": false,
                ]))
    }

    @Test("ends the program when it is interrupted or late, and says that it was started")
    func interrupted() async throws {
        let roost = try await guest()
        for options in [[], ["--timeout", "2"]] {
            let sleep = options.isEmpty ? "301" : "302"
            let script = "trap '' HUP; sleep \(sleep); touch /root/went-on"
            let run = try roost.start(["exec", "exec-1", "-o", "json"] + options + ["--", "sh", "-c", script])
            let isThere = "ps | grep -q '[s]leep \(sleep)'"
            while try await roost("exec", "exec-1", "--", "sh", "-c", isThere).status != 0 {
                try await Task.sleep(for: .milliseconds(50))
            }
            if options.isEmpty { run.send(SIGINT) }
            let outcome = await run.outcome()
            #expect(outcome.status == (options.isEmpty ? 130 : 125))
            #expect(try outcome.error["outcome"] == "happened")
            let ended = "for i in 1 2 3 4 5 6 7 8 9; do \(isThere) || exit 0; sleep 1; done; exit 1"
            #expect(try await roost("exec", "exec-1", "--", "sh", "-c", ended).status == 0)
            #expect(try await roost("exec", "exec-1", "--", "test", "-e", "/root/went-on").status == 1)
        }
    }

    @Test("gives 125 for its own failures")
    func ownFailures() async throws {
        let roost = try await guest()
        let nobody = try await roost("exec", "nobody", "-o", "json", "--", "true")
        #expect(nobody.status == 125)
        #expect(try nobody.error["kind"] == "not_found")
        #expect(nobody.text == "")
        #expect(try await roost("exec", "exec-1").status == 125)
        #expect(try await roost("exec", "exec-1", "--nonsense", "--", "true").status == 125)
        #expect(try await roost("exec", "exec-1", "--", "/no/such/program").status == 127)
    }

    @Test("passes arguments on as they are")
    func arguments() async throws {
        let roost = try await guest()
        let arguments = [
            "a b", "'", "\"", "\\", "two\nlines\n", "$(reboot)", "`reboot`", ";reboot;", "|&><*?[]{}~!#%", "$0 $1 $@",
            "", "-n", "--", "é 世界 🐧", "\t\u{1b}",
        ]
        let outcome = try await roost(["exec", "exec-1", "--", "printf", "<%s>"] + arguments)
        #expect(outcome.status == 0)
        #expect(outcome.text == arguments.map { "<\($0)>" }.joined())
    }

    @Test("bounds what a program writes, inside the guest")
    func outputBound() async throws {
        let roost = try await guest()
        let script = "yes | head -c 20000000; yes | head -c 20000000 >&2"
        let flood = try await roost("exec", "exec-1", "--timeout", "3m", "--", "sh", "-c", script)
        #expect(flood.status == 0, "\(flood.errorText.suffix(400))")
        let kept = String(repeating: "y\n", count: 1 << 19)
        #expect(flood.text == kept)
        #expect(flood.errorText.hasPrefix(kept))
        #expect(flood.errorText.dropFirst(kept.count).contains("longer than was kept"))

        let failing = "yes | head -c 5000; yes e | head -c 5000 >&2; exit 3"
        let both = try await roost("exec", "exec-1", "--output-limit", "1000", "--", "sh", "-c", failing)
        #expect(both.status == 3)
        #expect(both.output.count == 1_000)
        #expect(both.errorText.hasPrefix("e\ne\n"))
        #expect(try await roost("exec", "exec-1", "--", "echo", "still here").text == "still here\n")
    }

    @Test(
        "ends a program beyond its time limit, with all that it started",
        arguments: [
            ["sleep", "7101"], ["sh", "-c", "sleep 7102; true"], ["sh", "-c", "sleep 7103 & sleep 7104"],
            ["sh", "-c", "trap '' TERM HUP INT; sleep 7105; sleep 7106"],
        ])
    func timeLimit(program: [String]) async throws {
        let roost = try await guest()
        let outcome = try await roost(["exec", "exec-1", "--timeout", "2", "-o", "json", "--"] + program)
        #expect(outcome.status == 125)
        #expect(try outcome.error["kind"] == "deadline_exceeded")
        let processes = try await roost("exec", "exec-1", "--", "ps", "-o", "args")
        #expect(processes.status == 0)
        #expect(processes.text.split(separator: "\n").filter { $0.contains("sleep 71") } == [])
    }
}
