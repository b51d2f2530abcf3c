// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import Libvirt
import Testing

@testable import LibvirtDriver

@Suite("A driver that keeps its host reconciled")
struct HostReconcilerTests {
    /// What was told, and a gate that holds the one who tells.
    private actor Told {
        private(set) var all: [Reconciliation] = []
        private var isHeld = false

        func hear(_ one: Reconciliation) async {
            all.append(one)
            while isHeld, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
        }

        func hold(_ isHeld: Bool) { self.isHeld = isHeld }

        func first(_ count: Int) async -> [Reconciliation] {
            while all.count < count { try? await Task.sleep(for: .milliseconds(1)) }
            return all
        }
    }

    private let scene: DriverScene
    private let told = Told()

    init() async throws { scene = try await DriverScene() }

    /// The scene's domain as an instance that the database and libvirt have, and the directory's hypervisor.
    private func knownInstance(_ name: String) throws -> InstanceID {
        let id = try #require(DriverScene.domain)
        let instance = try Instance(
            name: InstanceName(name), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)),
            disks: [.blank(DiskSize(.mebibytes(1)))])
        try scene.journal().adopt(
            InstanceRecord(
                id: id, name: name, document: InstanceDocument.stored(instance), operationID: OperationID(),
                createdAt: Date(), everStarted: true),
            claims: [])
        try scene.state.bind(connection: scene.driver.choice.binding)
        return id
    }

    /// A reconciler whose schedule has a tick for each element of `ticks`; each event of the scene's domain, which is
    /// no instance, is a gap where `hasGaps` is set.
    private func reconciler(
        hasGaps: Bool = false, ticks: AsyncStream<Void> = AsyncStream { _ in }
    ) -> HostReconciler {
        let feed = InstanceEventFeed(
            driver: scene.driver,
            isOurs: { _ throws(ComputeError) in
                guard hasGaps else { return false }
                throw ComputeError(.deadlineExceeded, subject: "domain", message: "libvirt did not answer")
            })
        var reconciler = HostReconciler(
            driver: scene.driver, feed: feed, context: scene.context, tell: { [told] in await told.hear($0) })
        reconciler.pause = { _ in
            var iterator = ticks.makeAsyncIterator()
            guard await iterator.next() != nil else { throw CancellationError() }
        }
        return reconciler
    }

    @Test("compares at start, settles what dead processes left, and ends with its task")
    func start() async throws {
        let id = try knownInstance("web-1")
        let left = OperationRequest(action: .pause, rule: .look, instanceID: id, instanceName: "web-1")
        await #expect(throws: ComputeError.self) {
            try await OperationRunner(journal: try scene.journal()).run(
                left, steps: [InstanceStep.pause], executor: Dying(), context: scene.context)
        }
        let running = Task { [told, scene] in
            try await scene.driver.keepReconciled(context: scene.context) { await told.hear($0) }
        }
        let first = try #require(await told.first(1).first)
        running.cancel()
        try await running.value
        #expect(first.occasions == [.start])
        #expect(first.settled.map(\.operation.id) == [left.id])
        #expect(first.settled.map { try? $0.result.get() } == [.undone])
        #expect(first.instances?.map(\.name) == ["web-1"])
        #expect(first.changes == [])
        #expect(try first.report.get().orphans == [])
        #expect(await told.all.count == 1)
    }

    @Test("compares on a gap")
    func gap() async throws {
        let running = Task { [reconciler = reconciler(hasGaps: true)] in try await reconciler.run() }
        _ = await told.first(1)
        try await scene.driver.requireDomain(try #require(DriverScene.domain)).suspend()
        #expect(await told.first(2).map(\.occasions) == [[.start], [.gap]])
        running.cancel()
        try await running.value
    }

    @Test("makes one comparison of all occasions that come while it makes one")
    func coalesces() async throws {
        let (ticks, clock) = AsyncStream<Void>.makeStream()
        await told.hold(true)
        let running = Task { [reconciler = reconciler(hasGaps: true, ticks: ticks)] in try await reconciler.run() }
        _ = await told.first(1)
        let domain = try await scene.driver.requireDomain(try #require(DriverScene.domain))
        for _ in 0..<5 {
            try await domain.suspend()
            try await domain.resume()
            clock.yield()
        }
        // Time for all of them to be noted: no comparison says so while one is held.
        try await Task.sleep(for: .seconds(2))
        #expect(await told.all.count == 1)
        await told.hold(false)
        #expect(await told.first(2).map(\.occasions) == [[.start], [.gap, .schedule]])
        clock.yield()
        #expect(await told.first(3).last?.occasions == [.schedule])
        running.cancel()
        try await running.value
    }

    @Test("tells of a change that no event told of")
    func changes() async throws {
        let id = try knownInstance("web-1")
        let (ticks, clock) = AsyncStream<Void>.makeStream()
        let running = Task { [reconciler = reconciler(ticks: ticks)] in try await reconciler.run() }
        _ = await told.first(1)
        try await scene.driver.requireDomain(id).destroy()
        clock.yield()
        let second = try #require(await told.first(2).last)
        #expect(second.changes == [.init(id: id, name: "web-1", before: .running, now: .stopped)])
        clock.yield()
        #expect(await told.first(3).last?.changes == [])
        running.cancel()
        try await running.value
    }

    @Test("ends where the driver is closed, and is refused to whom the policy refuses it")
    func ends() async throws {
        let running = Task { [reconciler = reconciler()] in try await reconciler.run() }
        _ = await told.first(1)
        await scene.driver.close()
        try await running.value
        let denied = await #expect(throws: ComputeError.self) {
            try await scene.driver.keepReconciled(
                context: OperationContext(principal: Principal(name: "stranger"))
            ) { _ in }
        }
        #expect(denied?.code == .denied)
    }
}
