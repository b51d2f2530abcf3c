// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import Libvirt
import RoostKit
import Storage
import SystemPackage
import Testing

@testable import LibvirtDriver

/// A program that embeds the driver for long, over real guests and a daemon that dies.
@Suite("A host that is kept reconciled", .serialized)
struct ReconciliationTests {
    @Test("is compared after its daemon died: what is left is settled, and a guest that died meanwhile is noticed")
    func reconnect() async throws {
        let lab = try await Lab("r-again")
        let before = try await lab.prepared()
        let dying = try await lab.driver.spawn(lab.tiny("dying-1"), until: .running, context: lab.context).id
        let living = try await lab.driver.spawn(lab.tiny("living-1"), until: .running, context: lab.context).id
        let told = Told()
        let keeping = lab.keepReconciled(told)
        let first = try await told.first { $0.occasions.contains(.start) }
        #expect(try first.report.get() == ReconcileReport())
        #expect(first.instances?.map(\.state) == [.running, .running])

        let left = OperationRequest(action: .pause, rule: .look, instanceID: living, instanceName: "living-1")
        await #expect(throws: ComputeError.self) {
            try await OperationRunner(journal: Journal.open(lab.state)).run(
                left, steps: [InstanceStep.pause], executor: Dead(), context: lab.context)
        }
        let daemon = try lab.daemon()
        daemon.signal(SIGSTOP)
        try await lab.guest("dying-1").end()
        try await daemon.end()
        let again = try await told.first { $0.occasions.contains(.reconnect) }
        #expect(again.changes.map(\.id) == [dying])
        #expect(again.changes.map(\.before) == [.running])
        #expect([.stopped, .crashed].contains(again.changes.first?.now))
        #expect(try again.report.get() == ReconcileReport())
        #expect(again.settled.map(\.operation.id) == [left.id])
        #expect(again.settled.map { try? $0.result.get() } == [.undone])
        #expect(try await lab.driver.instance("living-1", context: lab.context).state == .running)
        keeping.cancel()
        try await keeping.value
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("loses old orphans where that is configured, and neither young ones nor what others own")
    func removal() async throws {
        let lab = try await Lab("r-orphan") {
            $0.reconciliation = try ReconcileSettings(removingOrphansOlderThan: .seconds(3_600))
        }
        let before = try await lab.prepared()
        let guest = try await lab.driver.spawn(lab.tiny("guest-1"), until: .started, context: lab.context).id
        let (old, young) = (InstanceID(), InstanceID())
        for id in [old, young] {
            try lab.driver.files.createDirectory(of: id)
            _ = try await lab.driver.files.createDisk(0, of: id, size: .mebibytes(1))
        }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -86_400)],
            ofItemAtPath: lab.state.directory(of: old).string)
        let foreign = try await lab.foreignCopy(of: guest, made: "2020-01-01T00:00:00Z")

        let told = Told()
        let keeping = lab.keepReconciled(told)
        let report = try await told.first { $0.occasions.contains(.start) }.report.get()
        keeping.cancel()
        try await keeping.value
        let fates = Dictionary(report.orphans.map { ($0.instanceID, $0.fate) }) { first, _ in first }
        #expect(fates == [old: .removed, young: .kept, foreign: .kept])
        #expect(!FileManager.default.fileExists(atPath: lab.state.directory(of: old).string))
        #expect(FileManager.default.fileExists(atPath: lab.state.directory(of: young).string))
        #expect(try await lab.driver.domain(foreign) != nil)
        #expect(try await lab.driver.instance("guest-1", context: lab.context).state == .running)

        try await lab.driver.requireDomain(foreign).undefine()
        _ = try await lab.reconcile(.delete)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}

/// Leaves its operation as a dead process does.
private struct Dead: OperationExecutor {
    private static let failure = ComputeError(.failed, subject: "dead", outcome: .unknown, message: "it died")

    func perform(_ step: InstanceStep, context: OperationContext) async throws(ComputeError) { throw Self.failure }
    func undo(_ step: InstanceStep, context: OperationContext) async throws(ComputeError) { throw Self.failure }
    func evidence(of step: InstanceStep, context: OperationContext) async throws(ComputeError) -> StepEvidence {
        throw Self.failure
    }
}

/// The comparisons that were told.
private actor Told {
    private var all: [Reconciliation] = []

    func hear(_ one: Reconciliation) { all.append(one) }

    /// The first one that `matches`, once it is there.
    func first(where matches: (Reconciliation) -> Bool) async throws -> Reconciliation {
        let limit = ContinuousClock.now + Lab.patience
        while true {
            if let found = all.first(where: matches) { return found }
            try #require(ContinuousClock.now < limit, "\(all.map(\.occasions))")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

extension Lab {
    fileprivate func keepReconciled(_ told: Told) -> Task<Void, any Error> {
        Task { try await driver.keepReconciled(context: context) { await told.hear($0) } }
    }

    /// The QEMU of a guest.
    fileprivate func guest(_ name: String) throws -> HostProcess {
        try #require(try HostProcess.running("qemu-system-x86", for: self).first { $0.runsGuest(name) })
    }

    /// A domain like that of an instance, whose files are those of another state directory.
    fileprivate func foreignCopy(of id: InstanceID, made time: String) async throws -> InstanceID {
        let xml = try await driver.requireDomain(id).xml(.inactive)
        let foreign = InstanceID()
        let changed = xml.replacing("\(state.instances)/", with: "/elsewhere/").replacing("guest-1", with: "foreign-1")
            .replacing("\(id)", with: "\(foreign)").replacing(/created="[^"]+"/, with: "created=\"\(time)\"")
            .replacing(/created='[^']+'/, with: "created='\(time)'")
        try #require(changed.contains(time))
        let connection = try await Connection.open(ConnectionURI(state.daemonURI))
        _ = try await connection.define(changed)
        await connection.close()
        return foreign
    }
}
