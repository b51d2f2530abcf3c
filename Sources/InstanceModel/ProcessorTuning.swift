// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Where and how much a guest's virtual processors run on the host (`<cputune>`).
public struct ProcessorTuning: Sendable, Hashable {
    /// The guest's weight against others where the host is busy, 2 to 10,000; absent, that of all others.
    public let shares: Int?
    /// How long each virtual processor may run; absent, without a limit.
    public let quota: Quota?

    /// How long each virtual processor may run in a period.
    public struct Quota: Sendable, Hashable {
        /// How long a period is, 1,000 to 1,000,000 microseconds.
        public let periodMicroseconds: Int
        /// How long each virtual processor may run in a period, 1,000 to 10^12 microseconds.
        public let quotaMicroseconds: Int

        static let periodRange = 1_000...1_000_000
        static let quotaRange = 1_000...1_000_000_000_000
        /// Linux's own period.
        static let usualPeriod = 100_000

        /// A quota.
        ///
        /// - Throws: ``RuleViolation`` where a number is out of its range.
        public init(quotaMicroseconds: Int, periodMicroseconds: Int = 100_000) throws(RuleViolation) {
            try Self.check(quota: quotaMicroseconds)
            try Self.check(period: periodMicroseconds)
            self.periodMicroseconds = periodMicroseconds
            self.quotaMicroseconds = quotaMicroseconds
        }

        static func check(quota: Int) throws(RuleViolation) {
            guard !quotaRange.contains(quota) else { return }
            throw RuleViolation(
                value: "\(quota)", rule: "a quota is 1000 to 10^12 microseconds",
                remedy: "for example 50000, half a processor in the usual period")
        }

        static func check(period: Int) throws(RuleViolation) {
            guard !periodRange.contains(period) else { return }
            throw RuleViolation(
                value: "\(period)", rule: "a period is 1000 to 1000000 microseconds", remedy: "for example 100000")
        }
    }

    static let sharesRange = 2...10_000

    /// Where and how much virtual processors run.
    ///
    /// - Throws: ``RuleViolation`` for shares outside 2 to 10,000.
    public init(shares: Int? = nil, quota: Quota? = nil) throws(RuleViolation) {
        if let shares { try Self.check(shares: shares) }
        self.init(checked: shares, quota: quota)
    }

    private init(checked shares: Int?, quota: Quota?) {
        self.shares = shares
        self.quota = quota
    }

    static func check(shares: Int) throws(RuleViolation) {
        guard !sharesRange.contains(shares) else { return }
        // What the first version of control groups takes, and the second.
        throw RuleViolation(value: "\(shares)", rule: "shares are 2 to 10000", remedy: "for example 1024")
    }

    /// Virtual processors that run as all others.
    public static let usual = ProcessorTuning(checked: nil, quota: nil)
}

/// A number of threads that do disks' input and output, 1 to 64.
public struct IOThreadCount: Sendable, Hashable {
    /// The number.
    public let value: Int

    static let range = 1...64

    /// A count of threads.
    ///
    /// - Throws: ``RuleViolation`` outside 1 to 64.
    public init(_ value: Int) throws(RuleViolation) {
        guard Self.range.contains(value) else {
            throw RuleViolation(value: "\(value)", rule: "1 to 64 I/O threads", remedy: "for example 2")
        }
        self.value = value
    }
}
