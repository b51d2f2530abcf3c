// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What cloud-init is given at the first boot, through a NoCloud seed.
public struct CloudInit: Sendable, Hashable {
    /// The guest's host name; absent, the instance's name.
    public let hostname: HostName?
    /// Public keys for the default user.
    public let sshKeys: [SSHPublicKey]
    /// The user data; it may hold secrets.
    public let userData: UserData?
    /// Version 2 network configuration; absent, each interface is configured by DHCP.
    public let networkData: Secret?

    /// The largest user data and the largest network data, in bytes.
    public static let maximumTextBytes = 1 << 20

    /// What cloud-init is given.
    public init(
        hostname: HostName? = nil, sshKeys: [SSHPublicKey] = [], userData: UserData? = nil, networkData: Secret? = nil
    ) {
        self.hostname = hostname
        self.sshKeys = sshKeys
        self.userData = userData
        self.networkData = networkData
    }
}

/// User data: its text while an instance is made, afterwards only its digest.
public enum UserData: Sendable, Hashable {
    /// The text, at most 1 MiB.
    case text(Secret)
    /// The SHA-256 of the text, 64 hexadecimal digits: all that is kept of it.
    case digest(String)
}

/// A host name: labels of letters, digits and `-`, at most 63 bytes each and 253 in all (RFC 1123).
public struct HostName: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    static let pattern = "^[A-Za-z0-9.-]{1,253}$"

    /// Reads a host name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let wellFormed = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    let character = Character(UnicodeScalar(byte))
                    return character.isASCII && (character.isLetter || character.isNumber || character == "-")
                }
        }
        guard wellFormed, text.utf8.count <= 253 else {
            throw RuleViolation(
                value: text, rule: "a host name has labels of letters, digits and '-', at most 63 bytes each",
                remedy: "for example web-1")
        }
        description = text
    }
}

/// A public key of OpenSSH: type, base64, and an optional comment, on one line.
public struct SSHPublicKey: Sendable, Hashable, CustomStringConvertible {
    /// The key as a line of `authorized_keys`.
    public let description: String

    /// Reads a public key.
    ///
    /// - Throws: ``RuleViolation`` for options before the type, unknown types, or anything but one line.
    public init(_ text: String) throws(RuleViolation) {
        let fields = text.split(separator: " ", maxSplits: 2)
        // A private key that was pasted by mistake must not be shown.
        guard !text.contains("PRIVATE KEY") else {
            throw RuleViolation(
                value: "a private key", rule: "a guest is given public keys only",
                remedy: "paste the line of the .pub file beside it")
        }
        let breaksLine = text.unicodeScalars.contains { scalar in
            [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
        }
        guard !breaksLine, text.utf8.count <= 16_384, fields.count >= 2, Self.types.contains(String(fields[0])),
            fields[1].utf8.count >= 20, fields[1].utf8.allSatisfy(Self.isBase64)
        else {
            throw RuleViolation(
                value: text, rule: "a public key is one line: its type, base64 and an optional comment",
                remedy: "paste the line of a .pub file, such as ssh-ed25519 AAAA… name")
        }
        description = text
    }

    private static let types: Set<String> = [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ]

    private static func isBase64(_ byte: UInt8) -> Bool {
        let character = Character(UnicodeScalar(byte))
        return character.isASCII && (character.isLetter || character.isNumber || "+/=".contains(character))
    }
}
