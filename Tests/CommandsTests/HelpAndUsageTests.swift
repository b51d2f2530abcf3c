// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Testing

@testable import Commands

@Suite("help and usage")
struct HelpAndUsageTests {
    private let roost = CommandLineRun()

    @Test(
        "every command's help has an example, and opens nothing",
        arguments: [
            "", "run", "list", "show", "apply", "edit", "wait", "events", "delete", "start", "stop", "reboot", "pause",
            "resume", "console", "exec",
            "plan", "explain", "spec", "spec check", "spec schema", "image", "image add", "image list", "image show",
            "image delete", "volume", "volume create", "volume list", "volume show", "volume delete", "volume attach",
            "volume detach", "doctor",
            "host", "host facts", "host sweep", "locks", "operation", "operation list", "operation show",
            "operation settle", "operation wait", "version", "xml", "xml normalize", "xml diff",
        ])
    func examples(command: String) async {
        let words = command.split(separator: " ").map(String.init)
        let help = await roost(["help"] + words)
        #expect(help.status == 0)
        #expect(help.errorOutput.isEmpty)
        #expect(help.output.contains("Examples:\n  roost \(command)"))
        #expect(!help.output.contains("\u{1b}"))
        #expect(await roost(words + ["--help"]).output == help.output)
        #expect(roost.requests.values.isEmpty)
    }

    @Test("the list above is the whole tree")
    func tree() {
        #expect(
            Set(ArgumentOrder.verbs) == [
                "run", "list", "ls", "show", "apply", "edit", "wait", "events", "delete", "rm", "start", "stop",
                "reboot", "pause", "resume", "console", "exec", "plan", "explain", "spec", "image", "volume", "doctor",
                "host",
                "locks", "operation", "version", "xml", "help",
            ])
    }

    @Test(
        "alone, the command and its nouns print their help",
        arguments: [[], ["image"], ["volume"], ["spec"], ["host"], ["xml"]])
    func bare(arguments: [String]) async {
        let outcome = await roost(arguments)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("Examples:"))
    }

    @Test(
        "help is given wherever it is asked for",
        arguments: [
            ["-h"], ["--help"], ["image", "add", "-h"], ["image", "add", "-dash", "--help"], ["show", "-qh"],
            ["help", "show"], ["exec", "--help", "--", "-ash"],
        ])
    func help(arguments: [String]) async {
        let outcome = await roost(arguments)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("USAGE: roost"))
    }

    struct Mistake: Sendable {
        let arguments: [String]
        let message: String
        let hint: String

        init(_ words: String, _ message: String, _ hint: String) {
            arguments = words.split(separator: " ").map(String.init)
            (self.message, self.hint) = (message, hint)
        }
    }

    @Test(
        "wrong usage names the mistake and the help",
        arguments: [
            Mistake("lst", "there is no command `lst`", "did you mean `roost list`?"),
            Mistake("frobnicate", "there is no command `frobnicate`", "`roost help` lists the commands"),
            Mistake("start", "Missing expected argument '<instances> ...'", "see `roost start --help`"),
            Mistake("stop web-1 --forc", "Unknown option '--forc'. Did you mean '--force'?", "see `roost stop --help`"),
            Mistake("list extra", "Unexpected argument 'extra'", "see `roost list --help`"),
            Mistake("image add", "Missing expected argument '<name>'", "see `roost image add --help`"),
            Mistake("-o json", "Unknown option '-o'", "see `roost --help`"),
            Mistake("image add -dash x --format raw", "Unknown option '-dash'", "see `roost image add --help`"),
            Mistake("show -Th", "Unknown option '-Th'", "see `roost show --help`"),
            Mistake("-ash", "Unknown option '-ash'", "see `roost --help`"),
        ])
    func mistakes(mistake: Mistake) async throws {
        let text = await roost(mistake.arguments)
        #expect(text.status == 2)
        #expect(text.output.isEmpty)
        if !mistake.arguments.contains("-o") {
            #expect(text.errorOutput == "roost: \(mistake.message)\n  hint: \(mistake.hint)\n")
        }
        let json = await roost(mistake.arguments + ["-o", "json"])
        #expect(json.status == 2)
        let error = try jsonObject(json.errorOutput)
        #expect(error["kind"] as? String == "usage")
        #expect(error["outcome"] as? String == "did_not_happen")
        #expect((error["hint"] as? String)?.isEmpty == false)
        #expect(roost.requests.values.isEmpty)
    }

    @Test(
        "puts global options behind the verb",
        arguments: [
            (["-o", "json", "list"], ["list", "-o", "json"]),
            (["--quiet", "-ojson", "image", "list", "-v"], ["image", "list", "--quiet", "-ojson", "-v"]),
            (["--output=json", "exec", "a", "--", "b"], ["exec", "--output=json", "a", "--", "b"]),
            (["--timeout", "5", "host", "sweep", "--delete"], ["host", "sweep", "--timeout", "5", "--delete"]),
            (["list", "-q"], ["list", "-q"]), (["--version"], ["--version"]), (["-o"], ["-o"]), ([], []),
        ])
    func order(arguments: [String], expected: [String]) {
        #expect(ArgumentOrder.globalOptionsLast(arguments) == expected)
    }
}
