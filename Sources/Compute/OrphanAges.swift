// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
import InstanceModel

/// How long orphans have been there: as the host says, or where it does not, since they were first seen here.
public struct OrphanAges: Sendable {
    /// What stays the same of an orphan.
    private struct Key: Hashable {
        let kind: Orphan.Kind
        let name: String
        let id: InstanceID?

        init(_ orphan: Orphan) {
            kind = orphan.kind
            name = orphan.name
            id = orphan.instanceID
        }
    }

    private var firstSeen: [Key: ContinuousClock.Instant] = [:]

    /// Nothing was seen yet.
    public init() {}

    /// Notes what is seen now; one that is not seen any more is new where it comes again. Gives those that are at least
    /// of this age and that may be removed unseen.
    public mutating func see(
        _ orphans: [Orphan], olderThan age: Duration, at date: Date = Date(), _ instant: ContinuousClock.Instant = .now
    ) -> [Orphan] {
        let known = firstSeen
        firstSeen = [:]
        for orphan in orphans { firstSeen[Key(orphan)] = known[Key(orphan)] ?? instant }
        return orphans.filter { orphan in
            // A guest that the hypervisor forgot may be somebody's all the same: only who looks at it ends it.
            if orphan.kind == .process { return false }
            if let since = orphan.since { return .seconds(date.timeIntervalSince(since)) >= age }
            return firstSeen[Key(orphan)].map { $0.duration(to: instant) >= age } ?? false
        }
    }
}
