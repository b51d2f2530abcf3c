// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Foundation
import InstanceModel
import SystemPackage
import Testing

@testable import Commands

@Suite("edit")
struct EditTests {
    private var roost = CommandLineRun()
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        roost.directory = scratch.path
        roost.isTerminal = true
        roost.environment = ["EDITOR": "ed --fast", "TMPDIR": scratch.path.string]
    }

    /// What editors did: how each was called, and the file as it found it.
    private struct Call {
        let words: [String]
        let text: String
        let mode: Int
    }

    /// A command line whose editors each replace the first text by the second, in turn; nil: they fail.
    private func editing(
        _ changes: [(String, String)?], answers: [String] = [], calls: Recorder<Call> = Recorder()
    ) -> CommandLineRun {
        var run = roost
        run.input = ScriptedInput(answers, isTerminal: true)
        run.runOnTerminal = { words in
            let path = words.last ?? ""
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let change = changes[min(calls.values.count, changes.count - 1)]
            calls.append(
                Call(words: words, text: text, mode: (attributes[.posixPermissions] as? Int) ?? 0))
            guard let change else { return 1 }
            // As editors do: a new file in place of the old one, and a copy beside it.
            try text.write(toFile: path + "~", atomically: true, encoding: .utf8)
            try text.replacing(change.0, with: change.1).write(toFile: path, atomically: true, encoding: .utf8)
            return 0
        }
        return run
    }

    private var isClean: Bool {
        get throws { try FileManager.default.contentsOfDirectory(atPath: scratch.path.string).isEmpty }
    }

    @Test("applies what the editor left, and leaves no file")
    func applies() async throws {
        let id = try await roost.add("web-1", .stopped)
        let calls = Recorder<Call>()
        let outcome = await editing([("vcpus: 2", "vcpus: 4")], answers: ["y\n"], calls: calls)("edit", "web-1")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("vcpus changes from \"2\" to \"4\""))
        #expect(outcome.errorOutput.contains("Change instance web-1?"))
        #expect(await roost.hypervisor.instance(of: id)?.vcpus.value == 4)
        let call = try #require(calls.values.first)
        #expect(call.words.dropLast() == ["ed", "--fast"])
        #expect(call.mode == 0o600)
        #expect(call.text.hasPrefix("version: 1\nname: web-1\n"))
        #expect(try isClean)
    }

    @Test("says where nothing was changed")
    func unchanged() async throws {
        try await roost.add("web-1")
        let outcome = await editing([("web-1", "web-1")])("edit", "web-1")
        #expect(outcome.status == 0)
        #expect(outcome.output == "web-1: there is nothing to change\n")
        #expect(try isClean)
    }

    @Test("shows all mistakes, and lets the document be edited again as it was left")
    func again() async throws {
        let id = try await roost.add("web-1", .stopped)
        let calls = Recorder<Call>()
        let run = editing(
            [("vcpus: 2\nmemory", "vcpus: 0\nmemori"), ("vcpus: 0\nmemori", "vcpus: 3\nmemory")],
            answers: ["y\n", "y\n"], calls: calls)
        let outcome = await run("edit", "web-1")
        #expect(outcome.status == 0)
        #expect(outcome.errorOutput.contains("line 3, vcpus"))
        #expect(outcome.errorOutput.contains("line 4, memori"))
        #expect(outcome.errorOutput.contains("Edit it again?"))
        #expect(calls.values.last?.text.contains("memori:") == true)
        #expect(await roost.hypervisor.instance(of: id)?.vcpus.value == 3)
        #expect(try isClean)
    }

    @Test("gives up on a mistake, with exit status 2, where it is not edited again")
    func givesUp() async throws {
        let id = try await roost.add("web-1")
        let outcome = await editing([("name: web-1", "name: web-2")], answers: ["n\n"])("edit", "web-1", "--yes")
        #expect(outcome.status == 2)
        #expect(outcome.errorOutput.contains("an instance keeps its name"))
        #expect(await roost.hypervisor.instance(of: id)?.name.description == "web-1")
        #expect(try isClean)
    }

    @Test("changes nothing where the editor fails, or is not there")
    func failingEditor() async throws {
        try await roost.add("web-1")
        let outcome = await editing([nil])("edit", "web-1")
        #expect(outcome.status == 1)
        #expect(outcome.errorOutput.contains("it ended with status 1; nothing was changed"))
        #expect(try isClean)

        var missing = roost
        missing.input = ScriptedInput(isTerminal: true)
        missing.environment["VISUAL"] = "/nonexistent/editor"
        let second = await missing("edit", "web-1")
        #expect(second.status == 2)
        #expect(second.errorOutput.contains("cannot be started"))
        #expect(try isClean)
    }

    @Test("needs a terminal")
    func noTerminal() async throws {
        try await roost.add("web-1")
        var run = roost
        run.isTerminal = false
        let outcome = await run("edit", "web-1")
        #expect(outcome.status == 2)
        #expect(outcome.errorOutput.contains("`roost show web-1 --spec`"))
        #expect(roost.requests.values.isEmpty)
    }

    @Test("a program has the terminal, its arguments as they are, and its status is told")
    func programs() async throws {
        #expect(try await TerminalProgram.run(["sh", "-c", "test \"$1\" = 'a b*'", "sh", "a b*"]) == 0)
        #expect(try await TerminalProgram.run(["sh", "-c", "exit 7"]) == 7)
        #expect(try await TerminalProgram.run(["sh", "-c", "kill -9 $$"]) == 137)
        await #expect(throws: Errno.noSuchFileOrDirectory) { try await TerminalProgram.run(["/nonexistent/editor"]) }
        await #expect(throws: Errno.invalidArgument) { try await TerminalProgram.run([]) }
    }
}
