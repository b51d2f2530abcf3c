// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Where a hypervisor is, and how to get there: libvirt's connection URI.
///
/// `qemu:///system`, `qemu:///session?socket=/run/x`, `qemu:///embed?root=/x`, `qemu+ssh://u@h/system`,
/// `test:///default`; the format is at <https://libvirt.org/uri.html>.
public struct ConnectionURI: Sendable {
    /// The most characters that a URI may have.
    public static let maximumLength = 4096

    /// How libvirt's client speaks to its daemon.
    public enum Transport: String, Sendable, Hashable, CaseIterable {
        /// A unix socket on this machine.
        case unix
        /// The `ssh` program.
        case ssh
        /// ssh by libssh.
        case libssh
        /// ssh by libssh2.
        case libssh2
        /// TCP, without encryption of its own.
        case tcp
        /// TCP with TLS.
        case tls
    }

    /// One `name=value` behind the question mark, unescaped.
    public struct Parameter: Sendable, Hashable {
        /// The part before the equals sign.
        public let name: String
        /// The part behind it.
        public let value: String
    }

    /// The whole text, as libvirt takes it. It may hold a password; show ``description`` to people.
    public let text: String
    /// The hypervisor driver, such as `qemu` or `test`.
    public let driver: String
    /// The transport, where the URI names one.
    public let transport: Transport?
    /// The user to connect as.
    public let user: String?
    /// The other machine; `nil` is this one. An IPv6 address is without its brackets.
    public let host: String?
    /// The port on the other machine, 1 to 65535.
    public let port: Int?
    /// The path, such as `/system`.
    public let path: String
    /// The parameters, in their order.
    public let parameters: [Parameter]
    /// The URI without passwords: `***` stands in place of each.
    public let description: String

    /// Reads a URI.
    ///
    /// - Parameter text: The URI.
    /// - Throws: What is wrong with it. That libvirt has the driver built in is not checked.
    public init(_ text: String) throws(ConnectionURIError) {
        let parts = try ConnectionURIParts(text)
        try parts.check()
        self.text = text
        driver = parts.driver
        transport = parts.transport
        user = parts.user
        host = parts.host
        port = parts.port
        path = parts.path
        parameters = parts.parameters
        description = parts.redacted
    }

    /// The value of a parameter, where the URI has it.
    ///
    /// - Parameter name: Its name.
    /// - Returns: Its value, unescaped.
    public func parameter(_ name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }
}

extension ConnectionURI: Hashable {
    /// Whether two URIs are the same text.
    public static func == (left: ConnectionURI, right: ConnectionURI) -> Bool {
        left.text == right.text
    }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

extension ConnectionURI: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// As ``description``.
    public var debugDescription: String { description }

    /// Shows the description alone, so that a dump holds no password either.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
