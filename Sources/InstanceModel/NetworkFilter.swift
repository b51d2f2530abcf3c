// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A filter of libvirt's that an interface's packets pass, and what fills its variables (`<filterref>`).
public struct NetworkFilter: Sendable, Hashable {
    /// The filter, as `virsh nwfilter-list` has it, such as `clean-traffic`.
    public let name: LibvirtName
    /// The variables' values by name; a list gives a variable several.
    public let parameters: [String: [String]]

    /// A filter.
    ///
    /// - Throws: ``RuleViolation`` where a variable's name or value is none that libvirt takes, or it has no value.
    public init(_ name: LibvirtName, parameters: [String: [String]] = [:]) throws(RuleViolation) {
        for (variable, values) in parameters.sorted(by: { $0.key < $1.key }) {
            try Self.check(variable: variable)
            guard !values.isEmpty else {
                throw RuleViolation(
                    value: variable, rule: "a filter's variable has one or more values", remedy: "leave it out")
            }
            for value in values { try Self.check(value: value) }
        }
        self.name = name
        self.parameters = parameters
    }

    static let valuePattern = "^[A-Za-z0-9_.:]{1,64}$"

    static func check(variable: String) throws(RuleViolation) {
        guard (1...64).contains(variable.utf8.count), variable.utf8.allSatisfy({ isWordByte($0) }) else {
            throw RuleViolation(
                value: variable, rule: "a filter's variable has a name of 1 to 64 of a-z A-Z 0-9 _",
                remedy: "for example IP")
        }
    }

    static func check(value: String) throws(RuleViolation) {
        guard (1...64).contains(value.utf8.count), value.utf8.allSatisfy({ isWordByte($0) || ".:".utf8.contains($0) })
        else {
            throw RuleViolation(
                value: value, rule: "a value of a filter's variable has 1 to 64 of a-z A-Z 0-9 _ . :",
                remedy: "for example 192.0.2.10")
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        isNameByte(byte) && !".-".utf8.contains(byte)
    }
}

/// How much may pass an interface (`<bandwidth>`), as seen by the guest; what is nil is not limited.
public struct Bandwidth: Sendable, Hashable {
    /// What reaches the guest.
    public let inbound: Rate?
    /// What the guest sends.
    public let outbound: Rate?

    /// How much may pass.
    ///
    /// - Throws: ``RuleViolation`` where neither direction is limited, or a peak of what the guest sends.
    public init(inbound: Rate? = nil, outbound: Rate? = nil) throws(RuleViolation) {
        if let peak = outbound?.peak {
            throw RuleViolation(
                value: "\(peak)",
                rule: "`outbound` has no `peak`: the kernel polices what a guest sends by the average",
                remedy: "leave `peak` out; `burst` is kept")
        }
        guard inbound != nil || outbound != nil else {
            throw RuleViolation(
                value: "", rule: "a bandwidth limits `inbound`, `outbound` or both",
                remedy: "for example inbound: { average: 10 MiB }")
        }
        self.inbound = inbound
        self.outbound = outbound
    }

    /// How much may pass in one direction.
    public struct Rate: Sendable, Hashable {
        /// Bytes a second in the long run, 1 KiB to 1 TiB, in whole KiB; libvirt rounds them to kilobytes.
        public let average: ByteCount
        /// Bytes a second at most, no less than the average.
        public let peak: ByteCount?
        /// Bytes that may pass at the peak's rate before the average holds.
        public let burst: ByteCount?

        /// A rate.
        ///
        /// - Throws: ``RuleViolation`` where a number is outside 1 KiB to 1 TiB or no whole number of KiB, or the peak
        ///   is below the average.
        public init(average: ByteCount, peak: ByteCount? = nil, burst: ByteCount? = nil) throws(RuleViolation) {
            for amount in [average, peak, burst].compactMap(\.self) { try Self.check(amount) }
            if let peak, peak < average {
                throw RuleViolation(
                    value: "\(peak)", rule: "`peak` is no less than `average`, which is \(average)",
                    remedy: "raise `peak`, or leave it out")
            }
            self.average = average
            self.peak = peak
            self.burst = burst
        }

        static func check(_ amount: ByteCount) throws(RuleViolation) {
            guard (ByteCount(bytes: 1 << 10)...ByteCount(bytes: 1 << 40)).contains(amount),
                amount.bytes.isMultiple(of: 1 << 10)
            else {
                throw RuleViolation(
                    value: "\(amount)", rule: "a bandwidth is 1 KiB to 1 TiB, in whole KiB",
                    remedy: "for example 10 MiB")
            }
        }
    }
}
