// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel
public import Programs
import SystemPackage

/// Why a port, a bridge or a tap device of the host cannot be used.
public enum NetworkingError: Error, Sendable, Hashable {
    /// Ports of the host that QEMU could not listen on, each with the reason; never empty.
    case portsUnavailable([UnavailablePort])
    /// Nothing of this name is a bridge; the bridges that there are.
    case noBridge(BridgeName, existing: [String])
    /// Another device has the name of this tap device.
    case deviceTaken(TapDevice)
    /// This process may not make network devices.
    case notPermitted(MissingPermission)
    /// `ip` gave no result.
    case program(ProgramError)
    /// `ip` wrote something that is no list of devices.
    case unreadable(command: String)

    /// A port that QEMU could not listen on.
    public struct UnavailablePort: Sendable, Hashable {
        /// The port.
        public let port: PublishedPort
        /// Why.
        public let reason: Reason

        /// A port and the reason.
        public init(port: PublishedPort, reason: Reason) {
            self.port = port
            self.reason = reason
        }

        /// Why a port cannot be listened on.
        public enum Reason: Sendable, Hashable {
            /// Another program listens on it (EADDRINUSE).
            case taken
            /// It is below the first port that an account without privilege may use.
            case privileged(account: String, firstUnprivileged: UInt16)
            /// No interface of the host has the address (EADDRNOTAVAIL).
            case noSuchAddress
            /// The kernel refused it for another reason, an `errno`.
            case refused(Int32)
        }
    }

    /// What is missing to make network devices.
    public enum MissingPermission: Sendable, Hashable {
        /// Programs that this process starts get no CAP_NET_ADMIN.
        case networkAdministration
        /// `/dev/net/tun` cannot be opened, with this `errno`.
        case tunDevice(Int32)
    }
}

extension NetworkingError {
    /// What went wrong, as a sentence without its full stop.
    public var message: String {
        switch self {
        case .portsUnavailable(let ports): ports.map(\.message).joined(separator: "; ")
        case .noBridge(let name, _): "\(name) is no bridge of this host"
        case .deviceTaken(let tap): "the network device \(tap.name) exists and belongs to something else"
        case .notPermitted(.networkAdministration): "network devices are made with CAP_NET_ADMIN, which is missing"
        case .notPermitted(.tunDevice(let code)): "/dev/net/tun cannot be opened: \(Errno(rawValue: code).description)"
        case .program(let error): error.message
        case .unreadable(let command): "\(command) wrote something else than a list of devices"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .portsUnavailable(let ports): ports.first?.hint
        case .noBridge(let name, let existing):
            existing.isEmpty
                ? "make it: ip link add \(name) type bridge; ip link set \(name) up"
                : "the bridges here are \(existing.joined(separator: ", "))"
        case .deviceTaken(let tap): "see `ip -d link show \(tap.name)`, and delete it if nobody needs it"
        case .notPermitted(.networkAdministration): "run as root, or use `network: user`"
        case .notPermitted(.tunDevice): "run as root where /dev/net/tun exists, or use `network: user`"
        case .program(let error): error.hint
        case .unreadable: "check that iproute2 is 5.0 or newer"
        }
    }
}

extension NetworkingError.UnavailablePort {
    /// What is wrong with the port, as a sentence without its full stop.
    var message: String {
        let endpoint = port.endpoint
        let name = "\(endpoint.transport.rawValue) port \(endpoint.port) of \(endpoint.address)"
        return switch reason {
        case .taken: "\(name) is taken by another program"
        case .privileged(let account, let first): "\(name) is below \(first), which \(account) may not listen on"
        case .noSuchAddress: "\(name) cannot be listened on: no interface of this host has that address"
        case .refused(let code): "\(name) cannot be listened on: \(Errno(rawValue: code).description)"
        }
    }

    /// What to do about it.
    var hint: String {
        switch reason {
        case .taken: "publish another port; `ss -lntup` shows what listens"
        case .privileged(_, let first): "publish a port from \(first) up"
        case .noSuchAddress: "give an address that `ip address` lists, or 0.0.0.0"
        case .refused: "publish another port"
        }
    }
}
