// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import Glibc
import HostFiles
public import InstanceModel
import SystemPackage

/// The host's ports that lead into guests.
public enum HostPorts {
    /// Checks that QEMU can listen on every one of `ports`, and leaves nothing behind.
    ///
    /// Each is bound as QEMU's user-mode network (slirp) binds it, and closed at once. The kernel then refuses a port
    /// that something listens on, also where that listens on every address and only one is asked for, or the reverse.
    /// Another program may still take a port before QEMU does.
    ///
    /// - Parameters:
    ///   - ports: the ports.
    ///   - account: the account that QEMU runs as, which decides whether privileged ports may be used.
    /// - Throws: ``NetworkingError/portsUnavailable(_:)`` with each port that cannot be had.
    public static func ensureFree(_ ports: [PublishedPort], for account: GuestAccount) throws(NetworkingError) {
        let unavailable = ports.compactMap { port in
            reason(against: port.endpoint, for: account).map {
                NetworkingError.UnavailablePort(port: port, reason: $0)
            }
        }
        guard unavailable.isEmpty else { throw .portsUnavailable(unavailable) }
    }

    private static func reason(
        against endpoint: PublishedPort.Endpoint, for account: GuestAccount
    ) -> NetworkingError.UnavailablePort.Reason? {
        let first = firstUnprivilegedPort()
        if endpoint.port < first, account.userID != 0 {
            return .privileged(account: account.name, firstUnprivileged: first)
        }
        switch bindOnce(endpoint) {
        case 0: return nil
        case EADDRINUSE: return .taken
        case EADDRNOTAVAIL: return .noSuchAddress
        case EACCES: return .privileged(account: GuestAccount.currentUser().name, firstUnprivileged: first)
        case let code: return .refused(code)
        }
    }

    /// Binds a socket to `endpoint` and closes it; gives the `errno`, or 0.
    private static func bindOnce(_ endpoint: PublishedPort.Endpoint) -> Int32 {
        let isTCP = endpoint.transport == .tcp
        let kind = (isTCP ? SOCK_STREAM : SOCK_DGRAM).rawValue | SOCK_CLOEXEC.rawValue
        let descriptor = socket(AF_INET, Int32(bitPattern: kind), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        if isTCP {
            // Slirp sets it too; without it, closed connections of the last listener would count as taken.
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        guard inet_pton(AF_INET, endpoint.address, &address.sin_addr) == 1 else { return EINVAL }
        // SAFETY: `sockaddr_in` begins as `sockaddr` does, and the length is its own.
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result == 0 ? 0 : errno
    }

    /// The first port that needs no privilege (`net.ipv4.ip_unprivileged_port_start`); 1,024 where it cannot be read.
    static func firstUnprivilegedPort() -> UInt16 {
        let text = HostFile.kernelText("/proc/sys/net/ipv4/ip_unprivileged_port_start") ?? ""
        return UInt16(text.prefix { $0.isNumber }) ?? 1_024
    }
}
