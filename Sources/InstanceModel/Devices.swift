// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A kernel that QEMU starts directly, with images of the store (`<kernel>`, `<initrd>`, `<cmdline>`).
public struct DirectBoot: Sendable, Hashable {
    /// A stored image of kind kernel.
    public let kernel: ImageName
    /// A stored image of kind initrd.
    public let initrd: ImageName?
    /// The kernel's command line, at most 2,000 bytes, without control characters and what XML cannot carry.
    public let commandLine: String

    /// A direct boot.
    ///
    /// - Throws: ``RuleViolation`` where the command line is too long or holds a control character, U+FFFE or U+FFFF.
    public init(kernel: ImageName, initrd: ImageName? = nil, commandLine: String = "") throws(RuleViolation) {
        try Self.check(commandLine: commandLine)
        self.kernel = kernel
        self.initrd = initrd
        self.commandLine = commandLine
    }

    /// The longest command line: the kernel of a PC takes 2,047 bytes.
    static let maximumLineBytes = 2_000

    static func check(commandLine: String) throws(RuleViolation) {
        let clean = commandLine.unicodeScalars.allSatisfy { scalar in
            scalar.properties.generalCategory != .control && !["\u{FFFE}", "\u{FFFF}"].contains(scalar)
        }
        guard clean, commandLine.utf8.count <= maximumLineBytes else {
            throw RuleViolation(
                value: commandLine,
                rule: "a command line has at most 2,000 bytes, without control characters, U+FFFE and U+FFFF",
                remedy: "for example console=ttyS0")
        }
    }
}

/// A unicast MAC address.
public struct MACAddress: Sendable, Hashable, CustomStringConvertible {
    /// The six bytes.
    public let bytes: [UInt8]

    static let pattern = "^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$"

    /// Reads six pairs of hexadecimal digits with colons between them.
    ///
    /// - Throws: ``RuleViolation`` for another form, a group address, or the address of all zeros.
    public init(parsing text: String) throws(RuleViolation) {
        let pairs = text.split(separator: ":", omittingEmptySubsequences: false)
        // A sign would be read as part of a number.
        let bytes = pairs.compactMap { pair in
            pair.utf8.count == 2 && pair.allSatisfy(\.isHexDigit) ? UInt8(pair, radix: 16) : nil
        }
        guard pairs.count == 6, bytes.count == 6, bytes[0] & 1 == 0, bytes.contains(where: { $0 != 0 }) else {
            throw RuleViolation(
                value: text, rule: "a MAC address is six hexadecimal pairs, unicast, not all zero",
                remedy: "for example 52:54:00:12:34:56")
        }
        self.bytes = bytes
    }

    /// The address with QEMU's prefix 52:54:00 and these three bytes.
    public init(qemuSuffix suffix: (UInt8, UInt8, UInt8)) {
        bytes = [0x52, 0x54, 0x00, suffix.0, suffix.1, suffix.2]
    }

    /// The address in lower case with colons.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            if !text.isEmpty { text.append(UInt8(ascii: ":")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// A port of the host that leads to a port of the guest: `[ADDRESS:]HOST:GUEST[/tcp|/udp]`.
public struct PublishedPort: Sendable, Hashable, CustomStringConvertible {
    /// The host's side, which can be taken once.
    public struct Endpoint: Sendable, Hashable {
        /// TCP or UDP.
        public let transport: Transport
        /// An IPv4 address of the host in dotted form; 127.0.0.1 unless asked otherwise.
        public let address: String
        /// The host's port, 1 to 65,535.
        public let port: UInt16

        /// Whether both cannot be listened on at once: 0.0.0.0 stands for every address.
        public func overlaps(_ other: Endpoint) -> Bool {
            let every = "0.0.0.0"
            return transport == other.transport && port == other.port
                && (address == other.address || address == every || other.address == every)
        }
    }

    /// The transport protocol.
    public enum Transport: String, Sendable, Hashable {
        /// TCP.
        case tcp
        /// UDP.
        case udp
    }

    /// The host's side.
    public let endpoint: Endpoint
    /// The guest's port, 1 to 65,535.
    public let guestPort: UInt16

    static let pattern = "^([0-9]+[.][0-9]+[.][0-9]+[.][0-9]+:)?[0-9]+:[0-9]+(/(tcp|udp))?$"

    /// Reads a published port.
    ///
    /// - Throws: ``RuleViolation`` for another form, port 0, or an address that is not IPv4.
    public init(parsing text: String) throws(RuleViolation) {
        let violation = RuleViolation(
            value: text, rule: "a published port is [ADDRESS:]HOST:GUEST, with /udp where it is not TCP",
            remedy: "for example 2222:22 or 0.0.0.0:8080:80")
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count),
            let transport = halves.count == 2 ? Transport(rawValue: String(halves[1])) : .tcp
        else { throw violation }
        let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let host = Self.port(parts[parts.count - 2]),
            let guest = Self.port(parts[parts.count - 1])
        else { throw violation }
        let address = parts.count == 3 ? String(parts[0]) : "127.0.0.1"
        guard Self.isIPv4(address) else { throw violation }
        endpoint = Endpoint(transport: transport, address: address, port: host)
        guestPort = guest
    }

    /// The port as the document writes it, with the address where it is not 127.0.0.1.
    public var description: String {
        let address = endpoint.address == "127.0.0.1" ? "" : endpoint.address + ":"
        let transport = endpoint.transport == .udp ? "/udp" : ""
        return "\(address)\(endpoint.port):\(guestPort)\(transport)"
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text), port > 0 else {
            return nil
        }
        return port
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy { (0x30...0x39).contains($0) } && (part == "0" || !part.hasPrefix("0"))
                    && UInt8(part) != nil
            }
    }
}
