// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import Testing

@testable import Compute

@Suite("A comparison of hypervisor, database and disk")
struct ReconcilePlanTests {
    static let id = InstanceID()
    static let other = InstanceID()
    static let time = Date(timeIntervalSince1970: 1_700_000_000)

    /// What there is of one instance.
    struct Sight: Sendable, CustomTestStringConvertible {
        var domain: Domain? = nil
        var hasRecord = false
        var directory: [String]? = nil
        var isBusy = false
        var things: [Orphan.Kind] = []
        var isRemembered = true
        var isUndone = false
        let testDescription: String

        enum Domain: Sendable { case running, off, foreign, ofOthers }

        init(_ description: String, _ change: (inout Sight) -> Void = { _ in }) {
            testDescription = description
            change(&self)
        }

        var plan: ReconcilePlan {
            let domains = [domain].compactMap { kind -> ReconcilePlan.Domain? in
                guard let kind, kind != .ofOthers else { return nil }
                return ReconcilePlan.Domain(
                    id: id, name: "web-1", isActive: kind == .running, isOwn: kind != .foreign, document: "{}",
                    operationID: OperationID(id.uuid), createdAt: time)
            }
            let record = InstanceRecord(
                id: id, name: "web-1", document: "{}", operationID: OperationID(id.uuid), createdAt: time)
            return ReconcilePlan(
                ReconcilePlan.Hypervisor(
                    domains: domains, present: domain == nil ? [other] : [id, other],
                    active: domain == .running ? [id] : []),
                ReconcilePlan.Database(
                    records: hasRecord ? [record] : [], busy: isBusy ? [id] : [], remembered: isRemembered ? [id] : [],
                    undone: isUndone ? [OperationID(id.uuid)] : []),
                ReconcilePlan.Disk(
                    directories: [directory].compactMap(\.self).map {
                        ReconcilePlan.Directory(id: id, path: "/s/instances/x", since: time, unknownFiles: $0)
                    },
                    things: things.map { ReconcilePlan.Thing(kind: $0, name: $0.rawValue, id: id, since: nil) }))
        }
    }

    @Test(
        "finds nothing where all three agree, or an operation is at work",
        arguments: [
            Sight("whole") {
                ($0.domain, $0.hasRecord, $0.directory, $0.things) = (.running, true, [], [.tap, .socket])
            },
            Sight("nothing"),
            Sight("another's domain") { $0.domain = .ofOthers },
            Sight("a guest's process") {
                ($0.domain, $0.hasRecord, $0.directory, $0.things) = (.running, true, [], [.process])
            },
            Sight("start, before libvirt says so") {
                ($0.domain, $0.hasRecord, $0.directory, $0.isBusy, $0.things) = (.off, true, [], true, [.process])
            },
            Sight("spawn, before its domain") {
                ($0.isBusy, $0.hasRecord, $0.directory, $0.things) = (true, true, [], [.tap])
            },
            Sight("deletion, after its record") { ($0.isBusy, $0.domain, $0.directory) = (true, .off, []) },
        ])
    func agrees(sight: Sight) {
        #expect(sight.plan.orphans == [])
        #expect(sight.plan.recoverable == [])
        #expect(sight.plan.quarantined == [])
    }

    @Test(
        "names what belongs to nothing, and what stands against its removal",
        arguments: [
            (Sight("record alone") { $0.hasRecord = true }, [.record], [nil]),
            (
                Sight("record with files") { ($0.hasRecord, $0.directory) = (true, []) }, [.record],
                ["its files are there: `roost delete` removes both"]
            ),
            (
                Sight("record with a strange file") { ($0.hasRecord, $0.directory) = (true, ["disk-1.qcow2"]) },
                [.record], ["its directory holds files without a manifest"]
            ),
            (Sight("definition alone") { $0.domain = .off }, [.definition], [nil]),
            (
                Sight("guest without files") { $0.domain = .running }, [.definition],
                ["its guest runs: turn it off first"]
            ),
            (
                Sight("guest of another state directory") { ($0.domain, $0.directory) = (.foreign, []) },
                [.definition], ["its files are not in this state directory"]
            ),
            (Sight("files alone") { $0.directory = [] }, [.files], [nil]),
            (
                Sight("strange files alone") { $0.directory = ["x"] }, [.files],
                ["its directory holds files without a manifest"]
            ),
            (Sight("tap and socket") { $0.things = [.tap, .socket] }, [.tap, .socket], [nil, nil]),
            (
                Sight("tap of nobody known") { ($0.things, $0.isRemembered) = ([.tap], false) }, [.tap],
                ["nothing tells that this state directory made it"]
            ),
            (
                Sight("process of a guest that is off") {
                    ($0.domain, $0.hasRecord, $0.directory, $0.things) = (.off, true, [], [.process])
                }, [.process], [nil]
            ),
            (Sight("process of nobody") { $0.things = [.process] }, [.process], [nil]),
            (
                Sight("lock beside a whole instance") {
                    ($0.domain, $0.hasRecord, $0.directory, $0.things) = (.off, true, [], [.lock])
                }, [.lock], [nil]
            ),
        ] as [(Sight, [Orphan.Kind], [String?])])
    func orphans(sight: Sight, kinds: [Orphan.Kind], obstacles: [String?]) {
        let plan = sight.plan
        #expect(plan.orphans.map(\.kind) == kinds)
        #expect(plan.orphans.map(\.obstacle) == obstacles)
        #expect(plan.orphans.allSatisfy { $0.instanceID == Self.id && $0.fate == .kept })
        #expect(plan.recoverable == [])
    }

    @Test("tells a definition that came after its spawn was undone, and only in its own state directory")
    func undone() {
        let late = Sight("late definition") { ($0.domain, $0.isUndone) = (.off, true) }
        #expect(late.plan.orphans.map(\.isUndone) == [true])
        #expect(late.plan.orphans.map(\.obstacle) == [nil])
        let withFiles = Sight("with files") { ($0.domain, $0.isUndone, $0.directory) = (.off, true, []) }
        #expect(withFiles.plan.recoverable == [])
        #expect(withFiles.plan.orphans.map(\.isUndone) == [true])
        let foreign = Sight("of another") { ($0.domain, $0.isUndone) = (.foreign, true) }
        #expect(foreign.plan.orphans.map(\.isUndone) == [false])
        let known = Sight("made") { ($0.domain, $0.isUndone, $0.hasRecord, $0.directory) = (.off, true, true, []) }
        #expect(known.plan.orphans == [])
    }

    @Test("brings a domain back whose record was lost, running or not", arguments: [Sight.Domain.running, .off])
    func recovers(domain: Sight.Domain) {
        let plan = Sight("lost record") { ($0.domain, $0.directory) = (domain, ["notes"]) }.plan
        #expect(plan.recoverable.map(\.name) == ["web-1"])
        #expect(plan.orphans == [])
        #expect(plan.quarantined == ["/s/instances/x/notes"])
    }
}
