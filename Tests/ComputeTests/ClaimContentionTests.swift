// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import SystemPackage
import Testing

@testable import Compute
@testable import CrashVictim

/// Two hundred spawns in three processes want one of twenty things each.
@Suite("Claims under contention", .serialized)
struct ClaimContentionTests {
    private static let available = 20
    private static let spawns = 200

    @Test(
        "each go to one, all others get a conflict, and what is released is taken again",
        arguments: ClaimRush.usual + [.cpu, .hugePages, .vsock, .pci, .mediatedDevice, .usb])
    func rush(for kind: Claim.Kind) async throws {
        let state = try TemporaryState.prepared()
        try await expectOneEach(of: kind, in: state)
        let journal = try Journal.open(state.directory)
        // Every other one goes; the next rush finds room for as many, and for no more.
        let released = try journal.instances().enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        for instance in released {
            let gone = try #require(try journal.claims(of: instance.id).first { $0.claim.kind == kind })
            try await delete(instance, file: rush(kind).file(of: gone.claim), of: journal, in: state)
            #expect(try journal.holders(of: [gone.claim]).isEmpty)
        }
        let answers = try await rush(kind, in: state)
        #expect(answers.count { $0 == "won" } == released.count)
        #expect(Set(answers) == ["won", ComputeError.Code.conflict.rawValue])
        try expectNothingShared(kind, in: journal)
        for instance in try journal.instances() { try journal.forget(instance.id) }
        #expect(try journal.claims().isEmpty)
    }

    private func rush(_ kind: Claim.Kind) -> ClaimRush { ClaimRush(kind: kind, available: Self.available) }

    private func expectOneEach(of kind: Claim.Kind, in state: TemporaryState) async throws {
        let answers = try await rush(kind, in: state)
        #expect(answers.count == Self.spawns)
        #expect(answers.count { $0 == "won" } == Self.available)
        #expect(Set(answers) == ["won", ComputeError.Code.conflict.rawValue])
        let journal = try Journal.open(state.directory)
        #expect(try state.effects.count == Self.available)
        #expect(try journal.history(limit: Self.spawns).map(\.state) == Array(repeating: .done, count: Self.available))
        try expectNothingShared(kind, in: journal)
    }

    /// The database alone could not tell: it has one row a claim. Each winner has claims of its own.
    private func expectNothingShared(_ kind: Claim.Kind, in journal: Journal) throws {
        let kinds = Set(ClaimRush.usual + [kind])
        let instances = try journal.instances()
        #expect(instances.count == Self.available)
        for instance in instances {
            let claims = try journal.claims(of: instance.id)
            #expect(Set(claims.map(\.claim.kind)) == kinds)
            #expect(claims.allSatisfy { $0.operationID == instance.operationID })
        }
        #expect(try journal.claims().count == kinds.count * Self.available)
        let held = try journal.claims().map(\.claim).filter { $0.kind == kind }
        #expect(Set(held.map { rush(kind).file(of: $0) }).count == Self.available)
        let pages = held.compactMap(HugePageClaim.init)
        #expect(HugePageShortage.find(pages, beside: [], on: rush(kind).topology) == nil)
    }

    /// The answers to all spawns: `won`, or an error's code. Half of them are this process's.
    private func rush(_ kind: Claim.Kind, in state: TemporaryState) async throws -> [String] {
        let quarter = Self.spawns / 4
        let others = try (2..<4).map { part in
            try Victim(
                state.directory, InstanceID(), "rush", kind.rawValue, "\(Self.available)", "\(part * quarter)",
                "\((part + 1) * quarter)")
        }
        for other in others { #expect(try other.firstLine() == "ready") }
        for other in others { try other.go() }
        var answers = try await rush(kind).run(0..<2 * quarter, in: state.directory).map { $0?.code.rawValue ?? "won" }
        for other in others { answers += try #require(try other.finish()) }
        return answers
    }

    private func delete(
        _ instance: InstanceRecord, file: String, of journal: Journal, in state: TemporaryState
    ) async throws {
        let request = OperationRequest(
            action: .delete, rule: .finish, instanceID: instance.id, instanceName: instance.name)
        _ = try await OperationRunner(journal: journal).run(
            request, steps: [FileStep(name: "remove disk", file: file)],
            executor: FileExecutor(directory: state.directory.instances.string), context: .test())
    }
}
