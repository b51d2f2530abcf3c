// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation

/// The identity of an instance: the UUID of its libvirt domain.
public struct InstanceID: Sendable, Hashable, CustomStringConvertible {
    /// The UUID.
    public let uuid: UUID

    /// A new random identity (version 4).
    public init() {
        uuid = UUID()
    }

    /// The identity with this UUID.
    public init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// Reads the usual form of 36 characters, in either case; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count == 36, let uuid = UUID(uuidString: text) else { return nil }
        self.uuid = uuid
    }

    /// The UUID in lower case with hyphens, as libvirt prints it.
    public var description: String {
        uuid.uuidString.lowercased()
    }
}

/// An instance's name: letters, digits, `.`, `_` and `-` of ASCII, first a letter or digit, at most 63.
public struct InstanceName: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    static let pattern = namePattern

    /// Reads a name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule, or reads as a UUID, which would make
    ///   the reference ambiguous.
    public init(_ text: String) throws(RuleViolation) {
        try checkName(text, of: "an instance's name")
        guard InstanceID(text) == nil else {
            throw RuleViolation(
                value: text, rule: "an instance's name does not look like a UUID", remedy: "choose another name")
        }
        description = text
    }
}

/// A stored image's name: letters, digits, `.`, `_` and `-` of ASCII, first a letter or digit, at most 63.
public struct ImageName: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    static let pattern = namePattern

    /// Reads a name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        try checkName(text, of: "an image's name")
        description = text
    }
}

/// The name of a volume: 1 to 63 letters of ASCII, digits, dots, underscores and hyphens, beginning with a letter or
/// digit.
public struct VolumeName: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    /// Reads a name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        try checkName(text, of: "a volume's name")
        description = text
    }
}

/// A network interface of the host: 1 to 15 bytes, as the kernel takes them, without `/`, `:`, blanks or `%`.
public struct BridgeName: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    static let pattern = "^[A-Za-z0-9._][A-Za-z0-9._-]{0,14}$"

    /// Reads a bridge's name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        let allowed = text.utf8.allSatisfy { isNameByte($0) }
        guard allowed, (1...15).contains(text.utf8.count), text != ".", text != "..", !text.hasPrefix("-") else {
            throw RuleViolation(
                value: text, rule: "a bridge's name has 1 to 15 letters, digits, '.', '_' or '-'",
                remedy: "name a bridge that `ip link` lists")
        }
        description = text
    }
}

private let namePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"

private func checkName(_ text: String, of what: String) throws(RuleViolation) {
    let startsWell = text.utf8.first.map { isNameByte($0) && !".-_".utf8.contains($0) } ?? false
    guard startsWell, text.utf8.count <= 63, text.utf8.allSatisfy(isNameByte) else {
        throw RuleViolation(
            value: text,
            rule: "\(what) has 1 to 63 of a-z A-Z 0-9 . _ - and starts with a letter or digit",
            remedy: "for example web-1")
    }
}

/// Whether a byte may stand in a name: a-z A-Z 0-9 . _ -.
func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
    default: false
    }
}
