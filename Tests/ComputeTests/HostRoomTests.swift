// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import Testing

@testable import Compute

/// What the transaction that begins an operation refuses though no key is taken.
@Suite("An operation's beginning")
struct HostRoomTests {
    private let host: ToyHost
    private let first = InstanceID()
    private let second = InstanceID()
    private let topology = HostTopology(
        cells: (0..<2).map { cell in
            .init(
                id: cell, memoryKiB: 1 << 20, hugePages: [.init(kibibytes: 2_048, count: 50)],
                cores: [[cell * 2, cell * 2 + 4], [cell * 2 + 1, cell * 2 + 5]])
        })

    init() throws { host = try ToyHost() }

    private func pages(_ count: Int, _ nodes: Int..., of id: InstanceID) -> Claim {
        HugePageClaim(kibibytes: 2_048, count: count, nodes: nodes).claim(of: id)
    }

    private func adopt(_ id: InstanceID, _ claims: Claim...) throws {
        let record = InstanceRecord(
            id: id, name: "\(id)", document: "{}", operationID: OperationID(),
            createdAt: Date(timeIntervalSince1970: 1_700_000_000))
        try host.journal.adopt(record, claims: claims)
    }

    private func spawn(_ id: InstanceID, _ claims: Claim...) async -> ComputeError? {
        let operation = OperationID()
        let record = InstanceRecord(
            id: id, name: "\(id)", document: "{}", operationID: operation,
            createdAt: Date(timeIntervalSince1970: 1_700_000_000))
        return await run(
            OperationRequest(
                id: operation, action: .spawn, rule: .undo, instanceID: id, instanceName: "\(id)", claims: claims,
                topology: topology, record: record))
    }

    private func apply(
        _ claims: Claim..., to id: InstanceID, release: InstanceUpdate.Release = .atEnd
    ) async throws -> ComputeError? {
        let held = try host.journal.claims(of: id).map(\.claim)
        return await run(
            OperationRequest(
                action: .apply, rule: .undo, instanceID: id, instanceName: "\(id)",
                claims: claims.filter { !held.contains($0) }, topology: topology,
                update: InstanceUpdate(document: "changed", claims: claims, release: release)))
    }

    private func run(_ request: OperationRequest) async -> ComputeError? {
        await computeError {
            _ = try await host.runner().run(
                request, steps: host.steps, executor: ToyExecutor(), context: .test())
        }
    }

    @Test("refuses more huge pages than others leave, with the arithmetic, and claims nothing")
    func hugePages() async throws {
        try adopt(first, pages(60, of: first))
        let error = await spawn(second, Claim(.name, "b"), pages(41, of: second))
        #expect(error?.code == .conflict)
        #expect(error?.outcome == .didNotHappen)
        #expect(error?.subject == "huge-pages 2 MiB")
        #expect(
            error?.message == "needs 41 huge pages of 2 MiB on the host's nodes 0, 1, 100 are set aside there, "
                + "and other instances hold 60")
        #expect(try host.journal.claims().map(\.instanceID) == [first])
        #expect(try host.journal.history(limit: 9).isEmpty)
        #expect(await spawn(second, Claim(.name, "b"), pages(40, of: second)) == nil)
    }

    @Test("refuses more huge pages of a node than others leave there")
    func hugePagesOfNodes() async throws {
        try adopt(first, pages(30, 0, of: first), pages(20, 1, of: first))
        let error = await spawn(second, pages(21, 0, of: second))
        #expect(
            error?.message == "needs 21 huge pages of 2 MiB on the host's node 0, 50 are set aside there, "
                + "and other instances hold 30")
        #expect(await spawn(second, pages(20, 0, of: second), pages(30, of: second)) == nil)
    }

    @Test("refuses a change to more huge pages than others leave, without counting the instance's own")
    func applied() async throws {
        try adopt(first, pages(60, of: first))
        try adopt(second, pages(30, of: second))
        #expect(try await apply(pages(41, of: second), to: second)?.code == .conflict)
        #expect(try host.journal.claims(of: second).map(\.claim) == [pages(30, of: second)])
        #expect(try await apply(pages(40, of: second), to: second) == nil)
        #expect(try host.journal.claims(of: second).map(\.claim) == [pages(40, of: second)])
    }

    @Test("counts a guest that waits for its next start with the more of its pages, and not with both")
    func restarted() async throws {
        try adopt(first, pages(60, of: first))
        #expect(try await apply(pages(40, of: first), to: first, release: .atNextStart) == nil)
        #expect(try host.journal.claims(of: first).count == 2)
        #expect(await spawn(second, pages(41, of: second))?.code == .conflict)
        #expect(await spawn(second, pages(40, of: second)) == nil)
        #expect(try await apply(pages(60, of: first), to: first, release: .atNextStart) == nil)
    }

    @Test("looks at nothing again that the instance has already: the host may have less since")
    func unchanged() async throws {
        try adopt(first, pages(99, of: first))
        try adopt(second, pages(30, of: second), Claim(.cpu, "0"))
        #expect(try await apply(pages(30, of: second), Claim(.cpu, "0"), to: second) == nil)
    }

    @Test("refuses a processor whose core another instance has a part of")
    func cores() async throws {
        try adopt(first, Claim(.cpu, "1"))
        let error = await spawn(second, Claim(.cpu, "0"), Claim(.cpu, "5"))
        #expect(error?.code == .conflict)
        #expect(error?.subject == "cpu 5")
        #expect(error?.message == "the host's processor 5 shares its core with one that another instance holds")
        #expect(await spawn(second, Claim(.cpu, "0"), Claim(.cpu, "4")) == nil)
        #expect(try await apply(Claim(.cpu, "0"), to: second) == nil)
    }

    @Test("is refused to a plan alike, which claims nothing")
    func planned() throws {
        try adopt(first, pages(60, of: first), Claim(.cpu, "1"))
        let refusal = { (claims: Claim...) in
            do throws(ComputeError) {
                try host.journal.ensureFree(claims, for: second, on: topology)
                return nil as String?
            } catch {
                return error.subject
            }
        }
        #expect(refusal(pages(40, of: second), Claim(.cpu, "0")) == nil)
        #expect(refusal(pages(41, of: second)) == "huge-pages 2 MiB")
        #expect(refusal(Claim(.cpu, "5")) == "cpu 5")
        #expect(refusal(Claim(.cpu, "1")) == "cpu 1")
        #expect(throws: Never.self) { try host.journal.ensureFree([pages(41, of: second)], for: second, on: nil) }
        #expect(try host.journal.claims().count == 2)
    }
}
