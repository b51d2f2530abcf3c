// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import Testing

/// The time of day is not to be relied on: it may be set while commands run, and between them. Deadlines and ages of
/// what lives are counted by clocks that nobody sets.
@Suite("A clock that is set", .serialized)
struct ClockJumpTests {
    private static let lab = "clock"

    @Test("far ahead or back harms no instance, and no record of it", arguments: [400, -400])
    func between(days: Int) async throws {
        let lab = try await Lab.ready(Self.lab)
        let before = try await lab.prepared()
        let clock = try SetClock()
        try clock.set(days: days)
        let elsewhen = clock.command(in: lab)
        try await lab.roost.json("run", "-", "--wait", "none", input: Lab.document("when-1"))
        try await elsewhen.json("pause", "when-1")
        #expect(try await lab.driver.instance("when-1", context: lab.context).state == .paused)
        try await lab.roost.json("resume", "when-1")
        // Newest first, whatever the times.
        let kinds = try await elsewhen.json("operation", "list").elements.prefix(3).compactMap { $0["kind"]?.text }
        #expect(kinds == ["instance.resume", "instance.pause", "instance.spawn"])
        for roost in [elsewhen, lab.roost] {
            #expect(try await roost.json("locks").elements.isEmpty)
            #expect(try await roost.orphans().isEmpty)
            #expect(try await roost.json("list").elements.map { $0["state"]?.text } == ["running"])
        }
        try await elsewhen.json("run", "-", "--wait", "none", input: Lab.document("when-2"))
        try await lab.roost.json("delete", "--force", "when-1", "when-2")
        try await lab.expectUnchanged(since: before)
    }

    @Test("a request whose key is known is done once, wherever the clock was when it came first")
    func keys() async throws {
        let lab = try await Lab.ready(Self.lab)
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("when-3"), until: .started, context: lab.context).id
        let context = OperationContext(principal: Lab.principal, idempotencyKey: "once \(id)")
        try await lab.driver.pause(id, context: context)
        // A command far ahead makes nothing of today too old to be known.
        let clock = try SetClock()
        try clock.set(days: 400)
        try await clock.command(in: lab).json("resume", "when-3")
        try await lab.driver.pause(id, context: context)
        #expect(try await lab.driver.instance("when-3", context: lab.context).state == .running)
        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        try await lab.expectUnchanged(since: before)
    }

    @Test("while a command waits, does not end the wait")
    func during() async throws {
        let lab = try await Lab.ready(Self.lab)
        let before = try await lab.prepared()
        let clock = try SetClock()
        let run = try clock.command(in: lab).start(
            ["run", "-", "--wait", "agent", "--wait-timeout", "3m", "--verbose"], input: Lab.document("when-4"))
        try await run.waitForError("start …")
        for days in [2, -2, 400] {
            try clock.set(days: days)
            try await Task.sleep(for: .milliseconds(300))
        }
        let outcome = await run.outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}

/// A clock for some commands alone, by hack/clock.c: what nobody can set goes on as it is.
private final class SetClock {
    private let directory: URL

    /// A clock that is right; needs gcc.
    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "roost-clock-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../hack/clock.c")
        try HostCommand("gcc", "-O1", "-shared", "-fPIC", "-o", library, source.standardizedFileURL.path).output()
        try set(days: 0)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Sets it, also for commands that run.
    func set(days: Int) throws {
        try Data("\(days * 86_400)\n".utf8).write(to: file)
    }

    /// The command with this clock.
    func command(in lab: Lab) -> CommandRun {
        var roost = lab.roost
        roost.prefix = ["env", "LD_PRELOAD=\(library)", "ROOST_TEST_CLOCK=\(file.path)"]
        return roost
    }

    private var library: String { directory.appending(path: "clock.so").path }
    private var file: URL { directory.appending(path: "ahead") }
}
