// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DiskRecorder
import Foundation
import Glibc
import InstanceModel
import Storage
import SystemPackage

/// A process whose writes, flushes and renames are recorded, for tests to take the power away after each.
///
/// Arguments: an empty directory, in which it makes the state directory `s`; the file of the record; and what to do.
/// Each change that is to be there in full or not at all is marked before it is made and after it was reported.
@main
struct PowerVictim {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4 else { exit(64) }
        let victim = PowerVictim(directory: try StateDirectory(FilePath(arguments[1]).appending("s")))
        guard disk_recorder_start(arguments[1], arguments[2]) == 0 else { exit(74) }
        try await victim.run(arguments[3], sources: FilePath(arguments[2]).removingLastComponent())
        disk_recorder_exit()
    }

    private func run(_ work: String, sources: FilePath) async throws {
        try await change("prepare") { try directory.prepare(guestAccount: .currentUser()) }
        switch work {
        case "operations": try await operations()
        case "checkpoint": try await checkpoint()
        case "places": try await places()
        case "images": try await images(sources: sources)
        case "instances": try await instances(sources: sources)
        case "careless": try await careless()
        default: exit(64)
        }
    }

    let directory: StateDirectory
    private let context = OperationContext(principal: Principal(name: "victim"))

    private func change<R>(_ what: String, _ body: () async throws -> R) async throws -> R {
        disk_recorder_mark(1, what)
        let result = try await body()
        disk_recorder_mark(0, what)
        return result
    }

    /// Operations of each rule that end in each way; the database is closed in between, which empties its log.
    private func operations() async throws {
        let first = InstanceID()
        let second = InstanceID()
        do {
            let runner = try await runner()
            try await spawn("web-1", first, runner)
            let power = OperationRequest(action: .start, rule: .look, instanceID: first, instanceName: "web-1")
            try await run(power, ["power-on"], runner)
            try await failing { try await spawn("web-2", second, runner, failing: "seed") }
        }
        let runner = try await runner()
        try await spawn("web-2", second, runner)
        try await delete("web-1", first, runner)
        let reboot = OperationRequest(action: .reboot, rule: .look, instanceID: second, instanceName: "web-2")
        try await failing { try await run(reboot, ["ask-reboot"], runner, failing: "ask-reboot") }
        try await delete("web-2", second, runner)
    }

    /// An operation that is to fail at one of its steps, and nowhere else.
    private func failing(_ operation: () async throws -> Void) async throws {
        do {
            try await operation()
        } catch let error as ComputeError where error.subject == EmptyExecutor.subject {
            return
        }
        exit(70)
    }

    /// So many writes that SQLite empties its log on its own, and begins it anew while the database is open.
    private func checkpoint() async throws {
        let journal = try await change("open") { try Journal.open(directory) }
        for number in 0..<Self.writesToCheckpoint {
            let record = AuditRecord(
                at: Date(timeIntervalSince1970: 1_700_000_000), requestID: UUID(), principal: "victim",
                action: "test.write", subject: "\(number)", outcome: .done)
            try await change("audit \(number)") { try journal.append(record) }
        }
    }

    /// SQLite empties a log of 1,000 pages; each of these writes adds two to four.
    private static let writesToCheckpoint = 520

    /// The record of the directory's place and connection, written anew again and again.
    private func places() async throws {
        for number in 0..<3 {
            try await change("rebind \(number)") { try directory.rebind(connection: "test:///\(number)") }
            try await change("record \(number)") { try directory.recordPlace() }
        }
    }

    /// Images that come and go.
    private func images(sources: FilePath) async throws {
        let store = ImageStore(directory: directory.images, guest: nil)
        let instances = InstanceFiles(directory: directory.instances, guest: nil)
        for (number, name) in [try ImageName("first"), try ImageName("second")].enumerated() {
            let file = sources.appending("source-\(number)")
            let bytes = (0..<9_216).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
            try Data(bytes).write(to: URL(filePath: file.string))
            _ = try await change("add \(name)") { try await store.add(name, from: file, format: .raw, kind: .disk) }
        }
        let first = try ImageName("first")
        try await change("delete first") { try await store.delete(first, unusedIn: instances) }
    }

    /// An instance's directory, and its record of what it boots from.
    private func instances(sources: FilePath) async throws {
        let store = ImageStore(directory: directory.images, guest: nil)
        let files = InstanceFiles(directory: directory.instances, guest: nil)
        let source = sources.appending("source")
        try Data(repeating: 1, count: 1_024).write(to: URL(filePath: source.string))
        let image = try await change("add") {
            try await store.add(ImageName("base"), from: source, format: .raw, kind: .disk)
        }
        let id = InstanceID()
        try await change("directory") { try files.createDirectory(of: id) }
        try await change("boot") { try files.recordBoot([image], of: id) }
        try await change("boot again") { try files.recordBoot([], of: id) }
    }

    /// What a file's replacement is not to be: written in its place, and flushed afterwards.
    private func careless() async throws {
        for number in 0..<2 {
            try await change("write \(number)") {
                let bytes = [UInt8](repeating: UInt8(ascii: "a") + UInt8(number), count: 2_000)
                let file = open(directory.identityFile.string, O_WRONLY | O_TRUNC)
                guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else { exit(74) }
                close(file)
            }
        }
    }

    private func runner() async throws -> OperationRunner {
        let journal = try await change("open") { try Journal.open(directory) }
        return OperationRunner(journal: journal, probe: MarkingProbe())
    }

    private func spawn(
        _ name: String, _ id: InstanceID, _ runner: OperationRunner, failing: String? = nil
    ) async throws {
        let operation = OperationID()
        let record = InstanceRecord(
            id: id, name: name, document: "{}", operationID: operation,
            createdAt: Date(timeIntervalSince1970: 1_700_000_000))
        let request = OperationRequest(
            id: operation, action: .spawn, rule: .undo, instanceID: id, instanceName: name,
            claims: [Claim(.name, name), Claim(.uuid, "\(id)"), Claim(.port, "tcp:\(name):22")], record: record)
        try await run(request, ["files", "seed", "define"], runner, failing: failing)
    }

    private func delete(_ name: String, _ id: InstanceID, _ runner: OperationRunner) async throws {
        let request = OperationRequest(action: .delete, rule: .finish, instanceID: id, instanceName: name)
        try await run(request, ["turn-off", "undefine", "remove-files"], runner)
    }

    private func run(
        _ request: OperationRequest, _ steps: [String], _ runner: OperationRunner, failing: String? = nil
    ) async throws {
        _ = try await runner.run(
            request, steps: steps.map(EmptyStep.init), executor: EmptyExecutor(failing: failing), context: context)
    }
}
