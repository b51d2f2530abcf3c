// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// How much of what was done a state directory remembers. What is not settled is never forgotten.
public struct HistoryLimits: Sendable, Hashable {
    /// How many operations are kept, and with them their idempotency keys, before the oldest that ended go.
    public let operations: Int
    /// For how many days operations are kept at most once they ended.
    public let days: Int
    /// How many audit records are kept; older ones go.
    public let auditRecords: Int

    /// 1,000 operations for 90 days, and 10,000 audit records.
    public static let standard = HistoryLimits(unchecked: 1_000, days: 90, auditRecords: 10_000)

    private init(unchecked operations: Int, days: Int, auditRecords: Int) {
        self.operations = operations
        self.days = days
        self.auditRecords = auditRecords
    }

    /// Limits: 10 to 1,000,000 operations, 1 to 3,650 days, 100 to 10,000,000 audit records.
    public init(
        operations: Int = standard.operations, days: Int = standard.days, auditRecords: Int = standard.auditRecords
    ) throws(RuleViolation) {
        try Self.check(operations, in: 10...1_000_000, "operations are kept")
        try Self.check(days, in: 1...3_650, "days is how long operations are kept")
        try Self.check(auditRecords, in: 100...10_000_000, "audit records are kept")
        self.init(unchecked: operations, days: days, auditRecords: auditRecords)
    }

    private static func check(_ number: Int, in range: ClosedRange<Int>, _ what: String) throws(RuleViolation) {
        guard !range.contains(number) else { return }
        throw RuleViolation(
            value: "\(number)", rule: "\(range.lowerBound) to \(range.upperBound) \(what)",
            remedy: "leave it out for the default")
    }
}
