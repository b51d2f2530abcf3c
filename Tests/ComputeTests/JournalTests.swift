// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import GRDB
import Glibc
import InstanceModel
import SystemPackage
import Testing

@testable import Compute

@Suite("The journal")
struct JournalTests {
    let host: ToyHost
    var journal: Journal { host.journal }

    init() throws { host = try ToyHost() }

    @Test("is a file for its owner alone, with its companions")
    func modes() throws {
        for suffix in ["", "-wal", "-shm"] {
            var status = stat()
            #expect(lstat(host.state.directory.database.string + suffix, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o600)
        }
    }

    @Test("writes in WAL mode, fully synchronised, with foreign keys")
    func pragmas() throws {
        for (pragma, value) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
            let found = try journal.queue.read { try String.fetchOne($0, sql: "PRAGMA \(pragma)") }
            #expect(found == value, "\(pragma)")
        }
    }

    @Test("that is opened twice in a process keeps its log, though another process comes and goes")
    func openedTwice() throws {
        let path = host.state.directory.database.string
        let log = try #require(inode(of: path + "-wal"))
        let second = try Journal.open(host.state.directory)
        let visitor = Process()
        visitor.executableURL = URL(filePath: "/usr/bin/env")
        visitor.arguments = [
            "python3", "-c",
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM operations'); c.close()",
            path,
        ]
        try visitor.run()
        visitor.waitUntilExit()
        #expect(visitor.terminationStatus == 0)
        #expect(inode(of: path + "-wal") == log)
        #expect(try second.instances() == journal.instances())
    }

    private func inode(of path: String) -> UInt64? {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    @Test("does not exist for reading before it is made, and then reads what another writes")
    func reading() async throws {
        let state = try TemporaryState.prepared()
        #expect(try Journal.openForReading(state.directory) == nil)
        try Data().write(to: URL(filePath: state.directory.database.string))
        #expect(try Journal.openForReading(state.directory) == nil)
        let writer = try Journal.open(state.directory)
        let reader = try #require(try Journal.openForReading(state.directory))
        #expect(try reader.instances() == [])
        let record = InstanceRecord(
            id: host.id, name: "web-1", document: "{}", operationID: OperationID(), createdAt: Date(milliseconds: 1))
        try writer.adopt(record, claims: [])
        #expect(try reader.instances() == [record])
        let error = #expect(throws: ComputeError.self) { try reader.markStarted(host.id) }
        #expect(error?.code == .failed)
    }

    @Test("is read where its writer is gone, with and without what SQLite keeps beside it")
    func readingAlone() throws {
        let state = try TemporaryState.prepared()
        let record = InstanceRecord(
            id: host.id, name: "web-1", document: "{}", operationID: OperationID(), createdAt: Date(milliseconds: 1))
        do {
            let writer = try Journal.open(state.directory)
            try writer.adopt(record, claims: [])
        }
        for suffix in ["-wal", "-shm"] {
            unlink(state.directory.database.string + suffix)
        }
        #expect(try Journal.openForReading(state.directory)?.instances() == [record])
    }

    @Test("is made once by many at a time")
    func concurrentCreation() async throws {
        let state = try TemporaryState.prepared()
        await withTaskGroup(of: ComputeError?.self) { group in
            for _ in 0..<8 {
                group.addTask { await computeError { _ = try Journal.open(state.directory).instances() } }
            }
            for await error in group { #expect(error == nil) }
        }
    }

    @Test("finds instances by identity, name and the beginning of an identity")
    func finds() throws {
        let ids = try ["a1111111", "a2222222", "b3333333"].map {
            try #require(InstanceID("\($0)-0000-4000-8000-000000000000"))
        }
        for (id, name) in zip(ids, ["c", "b", "a"]) { try adopt(id, name) }
        #expect(try journal.instances().map(\.name) == ["a", "b", "c"])
        #expect(try journal.instance(ids[0])?.name == "c")
        #expect(try journal.instance(named: "b")?.id == ids[1])
        #expect(try journal.instance(named: "z") == nil)
        #expect(try journal.instances(whoseIDStartsWith: "A").map(\.name) == ["b", "c"])
        #expect(try journal.instances(whoseIDStartsWith: "a2").map(\.name) == ["b"])
        #expect(try journal.instances(whoseIDStartsWith: "%").isEmpty)
    }

    @Test("notes the first start")
    func notesStart() throws {
        try adopt(host.id, "web-1", [Claim(.mac, "52:54:00:00:00:01")])
        try journal.markStarted(host.id)
        #expect(try journal.instance(host.id)?.everStarted == true)
    }

    @Test("takes an instance over again with what it has now")
    func adoptsAgain() throws {
        try adopt(host.id, "web-1", [Claim(.mac, "52:54:00:00:00:01")])
        try adopt(host.id, "web-2", [Claim(.mac, "52:54:00:00:00:02")])
        #expect(try journal.instances().map(\.name) == ["web-2"])
        #expect(try journal.claims().map(\.claim.value) == ["52:54:00:00:00:02"])
    }

    @Test(
        "names what is taken, and by whom, and begins nothing",
        arguments: [
            (Claim(.name, "web-1"), "an instance named web-1 exists"),
            (Claim(.mac, "52:54:00:00:00:01"), "the MAC address 52:54:00:00:00:01 is taken by the instance web-1"),
            (Claim(.port, "tcp:127.0.0.1:22"), "the port tcp:127.0.0.1:22 is published by the instance web-1"),
            (Claim(.cpu, "3"), "the host's processor 3 is taken by the instance web-1"),
            (Claim(Claim.Kind(rawValue: "core"), "3"), "the core 3 is taken by the instance web-1"),
        ])
    func conflicts(claim: Claim, message: String) async throws {
        try adopt(host.id, "web-1", [claim])
        let request = host.spawn("web-2", id: InstanceID(), claims: [Claim(.mac, "52:54:00:00:00:09"), claim])
        let error = await begin(request)
        #expect(error?.code == .conflict)
        #expect(error?.message == message)
        #expect(error?.outcome == .didNotHappen)
        #expect(try journal.claims().map(\.claim) == [claim])
        #expect(try journal.history(limit: 1).isEmpty)
        #expect(try journal.holders(of: request.claims).map(\.instanceID) == [host.id])
    }

    @Test(
        "a port on all addresses is the same one on each, to any other instance",
        arguments: [
            ("tcp:127.0.0.1:2222", "tcp:0.0.0.0:2222", true), ("tcp:0.0.0.0:2222", "tcp:10.0.0.1:2222", true),
            ("tcp:0.0.0.0:2222", "udp:127.0.0.1:2222", false), ("tcp:0.0.0.0:2222", "tcp:127.0.0.1:222", false),
            ("tcp:127.0.0.1:2222", "tcp:127.0.0.2:2222", false),
        ])
    func overlappingPorts(held: String, wanted: String, isTaken: Bool) async throws {
        try adopt(host.id, "web-1", [Claim(.port, held)])
        let error = await begin(host.spawn("web-2", id: InstanceID(), claims: [Claim(.port, wanted)]))
        #expect(error?.message == (isTaken ? "the port \(held) is published by the instance web-1" : nil))
    }

    @Test("refuses a name or an identity of the index that nobody claimed")
    func recordConflicts() async throws {
        try adopt(host.id, "web-1")
        #expect(await begin(host.spawn("web-1", id: InstanceID()))?.message == "an instance named web-1 exists")
        let error = await begin(host.spawn("web-2"))
        #expect(error?.message == "an instance with the UUID \(host.id) exists: web-1")
    }

    @Test("gives a repeated request its earlier result, and refuses another under its key")
    func idempotency() async throws {
        let runner = host.runner()
        let executor = ToyExecutor()
        let first = host.spawn(digest: "d1")
        _ = try await runner.run(first, steps: host.steps, executor: executor, context: .test(key: "k"))
        let done = try #require(try journal.operation(first.id))
        let again = try await runner.run(
            host.spawn(id: InstanceID(), digest: "d1"), steps: host.steps, executor: ToyExecutor(failing: ["disk"]),
            context: .test(key: "k"))
        #expect(again == .repeated(done))
        let other = await begin(host.spawn("web-2", id: InstanceID(), digest: "d2"), key: "k")
        #expect(other?.code == .conflict)
        #expect(other?.message == "this idempotency key was used for another request")
        #expect(try journal.history(limit: 9) == [done])
        // Keys are each caller's own.
        let stranger = OperationContext(principal: Principal(name: "stranger"), idempotencyKey: "k")
        let request = host.spawn("web-3", id: InstanceID(), digest: "d2")
        _ = try await runner.run(request, steps: host.steps, executor: executor, context: stranger)
    }

    @Test("lets a key be used again after its request was undone, and not before it is settled")
    func idempotencyAfterFailure() async throws {
        let failing = ToyExecutor(failing: ["seed"], failingUndo: ["seed"])
        let request = host.spawn(digest: "d")
        _ = await computeError {
            _ = try await host.runner().run(request, steps: host.steps, executor: failing, context: .test(key: "k"))
        }
        let early = await begin(host.spawn(id: InstanceID(), digest: "d"), key: "k")
        #expect(early?.code == .busy)
        failing.state.withLock { $0.failingUndo = [] }
        _ = try await host.runner().settle(request.id, executor: failing, context: .test())
        #expect(await begin(host.spawn(id: InstanceID(), digest: "d"), key: "k") == nil)
    }

    @Test("refuses the same request while it runs elsewhere")
    func idempotencyWhileRunning() async throws {
        #expect(await begin(host.spawn(digest: "d"), key: "k") == nil)
        let error = await begin(host.spawn("web-1", id: InstanceID(), digest: "d"), key: "k")
        #expect(error?.code == .busy)
        #expect(error?.message == "the same request is not settled yet: process \(getpid()) began it")
    }

    @Test("refuses idempotency keys that the database could not tell apart", arguments: ["", "a\u{0}b", "a\n"])
    func refusesKey(key: String) async throws {
        let error = await begin(host.spawn(), key: key)
        #expect(error?.code == .invalid)
        #expect(error?.problems.map(\.path) == ["idempotency_key"])
        let long = await begin(host.spawn(), key: String(repeating: "k", count: 256))
        #expect(long?.code == .invalid)
        #expect(try journal.history(limit: 1).isEmpty)
    }

    @Test("carries any text as it is", arguments: ["'; DROP TABLE claims; --", "\u{1}\n]]>", "…é🐓"])
    func hostileText(text: String) async throws {
        let claim = Claim(.port, text)
        #expect(await begin(host.spawn(text, claims: [claim]), key: "k \(text.count)'") == nil)
        #expect(try journal.instance(named: text)?.name == text)
        #expect(try journal.holders(of: [claim]).map(\.claim) == [claim])
        #expect(try journal.history(limit: 1).first?.idempotencyKey == "k \(text.count)'")
    }

    @Test("keeps a bounded history, and everything that is unfinished")
    func prunes() async throws {
        #expect(await begin(host.spawn("old")) == nil)
        let unfinished = try #require(try journal.history(limit: 1).first)
        try journal.write { database in
            for number in 0..<1_100 {
                try database.execute(
                    sql: """
                        INSERT INTO operations (id, kind, instance_id, instance_name, principal, request_id, state,
                            rule, process_id, started_at, finished_at)
                        VALUES (?, 'k', ?, 'n', 'p', ?, 'done', 'undo', 1, 0, ?)
                        """,
                    arguments: [
                        OperationID().description, host.id.description, UUID().uuidString,
                        number < 10 ? 0 : Date().milliseconds,
                    ])
            }
        }
        #expect(await begin(host.spawn("new", id: InstanceID())) == nil)
        // Ten were too old; of the others the last thousand stay, beside the two that are unfinished.
        #expect(try journal.history(limit: 9_999).count == 1_002)
        #expect(try journal.unfinishedOperations().map(\.instanceName) == ["old", "new"])
        #expect(try journal.operation(unfinished.id) == unfinished)
        #expect(try journal.steps(of: unfinished.id).count == 3)
    }

    @Test("counts none of the last hundred operations as old: the clock may be wrong")
    func clockAhead() async throws {
        try journal.write { database in
            for _ in 0..<150 {
                try database.execute(
                    sql: """
                        INSERT INTO operations (id, kind, instance_id, instance_name, principal, request_id, state,
                            rule, process_id, started_at, finished_at)
                        VALUES (?, 'k', ?, 'n', 'p', ?, 'done', 'undo', 1, 0, 0)
                        """,
                    arguments: [OperationID().description, host.id.description, UUID().uuidString])
            }
        }
        #expect(await begin(host.spawn("new")) == nil)
        #expect(try journal.history(limit: 9_999).count == 101)
    }

    @Test("keeps a bounded audit")
    func boundsAudit() throws {
        let record = AuditRecord(
            at: Date(milliseconds: 5), requestID: UUID(), principal: "p", action: "a", subject: "s", outcome: .done)
        try journal.append(record)
        #expect(try journal.audit(limit: 9) == [record])
        try journal.write { database in
            try database.execute(sql: "UPDATE sqlite_sequence SET seq = ? WHERE name = 'audit'", arguments: [10_000])
        }
        try journal.append(record)
        #expect(try journal.audit(limit: 9).count == 1)
    }

    @Test("keeps as much as it was told to")
    func limits() async throws {
        let small = try Journal.open(
            host.state.directory, keeping: HistoryLimits(operations: 10, days: 1, auditRecords: 100))
        let runner = OperationRunner(journal: small)
        for number in 0..<15 {
            _ = try await runner.run(
                host.spawn("n-\(number)", id: InstanceID()), steps: host.steps, executor: ToyExecutor(),
                context: .test())
        }
        #expect(try small.history(limit: 99).count == 11, "ten, and the one that was begun after they were counted")
        #expect(await begin(host.spawn("kept", id: InstanceID())) == nil)
        try small.write { database in
            let yesterday = Date(timeIntervalSinceNow: -90_000).milliseconds
            // As if a thousand others had come since: the last hundred never count as old.
            try database.execute(
                sql: "UPDATE operations SET finished_at = ?, rowid = rowid - 1000 WHERE instance_name <> 'kept'",
                arguments: [yesterday])
        }
        #expect(try small.history(limit: 99).count == 12, "another's limits are its own")
        _ = try await runner.run(
            host.spawn("last", id: InstanceID()), steps: host.steps, executor: ToyExecutor(), context: .test())
        #expect(try small.history(limit: 99).map(\.instanceName) == ["last", "kept"])
        let record = AuditRecord(
            at: Date(milliseconds: 5), requestID: UUID(), principal: "p", action: "a", subject: "s", outcome: .done)
        for _ in 0..<110 { try small.append(record) }
        #expect(try small.audit(limit: 999).count == 100)
    }

    @Test("limits of history are numbers within their ranges")
    func limitRanges() throws {
        #expect(throws: RuleViolation.self) { try HistoryLimits(operations: 9) }
        #expect(throws: RuleViolation.self) { try HistoryLimits(days: 3_651) }
        #expect(throws: RuleViolation.self) { try HistoryLimits(auditRecords: 99) }
        #expect(try HistoryLimits() == .standard)
    }

    @Test("reads times back to the millisecond, however far away")
    func times() {
        #expect(Date(milliseconds: 1_700_000_000_125).milliseconds == 1_700_000_000_125)
        #expect(Date(timeIntervalSince1970: 1e300).milliseconds == .max)
        #expect(Date(timeIntervalSince1970: -1e300).milliseconds == .min)
    }

    private func adopt(_ id: InstanceID, _ name: String, _ claims: [Claim] = []) throws {
        let record = InstanceRecord(
            id: id, name: name, document: "{}", operationID: OperationID(),
            createdAt: Date(timeIntervalSince1970: 1_700_000_000))
        try journal.adopt(record, claims: claims)
    }

    private func begin(_ request: OperationRequest, key: String? = nil) async -> ComputeError? {
        await computeError {
            _ = try await journal.begin(
                request, steps: host.steps.map { (name: $0.name, payload: "{}") }, context: .test(key: key))
        }
    }
}
