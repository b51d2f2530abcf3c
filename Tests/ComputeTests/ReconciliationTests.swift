// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import Testing

@testable import Compute

@Suite("Comparisons that a driver makes by itself")
struct ReconciliationTests {
    private static let date = Date(timeIntervalSince1970: 1_700_000_000)
    private static let start = ContinuousClock.now

    private static func orphan(_ kind: Orphan.Kind, since: Date? = nil) -> Orphan {
        Orphan(kind: kind, name: kind.rawValue, instanceID: id, since: since)
    }
    private static let id = InstanceID()

    @Test("an orphan's age is what the host says of it, whenever it was first seen")
    func datedAge() {
        var ages = OrphanAges()
        let old = Self.orphan(.files, since: Self.date - 3_600)
        let young = Self.orphan(.socket, since: Self.date - 3_599)
        let process = Self.orphan(.process, since: Self.date - 86_400)
        #expect(ages.see([old, young, process], olderThan: .seconds(3_600), at: Self.date, Self.start) == [old])
    }

    @Test("one whose age the host does not tell is as old as its sight, and new where it was gone between")
    func seenAge() {
        var ages = OrphanAges()
        let tap = Self.orphan(.tap)
        func seen(_ orphans: [Orphan], after seconds: Int) -> [Orphan] {
            ages.see(orphans, olderThan: .seconds(60), at: Self.date, Self.start + .seconds(seconds))
        }
        #expect(seen([tap], after: 0) == [])
        #expect(seen([tap], after: 59) == [])
        #expect(seen([tap], after: 60) == [tap])
        #expect(seen([], after: 61) == [])
        #expect(seen([tap], after: 62) == [])
        #expect(seen([tap], after: 122) == [tap])
    }

    @Test("settings are an interval of ten seconds to a day, and an age of at least a minute")
    func settings() throws {
        #expect(ReconcileSettings.standard.removalAge == nil)
        for seconds in [9, 86_401] {
            #expect(throws: RuleViolation.self) { try ReconcileSettings(every: .seconds(seconds)) }
        }
        #expect(throws: RuleViolation.self) { try ReconcileSettings(removingOrphansOlderThan: .seconds(59)) }
        let settings = try ReconcileSettings(every: .seconds(10), removingOrphansOlderThan: .seconds(60))
        var generator = SystemRandomNumberGenerator()
        let pauses = Set((0..<100).map { _ in settings.pause(using: &generator) })
        #expect(pauses.count > 50)
        #expect(pauses.allSatisfy { (.seconds(9) ... .seconds(11)).contains($0) })
    }

    @Test("changes are what is new, gone, or in another state")
    func changes() {
        func status(_ id: InstanceID, _ name: String, _ state: InstanceState) -> InstanceStatus {
            InstanceStatus(
                id: id, name: name, state: state, vcpus: 1, memory: .mebibytes(1), createdAt: Self.date, disks: [],
                interfaces: [], labels: [:], lockedBy: nil)
        }
        let ids = (0..<4).map { _ in InstanceID() }
        let changes = Reconciliation.StateChange.changes(
            from: [
                status(ids[0], "same", .running), status(ids[1], "died", .running), status(ids[2], "gone", .stopped),
            ],
            to: [
                status(ids[0], "same", .running), status(ids[1], "died", .crashed), status(ids[3], "new", .running),
            ])
        #expect(
            changes == [
                .init(id: ids[2], name: "gone", before: .stopped, now: nil),
                .init(id: ids[1], name: "died", before: .running, now: .crashed),
                .init(id: ids[3], name: "new", before: nil, now: .running),
            ])
    }
}
