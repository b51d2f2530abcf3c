// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import Testing

/// What goes wrong with real guests, and how the command says so.
@Suite("the command line's failures", .serialized)
struct CommandFailureTests {
    @Test(
        "has an exit status for each kind of failure, and an error object",
        arguments: [
            (["show", "nobody"], 3, "not_found"),
            (["stop", "nobody"], 3, "not_found"),
            (["delete", "nobody"], 3, "not_found"),
            (["console", "nobody", "--log"], 3, "not_found"),
            (["image", "show", "nothing"], 3, "not_found"),
            (["image", "delete", "nothing"], 3, "not_found"),
            (["image", "add", "x/y", "/dev/null", "--format", "raw"], 2, "invalid"),
            (["image", "add", "none", "/no/such/file", "--format", "raw"], 2, "invalid"),
            (["run", "/no/such/document"], 2, "usage"),
            (["list", "--nonsense"], 2, "usage"),
            (["nonsense"], 2, "usage"),
        ])
    func statuses(arguments: [String], status: Int32, kind: String) async throws {
        let lab = try await Lab.ready("cli-fail")
        let outcome = try await lab.roost(arguments + ["-o", "json"])
        #expect(outcome.status == status, "\(outcome.errorText)")
        #expect(outcome.text == "")
        let error = try outcome.error
        #expect(error.keys == ["details", "hint", "kind", "libvirt", "message", "outcome", "problems", "subject"])
        #expect(error["kind"]?.text == kind)
        #expect(error["outcome"] == "did_not_happen")
    }

    @Test("tells of an interrupted start what became of it")
    func interruptedStart() async throws {
        let lab = try await Lab.ready("cli-fail")
        let before = try await lab.prepared()
        try await lab.roost.json("run", "-", "--wait", "none", input: Lab.document("cut-1"))
        for milliseconds in [50, 150, 250, 350, 450] {
            try await lab.roost.json("stop", "--force", "cut-1")
            let start = try lab.roost.start(["start", "cut-1", "-o", "json"])
            try await Task.sleep(for: .milliseconds(milliseconds))
            start.send(SIGINT)
            let outcome = await start.outcome()
            let state = try await lab.roost.json("show", "cut-1")["state"]?.text
            guard outcome.status == 130 else {
                #expect(outcome.status == 0 && state == "running", "\(outcome.errorText)")
                continue
            }
            // On a busy machine the signal ends it before it heeds any, and before it does anything.
            guard !outcome.errorOutput.isEmpty else {
                #expect(state == "stopped", "after \(milliseconds) ms")
                continue
            }
            let told = try outcome.error["outcome"]?.text
            #expect(told == (state == "running" ? "happened" : "did_not_happen"), "after \(milliseconds) ms")
        }
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("does what it is asked where standard descriptors are closed, and no other takes their place")
    func closedDescriptors() async throws {
        let lab = try await Lab.ready("cli-fail")
        let before = try await lab.prepared()
        var roost = lab.roost
        roost.prefix = ["sh", "-c", #"exec "$@" <&- 2>&-"#, "sh"]
        #expect(try await roost("list", "-o", "json").json == .array([]))
        roost.prefix = ["sh", "-c", #"exec "$@" <&-"#, "sh"]
        #expect(try await roost("spec", "check", "-").status == 2)
        roost.prefix = ["sh", "-c", #"exec "$@" >&- <&-"#, "sh"]
        let unheard = try await roost("list")
        #expect(unheard.status == 1)
        #expect(unheard.errorText.contains("the result could not be written"))
        try await lab.expectUnchanged(since: before)
    }

    @Test("makes what it makes with modes of its own, whatever the mask", arguments: ["0", "777"])
    func masks(mask: String) async throws {
        let lab = try await Lab("mask-\(mask)")
        var roost = lab.roost
        roost.prefix = ["sh", "-c", #"umask "$0"; exec "$@""#, mask]
        try await roost.json("image", "add", "tiny", GuestImage.tiny.path(), "--format", "qcow2")
        try await roost.json("run", "-", "--wait", "running", input: Lab.document("mask-1"))
        for name in ["roost.db", "state.json", "daemon.log"] {
            var status = stat()
            try #require(stat(lab.state.path.appending(name).string, &status) == 0)
            #expect(status.st_mode & 0o622 == 0o600, "\(name)")
        }
        try await lab.deleteAll()
        try await lab.endDaemon()
    }

    @Test("lists every problem of a document, and leaves nothing")
    func invalidDocument() async throws {
        let lab = try await Lab.ready("cli-fail")
        let before = try await HostSnapshot.take(lab)
        let document = """
            version: 1
            name: -web
            vcpus: 0
            memory: 128
            disks: [{ image: a/b }]
            interfaces: [{ network: user, publish: ["x"] }]
            colour: red
            """
        let outcome = try await lab.roost("run", "-", "-o", "json", input: document)
        #expect(outcome.status == 2)
        let error = try outcome.error
        #expect(error["kind"] == "invalid")
        let paths = Set(error["problems"]?.elements.compactMap { $0["path"]?.text } ?? [])
        let expected = ["name", "vcpus", "memory", "disks[0].image", "interfaces[0].publish[0]", "colour"]
        #expect(paths == Set(expected))
        #expect(error["problems"]?.elements.first?.keys == ["line", "path", "remedy", "rule", "value"])
        try await lab.expectUnchanged(since: before)
    }

    @Test("says that an image is missing, and leaves nothing")
    func missingImage() async throws {
        let lab = try await Lab.ready("cli-fail")
        let before = try await HostSnapshot.take(lab)
        let document = Lab.document("lost-1").replacingOccurrences(of: "image: tiny", with: "image: lost")
        let outcome = try await lab.roost("run", "-", "-o", "json", input: document)
        #expect(outcome.status == 3)
        #expect(try outcome.error["kind"] == "not_found")
        try await lab.expectUnchanged(since: before)
    }

    @Test("gives up on an agent that does not come in time, and leaves nothing")
    func agentTooLate() async throws {
        let lab = try await Lab.ready("cli-fail")
        let before = try await HostSnapshot.take(lab)
        let outcome = try await lab.roost(
            "run", "-", "--wait", "agent", "--wait-timeout", "300ms", "-o", "json", input: Lab.document("late-1"))
        #expect(outcome.status == 6)
        #expect(try outcome.error["kind"] == "deadline_exceeded")
        #expect(try outcome.error["outcome"] == "did_not_happen")
        try await lab.expectUnchanged(since: before)
    }

    @Test("refuses what a running or a stopped guest does not allow")
    func conflicts() async throws {
        let lab = try await Lab.ready("cli-fail")
        let roost = lab.roost
        try await roost.json("run", "-", input: Lab.document("there-1"))
        let taken = try await roost("run", "-", "-o", "json", input: Lab.document("there-1"))
        #expect(taken.status == 4)
        #expect(try taken.error["kind"] == "conflict")
        let used = try await roost("image", "delete", "tiny", "-o", "json")
        #expect(used.status == 4)
        #expect(try used.error["kind"] == "conflict")
        let waited = try await roost("wait", "there-1", "--for", "stopped", "--timeout", "300ms", "-o", "json")
        #expect(waited.status == 6)
        #expect(try waited.error["kind"] == "deadline_exceeded")

        #expect(try await roost("stop", "there-1", "--force").status == 0)
        let console = try await roost("console", "there-1", "-o", "json")
        #expect(console.status == 4)
        #expect(try console.error["kind"] == "conflict")
        #expect(try await roost("reboot", "there-1").status == 4)
        #expect(try await roost("delete", "there-1").status == 0)
    }

    @Test("lets one of two runs of one name win")
    func twoRuns() async throws {
        let lab = try await Lab.ready("cli-fail")
        let before = try await HostSnapshot.take(lab)
        let arguments = ["run", "-", "-o", "json"]
        let runs = try (1...2).map { _ in try lab.roost.start(arguments, input: Lab.document("twin-1")) }
        var outcomes: [CommandRun.Outcome] = []
        for run in runs { outcomes.append(await run.outcome()) }
        #expect(outcomes.map(\.status).sorted() == [0, 4])
        let winner = try #require(outcomes.first { $0.status == 0 })
        let loser = try #require(outcomes.first { $0.status == 4 })
        #expect(try loser.error["kind"] == "conflict")
        #expect(try await lab.roost.json("list").elements.map { $0["id"] } == [winner.json["id"]])
        #expect(try await lab.roost("delete", "twin-1", "--force").status == 0)
        try await lab.expectUnchanged(since: before)
    }

    @Test("Ctrl-C in a run undoes it", arguments: ["disk-0 …", "define …", "start …", "wait-agent …"])
    func interrupted(at step: String) async throws {
        let lab = try await Lab.ready("cli-fail")
        let before = try await HostSnapshot.take(lab)
        let run = try lab.roost.start(
            ["run", "-", "--wait", "agent", "--verbose"], input: Lab.document("broken-1"))
        try await run.waitForError(step)
        run.send(SIGINT)
        let outcome = await run.outcome()
        #expect(outcome.status == 130, "\(outcome.errorText)")
        #expect(outcome.text == "")
        #expect(outcome.errorText.contains("nothing was changed, or all was put back"))
        try await lab.expectUnchanged(since: before)
    }

    @Test("a run that is killed is undone by the next command", arguments: ["disk-0 …", "start …", "wait-agent …"])
    func killed(at step: String) async throws {
        let lab = try await Lab.ready("cli-fail")
        let before = try await HostSnapshot.take(lab)
        let run = try lab.roost.start(
            ["run", "-", "--wait", "agent", "--verbose"], input: Lab.document("killed-1"))
        try await run.waitForError(step)
        run.send(SIGKILL)
        #expect(await run.outcome().status == 128 + SIGKILL)
        #expect(try await lab.roost.json("list") == .array([]))
        try await lab.expectUnchanged(since: before)
        try await lab.runGuest("killed-1")
        #expect(try await lab.roost("delete", "killed-1", "--force").status == 0)
    }
}
