// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import GRDB
import Glibc
import InstanceModel
import SystemPackage
import Testing

@testable import Compute

@Suite("A journal in trouble")
struct JournalFaultTests {
    @Test("tells of a file that is no database", arguments: [false, true])
    func notDatabase(reading: Bool) throws {
        let state = try TemporaryState.prepared()
        let file = state.directory.database
        try Data(repeating: 0x41, count: 8_192).write(to: URL(filePath: file.string))
        let error = #expect(throws: ComputeError.self) {
            _ = try reading ? Journal.openForReading(state.directory) : Journal.open(state.directory)
        }
        #expect(error?.code == .failed)
        #expect(error?.message == "the database \(file) is damaged: file is not a database")
        #expect(error?.hint?.hasPrefix("move it aside") == true)
    }

    @Test("tells of damaged pages instead of giving what is in them")
    func damagedPages() throws {
        let state = try TemporaryState.prepared()
        let file = state.directory.database.string
        do {
            let journal = try Journal.open(state.directory)
            for number in 0..<50 { try journal.adopt(Self.record("web-\(number)"), claims: []) }
            try journal.queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
        let handle = try FileHandle(forUpdating: URL(filePath: file))
        let size = try handle.seekToEnd()
        #expect(size > 8_192)
        try handle.seek(toOffset: 4_096)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 4_096))
        try handle.close()
        let error = #expect(throws: ComputeError.self) { try Journal.open(state.directory).instances() }
        #expect(error?.code == .failed)
        #expect(error?.message.contains("is damaged") == true)
    }

    @Test(
        "tells of values that it never wrote",
        arguments: [
            "UPDATE instances SET id = 'web-1'", "UPDATE instances SET document = x'ff00'",
            "UPDATE instances SET created_at = 'yesterday'",
        ])
    func strangeValues(sql: String) throws {
        let state = try TemporaryState.prepared()
        let journal = try Journal.open(state.directory)
        try journal.adopt(Self.record("web-1"), claims: [])
        let error = #expect(throws: ComputeError.self) {
            try journal.write { try $0.execute(sql: sql) }
            _ = try journal.instances()
        }
        #expect(error?.code == .failed)
    }

    @Test("refuses a newer version and leaves it as it is", arguments: [false, true])
    func newerVersion(reading: Bool) throws {
        let state = try TemporaryState.prepared()
        try Journal.open(state.directory).queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA user_version = 99")
        }
        let error = #expect(throws: ComputeError.self) {
            _ = try reading ? Journal.openForReading(state.directory) : Journal.open(state.directory)
        }
        #expect(error?.code == .failed)
        let current = JournalSchema.currentVersion
        #expect(
            error?.message
                == "\(state.directory.database) was written by a newer version of Roost (schema 99, here \(current))")
    }

    @Test("refuses a symbolic link in the database's place")
    func link() throws {
        let state = try TemporaryState.prepared()
        symlink("/etc/passwd", state.directory.database.string)
        let error = #expect(throws: ComputeError.self) { try Journal.open(state.directory) }
        #expect(error?.code == .failed)
    }

    @Test("tells of a directory that is not there")
    func noDirectory() throws {
        let state = try TemporaryState()
        #expect(try Journal.openForReading(state.directory) == nil)
        let error = #expect(throws: ComputeError.self) { try Journal.open(state.directory) }
        #expect(error?.code == .failed)
    }

    @Test("tells of a read-only file system")
    func readOnly() throws {
        let state = try TemporaryState.prepared()
        let mount = try SmallFileSystem(state, megabytes: 4)
        let directory = try mount.prepared()
        try mount.remount(readOnly: true)
        let error = #expect(throws: ComputeError.self) { try Journal.open(directory) }
        #expect(error?.code == .failed)
        #expect(error?.hint == "the file system is mounted read-only; choose another state directory")
    }

    @Test("tells of a full disk, undoes what ran, and goes on when there is room")
    func fullDisk() async throws {
        let state = try TemporaryState.prepared()
        let mount = try SmallFileSystem(state, megabytes: 2)
        let directory = try mount.prepared()
        let journal = try Journal.open(directory)
        let executor = ToyExecutor { step, _ in if step.name == "seed" { mount.fill() } }
        let id = InstanceID()
        let operation = OperationID()
        // Larger than what may be left of the pages that the database already has.
        let steps = (0..<40).map {
            ToyStep(name: $0 == 5 ? "seed" : "step \($0)" + String(repeating: ".", count: 4_000))
        }
        let record = InstanceRecord(
            id: id, name: "web-1", document: "{}", operationID: operation, createdAt: Date(milliseconds: 0))
        let request = OperationRequest(
            id: operation, action: .spawn, rule: .undo, instanceID: id, instanceName: "web-1",
            claims: [Claim(.name, "web-1")], record: record)
        let error = await computeError {
            _ = try await OperationRunner(journal: journal).run(
                request, steps: steps, executor: executor, context: .test())
        }
        #expect(error?.code == .exhausted)
        #expect(error?.message.hasPrefix("the disk is full: cannot write the database") == true)
        #expect(executor.effects == [])
        mount.empty()
        let locks = DomainLocks(directory)
        _ = try await OperationRunner(journal: journal).settleAll(locks: locks) {
            (_: OperationRecord) throws(ComputeError) in executor
        }
        #expect(try journal.history(limit: 9).map(\.state) == [.undone])
        #expect(try journal.claims().isEmpty)
    }

    @Test("locks domains even on a full disk, since a deletion makes room")
    func locksOnFullDisk() throws {
        let state = try TemporaryState.prepared()
        let mount = try SmallFileSystem(state, megabytes: 2)
        let directory = try mount.prepared()
        mount.fill()
        let (locks, id) = (DomainLocks(directory), InstanceID())
        let lock = try #require(try locks.tryAcquire(id, operation: "instance.delete", context: .test()))
        #expect(try locks.holder(of: id) != nil)
        lock.release()
        #expect(try locks.held() == [:])
    }

    private static func record(_ name: String) -> InstanceRecord {
        InstanceRecord(
            id: InstanceID(), name: name, document: String(repeating: " ", count: 500), operationID: OperationID(),
            createdAt: Date(milliseconds: 0))
    }
}

/// A tmpfs of a few megabytes with a state directory in it, which needs root.
final class SmallFileSystem: Sendable {
    private let point: FilePath

    init(_ state: TemporaryState, megabytes: Int) throws {
        point = state.parent.appending("m")
        mkdir(point.string, 0o700)
        guard mount("tmpfs", point.string, "tmpfs", 0, "size=\(megabytes)m") == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { umount2(point.string, Int32(MNT_DETACH)) }

    func prepared() throws -> StateDirectory {
        let directory = try StateDirectory(point.appending("s"))
        try directory.prepare(guestAccount: .currentUser())
        return directory
    }

    func remount(readOnly: Bool) throws {
        let flags = UInt(MS_REMOUNT) | (readOnly ? UInt(MS_RDONLY) : 0)
        guard mount("tmpfs", point.string, "tmpfs", flags, nil) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Takes all room that is left.
    func fill() {
        let descriptor = open(point.appending("filler").string, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let page = [UInt8](repeating: 1, count: 4_096)
        while write(descriptor, page, page.count) > 0 {}
        close(descriptor)
    }

    /// Cut as well as removed: a program that another test begins at this moment may share the file for a moment.
    func empty() {
        truncate(point.appending("filler").string, 0)
        unlink(point.appending("filler").string)
    }
}
