// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import SystemPackage

/// Spawns that all begin at once and each want one of a few things: a name, a UUID, a MAC address or a port.
///
/// In each, all else that the instance claims is its own.
struct ClaimRush {
    /// What is scarce, and how many of it there are.
    let kind: Claim.Kind
    let available: Int

    /// The spawns with these numbers; how each ended: nil where it won.
    func run(_ numbers: Range<Int>, in directory: StateDirectory) async throws -> [ComputeError?] {
        let journal = try Journal.open(directory)
        let runner = OperationRunner(journal: journal)
        let locks = DomainLocks(directory)
        return await withTaskGroup(of: ComputeError?.self) { group in
            for number in numbers {
                group.addTask {
                    while true {
                        do throws(ComputeError) {
                            try await spawn(number, runner, locks, FileExecutor(directory: directory.instances.string))
                            return nil
                        } catch {
                            // A disk that is slow to flush keeps the others' writes waiting.
                            guard error.code == .busy, error.outcome == .didNotHappen else { return error }
                        }
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func spawn(
        _ number: Int, _ runner: OperationRunner, _ locks: DomainLocks, _ executor: FileExecutor
    ) async throws(ComputeError) {
        let scarce = number % available
        let id = kind == .uuid ? Self.identity(scarce) : InstanceID()
        let name = kind == .name ? "web-\(scarce)" : "web-\(id)"
        let mac = kind == .mac ? "52:54:00:00:00:\(scarce)" : "of \(id)"
        let port = kind == .port ? "tcp:127.0.0.1:\(scarce)" : "of \(id)"
        let operation = OperationID()
        let record = InstanceRecord(
            id: id, name: name, document: "{}", operationID: operation,
            createdAt: Date(timeIntervalSince1970: 1_700_000_000))
        let claims = [Claim(.name, name), Claim(.uuid, "\(id)"), Claim(.mac, mac), Claim(.port, port)]
        let request = OperationRequest(
            id: operation, action: .spawn, rule: .undo, instanceID: id, instanceName: name,
            claims: claims, record: record)
        let context = OperationContext(principal: Principal(name: "rush"))
        // A file of that name that is there already fails the step: two that share a thing are seen on the disk, too.
        let step = FileStep(name: "disk", file: claims.first { $0.kind == kind }?.value ?? name)
        try await locks.withLock(id, operation: request.action.rawValue, context: context) {
            () async throws(ComputeError) in
            _ = try await runner.run(request, steps: [step], executor: executor, context: context)
        }
    }

    private static func identity(_ number: Int) -> InstanceID {
        InstanceID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, UInt8(truncatingIfNeeded: number))))
    }
}
