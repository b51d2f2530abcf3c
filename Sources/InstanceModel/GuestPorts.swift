// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The name by which a program in the guest finds a channel to the host: 1 to 64 of a-z A-Z 0-9 . _ -, and not that of
/// QEMU's guest agent.
public struct ChannelName: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    static let pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
    private static let agent = "org.qemu.guest_agent.0"

    /// Reads a name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        let startsWell = text.utf8.first.map { isNameByte($0) && !".-_".utf8.contains($0) } ?? false
        guard startsWell, text.utf8.count <= 64, text.utf8.allSatisfy(isNameByte) else {
            throw RuleViolation(
                value: text,
                rule: "a channel's name has 1 to 64 of a-z A-Z 0-9 . _ - and starts with a letter or digit",
                remedy: "for example org.example.backup.0")
        }
        guard text != Self.agent else {
            throw RuleViolation(
                value: text, rule: "the guest agent's channel is there by `agent`", remedy: "write agent: true")
        }
        description = text
    }
}

/// How many serial ports a guest has beside its console's, 1 to 3: a PC has four.
public struct SerialPortCount: Sendable, Hashable {
    /// The number.
    public let value: Int

    static let range = 1...3

    /// A number of serial ports.
    ///
    /// - Throws: ``RuleViolation`` outside 1 to 3.
    public init(_ value: Int) throws(RuleViolation) {
        guard Self.range.contains(value) else {
            throw RuleViolation(
                value: "\(value)", rule: "1 to 3 serial ports beside the console's", remedy: "for example 1")
        }
        self.value = value
    }
}
