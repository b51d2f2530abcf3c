// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import SystemPackage

/// What a spawn writes to the journal, its claims included, around steps that do nothing.
struct JournalBenchmark {
    private let journal: Journal
    private let runner: OperationRunner
    private let log: FilePath

    /// The steps of the tiny guest's spawn.
    private static let steps = ["files", "disk-0", "define", "start", "wait-running"].map { EmptyStep(name: $0) }

    init(state: StateDirectory) throws {
        journal = try Journal.open(state)
        runner = OperationRunner(journal: journal)
        log = FilePath("\(state.database)-wal")
    }

    /// What the C program needs to write and flush as much.
    struct Description: Encodable {
        /// The begin, the end of each step, and the mark that the guest was started: each is flushed.
        let flushes: Int
        /// What each of them adds to the log on average.
        let bytes: Int
    }

    var description: Description {
        // SQLite writes a page of 4 KiB, with a header, for each that a transaction changes: of a spawn's begin 10, of
        // its end 6, of all others 1.
        Description(flushes: Self.steps.count + 2, bytes: (10 + 6 + Self.steps.count) * 4_120 / (Self.steps.count + 2))
    }

    /// One spawn, in microseconds.
    struct Result: Encodable {
        let total: Double

        enum CodingKeys: String, CodingKey {
            case total = "total_us"
        }
    }

    func spawn() async throws -> Result {
        let id = InstanceID()
        let operation = OperationID()
        let name = "journal-\(id)"
        let record = InstanceRecord(
            id: id, name: name, document: String(repeating: " ", count: 500), operationID: operation, createdAt: Date())
        let request = OperationRequest(
            id: operation, action: .spawn, rule: .undo, instanceID: id, instanceName: name,
            claims: [
                Claim(.name, name), Claim(.uuid, "\(id)"), Claim(.mac, "mac of \(id)"), Claim(.port, "port of \(id)"),
            ], record: record)
        let context = OperationContext(principal: Principal(name: "bench"))
        let start = ContinuousClock.now
        _ = try await runner.run(request, steps: Self.steps, executor: EmptyExecutor(), context: context)
        try journal.markStarted(id)
        let total = ContinuousClock.now - start
        try journal.forget(id)
        return Result(total: total.microseconds)
    }
}

/// A step without an effect.
private struct EmptyStep: OperationStep {
    let name: String
}

/// Does nothing.
private struct EmptyExecutor: OperationExecutor {
    func perform(_ step: EmptyStep, context: OperationContext) async throws(ComputeError) {}
    func undo(_ step: EmptyStep, context: OperationContext) async throws(ComputeError) {}
    func evidence(of step: EmptyStep, context: OperationContext) async throws(ComputeError) -> StepEvidence {
        .happened
    }
}
