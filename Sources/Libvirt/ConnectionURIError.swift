// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Why a text is no connection URI. No case repeats the text, which may hold a password.
public enum ConnectionURIError: Error, Sendable, Hashable {
    /// Longer than ``ConnectionURI/maximumLength``.
    case tooLong
    /// A character that no URI has: a control character, a blank, a quote, anything outside ASCII.
    case character(position: Int)
    /// No `driver://` or `driver+transport://` at the start.
    case noScheme
    /// libvirt has no driver of this name.
    case unknownDriver(String)
    /// Not one of `unix`, `ssh`, `libssh`, `libssh2`, `tcp`, `tls`.
    case unknownTransport(String)
    /// A user name or host name that is malformed, or starts with a dash, which `ssh` would take for an option.
    case malformedAuthority
    /// A host together with a driver or transport that stays on this machine.
    case hostNotAllowed
    /// A port that is no number from 1 to 65535.
    case malformedPort
    /// A path that the driver does not know.
    case unknownPath(driver: String)
    /// A parameter that is not `name=value`, has a bad escape, or comes twice.
    case malformedParameter(position: Int)
    /// `qemu:///embed` without `root=` and an absolute path, or a `socket=` that is no absolute path.
    case needsAbsolutePath(parameter: String)
    /// A part after `#`.
    case fragment
}

extension ConnectionURIError: CustomStringConvertible {
    /// The reason in one line.
    public var description: String {
        switch self {
        case .tooLong: "a connection URI has at most \(ConnectionURI.maximumLength) characters"
        case .character(let position): "the character at position \(position) cannot be in a connection URI"
        case .noScheme: "a connection URI starts with a driver, as qemu:///system does"
        case .unknownDriver(let name): "libvirt has no driver \(name)"
        case .unknownTransport(let name): "\(name) is not a transport: use unix, ssh, libssh, libssh2, tcp or tls"
        case .malformedAuthority: "the user or host of the connection URI is malformed"
        case .hostNotAllowed: "this kind of connection URI stays on this machine and names no host"
        case .malformedPort: "a port is a number from 1 to 65535"
        case .unknownPath(let driver): "the driver \(driver) does not know this path"
        case .malformedParameter(let position): "parameter \(position) of the connection URI is malformed or doubled"
        case .needsAbsolutePath(let parameter): "the parameter \(parameter) must be an absolute path"
        case .fragment: "a connection URI has no part after #"
        }
    }
}
