// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// How fast a guest may use a disk (`<iotune>`): rates a second, and what it may reach for a while.
public struct DiskLimits: Sendable, Hashable {
    /// The rates that hold.
    public let rates: Rates
    /// What the guest may reach for a while, after it used less.
    public let burst: Burst?

    /// Rates a second; each is absent or at least 1.
    public struct Rates: Sendable, Hashable {
        /// Bytes read and written together.
        public var bytes: ByteCount?
        /// Bytes read.
        public var readBytes: ByteCount?
        /// Bytes written.
        public var writeBytes: ByteCount?
        /// Operations of both kinds together.
        public var operations: Int?
        /// Reads.
        public var readOperations: Int?
        /// Writes.
        public var writeOperations: Int?

        /// Rates; what is nil is not limited.
        public init(
            bytes: ByteCount? = nil, readBytes: ByteCount? = nil, writeBytes: ByteCount? = nil, operations: Int? = nil,
            readOperations: Int? = nil, writeOperations: Int? = nil
        ) {
            self.bytes = bytes
            self.readBytes = readBytes
            self.writeBytes = writeBytes
            self.operations = operations
            self.readOperations = readOperations
            self.writeOperations = writeOperations
        }
    }

    /// Higher rates for a while.
    public struct Burst: Sendable, Hashable {
        /// The rates, each above the one that holds.
        public let rates: Rates
        /// How long they may be reached, 1 to 3,600 s.
        public let seconds: Int

        /// A burst.
        ///
        /// - Throws: ``RuleViolation`` where it lasts less than 1 s or more than 3,600.
        public init(_ rates: Rates, seconds: Int = 1) throws(RuleViolation) {
            try DiskLimits.check(burstSeconds: seconds)
            self.rates = rates
            self.seconds = seconds
        }
    }

    /// The limits of a disk.
    ///
    /// - Throws: ``RuleViolation`` where nothing is limited, a rate is 0 or more than 10^15, both kinds together are
    ///   limited as well as one of them, a burst is not above a rate that it belongs to, or it takes more than 10^15.
    public init(rates: Rates, burst: Burst? = nil) throws(RuleViolation) {
        try Self.check(rates)
        if let burst {
            try Self.check(burst.rates, above: rates)
            try Self.check(burst)
        }
        self.rates = rates
        self.burst = burst
    }

    static let burstSecondsRange = 1...3_600

    static func check(burstSeconds: Int) throws(RuleViolation) {
        guard !burstSecondsRange.contains(burstSeconds) else { return }
        throw RuleViolation(value: "\(burstSeconds)", rule: "a burst lasts 1 to 3600 s", remedy: "for example 10")
    }

    /// The largest rate that QEMU takes (`THROTTLE_VALUE_MAX`).
    static let maximum = 1_000_000_000_000_000

    static func check(_ rates: Rates) throws(RuleViolation) {
        guard rates.named.contains(where: { $0.rate != nil }) else {
            throw RuleViolation(value: "", rule: "limits have at least one rate", remedy: "for example iops: 500")
        }
        for (name, rate) in rates.named {
            guard let rate, !(1...UInt64(maximum)).contains(rate) else { continue }
            throw RuleViolation(
                value: "\(name): \(rate)", rule: "a rate is 1 to 10^15 a second",
                remedy: "leave it out where nothing is to be limited")
        }
        let named = Dictionary(uniqueKeysWithValues: rates.named.map { ($0.name, $0.rate) })
        for (whole, parts) in [("bytes", ["read_bytes", "write_bytes"]), ("iops", ["read_iops", "write_iops"])] {
            guard named[whole] ?? nil != nil, let part = parts.first(where: { named[$0] ?? nil != nil }) else {
                continue
            }
            throw RuleViolation(
                value: part, rule: "`\(whole)` limits both directions together, and `\(part)` one of them",
                remedy: "keep `\(whole)`, or `read_…` and `write_…`")
        }
    }

    /// QEMU counts what a whole burst takes (`throttle_is_valid`).
    private static func check(_ burst: Burst) throws(RuleViolation) {
        for (name, rate) in burst.rates.named {
            guard let rate, rate > UInt64(maximum / burst.seconds) else { continue }
            throw RuleViolation(
                value: "\(rate) for \(burst.seconds) s",
                rule: "`burst.\(name)` times `burst_seconds` is at most 10^15", remedy: "shorten the burst")
        }
    }

    static func check(_ burst: Rates, above rates: Rates) throws(RuleViolation) {
        try check(burst)
        for (high, low) in zip(burst.named, rates.named) {
            guard let peak = high.rate else { continue }
            guard let base = low.rate, peak > base else {
                throw RuleViolation(
                    value: "\(peak)", rule: "`burst.\(high.name)` is more than `\(high.name)`, which is limited, too",
                    remedy: "give `\(high.name)` a lower rate")
            }
        }
    }
}

extension DiskLimits.Rates {
    /// The rates by their names in documents, in the order in which they are written.
    public var named: [(name: String, rate: UInt64?)] {
        [
            ("bytes", bytes?.bytes), ("read_bytes", readBytes?.bytes), ("write_bytes", writeBytes?.bytes),
            ("iops", operations.map { UInt64(clamping: $0) }),
            ("read_iops", readOperations.map { UInt64(clamping: $0) }),
            ("write_iops", writeOperations.map { UInt64(clamping: $0) }),
        ]
    }
}
