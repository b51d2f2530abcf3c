// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A number of bytes, never negative.
///
/// Text needs a unit: `512 MiB`, `2GiB`, `10 GB`. Binary (KiB, MiB, GiB, TiB) and decimal (KB, MB, GB, TB) units and
/// plain `B` are read; fractions are not.
public struct ByteCount: Sendable, Hashable, Comparable {
    /// The number of bytes.
    public let bytes: UInt64

    /// A count of bytes.
    public init(bytes: UInt64) {
        self.bytes = bytes
    }

    /// A count of mebibytes (2^20 bytes).
    public static func mebibytes(_ count: UInt32) -> ByteCount {
        ByteCount(bytes: UInt64(count) << 20)
    }

    /// A count of gibibytes (2^30 bytes).
    public static func gibibytes(_ count: UInt32) -> ByteCount {
        ByteCount(bytes: UInt64(count) << 30)
    }

    /// Reads a size with its unit.
    ///
    /// - Parameter text: a whole number, optional blanks, and a unit.
    /// - Throws: ``RuleViolation`` where the text is not of that form or exceeds 2^63 bytes.
    public init(parsing text: String) throws(RuleViolation) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let number = UInt64(digits) else { throw Self.violation(text) }
        guard !unit.isEmpty else {
            throw RuleViolation(
                value: text, rule: "a size needs a unit", remedy: "write \(text) MiB or \(text) GiB, whichever is meant"
            )
        }
        guard let factor = Self.units.first(where: { $0.name.utf8.elementsEqual(unit.utf8) })?.factor else {
            throw Self.violation(text)
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow, bytes <= UInt64(Int64.max) else {
            throw RuleViolation(value: text, rule: "a size is at most 2^63 - 1 bytes", remedy: "ask for less")
        }
        self.bytes = bytes
    }

    /// A regular expression (ECMA 262) that matches every size.
    static let pattern = "^[0-9]+ *(\(units.map(\.name).joined(separator: "|")))$"

    /// Whether `left` is fewer bytes.
    public static func < (left: ByteCount, right: ByteCount) -> Bool {
        left.bytes < right.bytes
    }

    private static let units: [(name: String, factor: UInt64)] = [
        ("B", 1),
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ]

    private static func violation(_ text: String) -> RuleViolation {
        RuleViolation(
            value: text, rule: "a size is a whole number and a unit: B, KiB, MiB, GiB, TiB, KB, MB, GB or TB",
            remedy: "for example 512 MiB")
    }
}

extension ByteCount: CustomStringConvertible {
    /// The size in the largest binary unit that divides it, such as `2 GiB`; it reads back as the same size.
    public var description: String {
        let binary = Self.units[1...4].reversed()
        guard bytes > 0, let unit = binary.first(where: { bytes.isMultiple(of: $0.factor) }) else {
            return "\(bytes) B"
        }
        return "\(bytes / unit.factor) \(unit.name)"
    }
}
