// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// What the database tells of the time in which the rest of a host is looked at.
///
/// Neither is seen in one moment: what an operation made or removed meanwhile may be in one sight and not in the other.
/// So an instance counts as busy of which an operation was unfinished at the beginning or at the end, or was begun in
/// between, whether it ended or not. Instants play no part, since a host's clock may be set.
public struct DatabaseSight: Sendable {
    private let journal: Journal
    private let unfinished: Set<InstanceID>
    private let newest: OperationID?

    /// Begins, before the hypervisor and the disk are looked at.
    public init(beginning journal: Journal) throws(ComputeError) {
        self.journal = journal
        newest = try journal.history(limit: 1).first?.id
        unfinished = Set(try journal.unfinishedOperations().map(\.instanceID))
    }

    /// Ends, after they were looked at; `locked` are instances that somebody else works on.
    public func end(locked: Set<InstanceID>) throws(ComputeError) -> ReconcilePlan.Database {
        let records = try journal.instances()
        // After the records, so that whatever was begun before they were read is known.
        let begun = try journal.instancesInHistory(after: newest)
        let busy = unfinished.union(begun).union(try journal.unfinishedOperations().map(\.instanceID)).union(locked)
        return ReconcilePlan.Database(
            records: records, busy: busy, remembered: try journal.instancesInHistory(),
            undone: try journal.undoneOperations())
    }
}
