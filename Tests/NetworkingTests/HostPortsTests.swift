// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Glibc
import InstanceModel
import Testing

@testable import Networking

/// A socket of the test that holds a port until it ends.
final class HeldPort {
    let port: UInt16
    private let descriptor: Int32

    /// Binds `address` at a free port, and listens where `transport` is TCP.
    init(_ transport: PublishedPort.Transport, address: String, isIPv6: Bool = false) throws {
        let kind = (transport == .tcp ? SOCK_STREAM : SOCK_DGRAM).rawValue
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(kind) | O_CLOEXEC, 0)
        try #require(descriptor >= 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // SAFETY: the storage is large enough for every kind of address, and aligned for them.
        let port = try withUnsafeMutablePointer(to: &storage) { storage in
            if isIPv6 {
                // SAFETY: as above.
                try storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    $0.pointee.sin6_family = sa_family_t(AF_INET6)
                    try #require(inet_pton(AF_INET6, address, &$0.pointee.sin6_addr) == 1)
                }
                length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            } else {
                // SAFETY: as above.
                try storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    $0.pointee.sin_family = sa_family_t(AF_INET)
                    try #require(inet_pton(AF_INET, address, &$0.pointee.sin_addr) == 1)
                }
                length = socklen_t(MemoryLayout<sockaddr_in>.size)
            }
            // SAFETY: as above.
            try storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try #require(bind(descriptor, $0, length) == 0)
                try #require(getsockname(descriptor, $0, &length) == 0)
            }
            // The port stands at the same place in both kinds of address.
            return storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt16(bigEndian: $0.pointee.sin_port)
            }
        }
        if transport == .tcp { try #require(listen(descriptor, 1) == 0) }
        self.descriptor = descriptor
        self.port = port
    }

    deinit {
        close(descriptor)
    }
}

@Suite("Free ports of the host")
struct HostPortsTests {
    let account = GuestAccount(name: "guests", userID: 64_055, groupID: 64_055)

    private func reasons(_ ports: [PublishedPort]) -> [NetworkingError.UnavailablePort] {
        do {
            try HostPorts.ensureFree(ports, for: account)
            return []
        } catch .portsUnavailable(let ports) {
            return ports
        } catch {
            Issue.record(error)
            return []
        }
    }

    static let overlaps: [(PublishedPort.Transport, String, String)] = [
        (.tcp, "127.0.0.1", "127.0.0.1"), (.tcp, "0.0.0.0", "127.0.0.1"), (.tcp, "127.0.0.1", "0.0.0.0"),
        (.tcp, "::", "127.0.0.1"), (.udp, "127.0.0.1", "127.0.0.1"), (.udp, "0.0.0.0", "127.0.0.1"),
        (.udp, "127.0.0.1", "0.0.0.0"),
    ]

    @Test("finds a port taken, whichever addresses are listened on and asked for", arguments: overlaps)
    func findsTaken(transport: PublishedPort.Transport, held: String, asked: String) throws {
        let holder = try HeldPort(transport, address: held, isIPv6: held.contains(":"))
        let port = try PublishedPort(parsing: "\(asked):\(holder.port):22/\(transport)")
        #expect(reasons([port]) == [.init(port: port, reason: .taken)])
        withExtendedLifetime(holder) {}
    }

    @Test("finds a port free beside a listener on another address or transport", arguments: ["127.0.0.2", "/udp"])
    func findsFree(difference: String) throws {
        let holder = try HeldPort(.tcp, address: "127.0.0.1")
        let port = try PublishedPort(
            parsing: difference == "/udp" ? "\(holder.port):22/udp" : "\(difference):\(holder.port):22")
        #expect(reasons([port]) == [])
        withExtendedLifetime(holder) {}
    }

    @Test("keeps nothing bound: what was found free can be listened on, and asked for again")
    func leavesNothing() throws {
        var holder: HeldPort? = try HeldPort(.tcp, address: "127.0.0.1")
        let port = try PublishedPort(parsing: "\(try #require(holder).port):22")
        #expect(reasons([port]).count == 1)
        holder = nil
        // A program that another test begins at this moment may share the socket for a moment.
        for _ in 0..<500 where !reasons([port]).isEmpty { usleep(10_000) }
        #expect(reasons([port, port]) == [])
        #expect(holder == nil)
    }

    @Test("names every port that cannot be had, and why")
    func namesAll() throws {
        let holder = try HeldPort(.udp, address: "127.0.0.1")
        let taken = try PublishedPort(parsing: "\(holder.port):53/udp")
        let elsewhere = try PublishedPort(parsing: "192.0.2.1:8080:80")
        let privileged = try PublishedPort(parsing: "80:80")
        let first = HostPorts.firstUnprivilegedPort()
        try #require(first > 80)
        let found = reasons([taken, elsewhere, privileged])
        #expect(
            found == [
                .init(port: taken, reason: .taken), .init(port: elsewhere, reason: .noSuchAddress),
                .init(port: privileged, reason: .privileged(account: "guests", firstUnprivileged: first)),
            ])
        #expect(
            NetworkingError.portsUnavailable(found).message == """
                udp port \(holder.port) of 127.0.0.1 is taken by another program; tcp port 8080 of 192.0.2.1 cannot be \
                listened on: no interface of this host has that address; tcp port 80 of 127.0.0.1 is below \(first), \
                which guests may not listen on
                """)
    }
}
