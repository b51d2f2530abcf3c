// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import Testing

@testable import Compute

@Suite("What the database tells while the rest of a host is looked at")
struct DatabaseSightTests {
    private let host: ToyHost
    private let context = OperationContext(principal: Principal(name: "tester"))

    init() throws { host = try ToyHost() }

    private func spawn(_ name: String = "web-1") async throws {
        _ = try await host.runner().run(
            host.spawn(name), steps: host.steps, executor: ToyExecutor(), context: context)
    }

    /// What follows where the rest was looked at before `change`, and showed what `hypervisor` and `disk` say.
    private func plan(
        _ hypervisor: ReconcilePlan.Hypervisor, _ disk: ReconcilePlan.Disk = .init(directories: [], things: []),
        during change: () async throws -> Void
    ) async throws -> ReconcilePlan {
        let sight = try DatabaseSight(beginning: host.journal)
        try await change()
        return ReconcilePlan(hypervisor, try sight.end(locked: []), disk)
    }

    private var nothing: ReconcilePlan.Hypervisor { .init(domains: [], present: []) }

    @Test("an instance that is made meanwhile is no orphan, though its domain was not seen")
    func made() async throws {
        let plan = try await plan(nothing) { try await spawn() }
        #expect(plan.orphans == [])
        #expect(try await self.plan(nothing) {}.orphans.map(\.kind) == [.record], "later it is one")
    }

    @Test("nor is what was seen of one that is deleted meanwhile, or made and deleted", arguments: [true, false])
    func deleted(isThere: Bool) async throws {
        if isThere { try await spawn() }
        let domain = ReconcilePlan.Domain(
            id: host.id, name: "web-1", isActive: false, isOwn: true, document: "{}", operationID: OperationID(),
            createdAt: Date())
        let seen = ReconcilePlan.Hypervisor(domains: [domain], present: [host.id])
        let directory = ReconcilePlan.Directory(id: host.id, path: "/s/x", since: Date(), unknownFiles: [])
        for disk in [[], [directory]].map({ ReconcilePlan.Disk(directories: $0, things: []) }) {
            let plan = try await plan(seen, disk) {
                if try host.journal.instances().isEmpty { try await spawn() }
                _ = try await host.runner().run(
                    host.delete(), steps: host.steps, executor: ToyExecutor(), context: context)
            }
            #expect(plan.orphans == [])
            #expect(plan.recoverable == [])
        }
    }

    @Test("an operation that ends meanwhile was at work")
    func ended() async throws {
        let gate = AsyncStream<Void>.makeStream()
        let begun = AsyncStream<Void>.makeStream()
        let executor = ToyExecutor { _, _ in
            begun.continuation.finish()
            for await _ in gate.stream {}
        }
        let (host, context) = (host, context)
        let spawning = Task {
            try await host.runner().run(host.spawn(), steps: host.steps, executor: executor, context: context)
        }
        for await _ in begun.stream {}
        let plan = try await plan(nothing) {
            gate.continuation.finish()
            _ = try await spawning.value
        }
        #expect(plan.orphans == [])
    }

    @Test("remembers the instances of the history")
    func remembers() async throws {
        try await spawn()
        let sight = try DatabaseSight(beginning: host.journal)
        #expect(try sight.end(locked: []).remembered == [host.id])
        #expect(try sight.end(locked: []).busy == [])
    }
}
