// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Free labels of an instance: at most 64 pairs, keys like names, values any text of at most 1,024 bytes.
public struct Labels: Sendable, Hashable {
    /// The pairs.
    public let pairs: [String: String]

    /// No labels.
    public init() {
        pairs = [:]
    }

    /// These labels.
    ///
    /// - Throws: ``RuleViolation`` where there are more than 64, a key has not 1 to 63 of
    ///   `a-z A-Z 0-9 . _ - /`, or a value is longer than 1,024 bytes.
    public init(_ pairs: [String: String]) throws(RuleViolation) {
        guard pairs.count <= Self.maximumCount else { throw Self.tooMany(pairs.count) }
        for (key, value) in pairs.sorted(by: { $0.key < $1.key }) {
            try Self.check(key: key)
            try Self.check(value: value)
        }
        self.pairs = pairs
    }

    static let maximumCount = 64

    static func tooMany(_ count: Int) -> RuleViolation {
        RuleViolation(value: "\(count)", rule: "at most \(maximumCount) labels", remedy: "remove some")
    }

    static func check(key: String) throws(RuleViolation) {
        let allowed = key.utf8.allSatisfy { byte in
            let character = Character(UnicodeScalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || "._-/".contains(character))
        }
        guard allowed, (1...63).contains(key.utf8.count) else {
            throw RuleViolation(
                value: key, rule: "a label's key has 1 to 63 of a-z A-Z 0-9 . _ - /", remedy: "for example role")
        }
    }

    static func check(value: String) throws(RuleViolation) {
        guard value.utf8.count <= 1_024 else {
            throw RuleViolation(value: value, rule: "a label's value has at most 1,024 bytes", remedy: "shorten it")
        }
    }
}
