// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import SystemPackage

/// A process for tests to kill: takes locks, and runs and settles operations, in a state directory that tests share.
///
/// Arguments: the state directory, the instance's UUID, and what to do: `spawn`, `delete`, `start` or `settle`, each
/// with the number of the point at which it is killed, if it is; `hold` the lock until standard input ends; or `rush`
/// for things of one kind, with the kind, how many there are, and the first and last number of the spawns.
@main
struct CrashVictim {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4, let id = InstanceID(arguments[2]) else { exit(64) }
        let directory = try StateDirectory(FilePath(arguments[1]))
        let victim = CrashVictim(directory: directory, id: id)
        let point = arguments.count > 4 ? Int(arguments[4]) ?? -1 : -1
        switch arguments[3] {
        case "spawn": try await victim.spawn(killedAt: point)
        case "delete": try await victim.delete(killedAt: point)
        case "start": try await victim.start(killedAt: point)
        case "settle": try await victim.settle(killedAt: point)
        case "hold": try await victim.hold()
        case "rush": try await victim.rush(Array(arguments.dropFirst(4)))
        default: exit(64)
        }
    }

    let directory: StateDirectory
    let id: InstanceID
    private let context = OperationContext(principal: Principal(name: "victim"))

    private var executor: FileExecutor { FileExecutor(directory: directory.instances.string) }

    private func spawn(killedAt point: Int) async throws {
        let operation = OperationID()
        let record = InstanceRecord(
            id: id, name: "web-1", document: "{}", operationID: operation,
            createdAt: Date(timeIntervalSince1970: 1_700_000_000))
        let request = OperationRequest(
            id: operation, action: .spawn, rule: .undo, instanceID: id, instanceName: "web-1",
            claims: [Claim(.name, "web-1"), Claim(.mac, "52:54:00:00:00:01")], record: record)
        let steps = ["disk", "seed", "define"].map { FileStep(name: $0, file: $0) }
        try await run(request, steps, killedAt: point)
    }

    private func delete(killedAt point: Int) async throws {
        let request = OperationRequest(action: .delete, rule: .finish, instanceID: id, instanceName: "web-1")
        let steps = ["define", "seed", "disk"].map { FileStep(name: "remove \($0)", file: $0) }
        try await run(request, steps, killedAt: point)
    }

    private func start(killedAt point: Int) async throws {
        let request = OperationRequest(action: .start, rule: .look, instanceID: id, instanceName: "web-1")
        try await run(request, [FileStep(name: "power-on", file: "on")], killedAt: point)
    }

    private func run(_ request: OperationRequest, _ steps: [FileStep], killedAt point: Int) async throws {
        let probe = KillingProbe(fatal: point)
        let runner = OperationRunner(journal: try Journal.open(directory), probe: probe)
        let locks = DomainLocks(directory)
        try await locks.withLock(id, operation: request.action.rawValue, context: context) {
            () async throws(ComputeError) in
            _ = try await runner.run(request, steps: steps, executor: executor, context: context)
        }
        print(probe.reached)
    }

    private func settle(killedAt point: Int) async throws {
        let probe = KillingProbe(fatal: point)
        let runner = OperationRunner(journal: try Journal.open(directory), probe: probe)
        let settled = try await runner.settleAll(locks: DomainLocks(directory)) {
            (_: OperationRecord) throws(ComputeError) in executor
        }
        for operation in settled { print(try operation.result.get().rawValue) }
    }

    private func rush(_ arguments: [String]) async throws {
        let numbers = arguments.dropFirst().compactMap(Int.init)
        guard numbers.count == 3 else { exit(64) }
        let rush = ClaimRush(kind: Claim.Kind(rawValue: arguments[0]), available: numbers[0])
        print("ready")
        fflush(nil)
        _ = readLine()
        for error in try await rush.run(numbers[1]..<numbers[2], in: directory) { print(error?.code.rawValue ?? "won") }
    }

    private func hold() async throws {
        try await DomainLocks(directory).withLock(id, operation: "test.hold", context: context) {
            print("held")
            fflush(nil)
            _ = readLine()
        }
    }
}
