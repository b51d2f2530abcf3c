// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc

/// The socket between libvirt's client and a daemon on this machine, by a descriptor of its own: libvirt tells nobody
/// its descriptor, and may close it at any time.
final class ClientSocket: Sendable {
    private let descriptor: Int32
    private let number: UInt64

    /// The sockets of this process's connections.
    private static let taken = Guarded<Set<UInt64>>([])

    private init?(_ socket: Socket) {
        let number = socket.number
        // Of two that are opened at the same moment each takes another one.
        guard Self.taken.withLock({ $0.insert(number).inserted }) else { return nil }
        let copy = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else {
            _ = Self.taken.withLock { $0.remove(number) }
            return nil
        }
        descriptor = copy
        self.number = number
    }

    deinit {
        _ = Self.taken.withLock { $0.remove(number) }
        close(descriptor)
    }

    /// Ends the connection for both sides: to libvirt's client it is as if the daemon had died.
    func hangUp() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Whether the daemon died or hung up: that shows here at once, and in libvirt's client once it has read so.
    var isHungUp: Bool {
        var state = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&state, 1, 0) > 0
    }

    /// Opens a connection to a daemon, and finds the socket that came of it.
    ///
    /// Of two connections that are opened at the same moment to the same daemon, each may get the other's: they hang
    /// together, and where one is closed the other counts as lost.
    ///
    /// - Parameters:
    ///   - path: The daemon's socket, where the URI names it.
    ///   - open: Opens the connection, on this thread.
    /// - Returns: What `open` returned; and the socket, nil where it is not one of this machine's, or not to be told.
    /// - Throws: What `open` throws.
    static func opened<Value>(
        to path: String?, by open: () throws(LibvirtError) -> Value
    ) throws(LibvirtError) -> (Value, ClientSocket?) {
        let before = sockets()
        let value = try open()
        guard let before, let after = sockets() else { return (value, nil) }
        let known = Set(before.map(\.number))
        let new = after.filter { !known.contains($0.number) }
        guard let path else { return (value, new.lazy.filter(\.isDaemons).compactMap { ClientSocket($0) }.first) }
        // Bound by another name of the same directory, as /run and /var/run are.
        let same = new.filter { $0.peer == path || realPath($0.peer) == realPath(path) }
        return (value, same.lazy.compactMap { ClientSocket($0) }.first)
    }

    /// A socket of this process that is connected to one with a path.
    private struct Socket {
        let descriptor: Int32
        /// What tells it from all others that are open.
        let number: UInt64
        let peer: String

        /// Whether the other end is what libvirt's daemons listen on unless they are told otherwise: `libvirt-sock`,
        /// `virtqemud-sock`, and the same with `-ro` (libvirtd(8), virtqemud(8)).
        var isDaemons: Bool {
            guard let name = peer.split(separator: "/").last else { return false }
            return ["libvirt-", "virt"].contains(where: name.hasPrefix)
                && ["-sock", "-sock-ro"].contains(where: name.hasSuffix)
        }
    }

    /// nil where they cannot be told.
    private static func sockets() -> [Socket]? {
        descriptors()?.compactMap { descriptor in
            guard let number = socketNumber(of: descriptor), let peer = peerPath(of: descriptor) else { return nil }
            return Socket(descriptor: descriptor, number: number, peer: peer)
        }
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// This process's open descriptors; nil where they cannot be told.
    private static func descriptors() -> [Int32]? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var found: [Int32] = []
        while let entry = readdir(directory) {
            // SAFETY: the name ends with a zero byte inside the entry, which stays until the next is read.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let descriptor = Int32(name), descriptor != dirfd(directory) { found.append(descriptor) }
        }
        return found
    }

    /// The inode of a socket; nil for what is none.
    private static func socketNumber(of descriptor: Int32) -> UInt64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        return UInt64(status.st_ino)
    }

    /// The path of the socket at the other end (unix(7)); nil where it has none.
    private static func peerPath(of descriptor: Int32) -> String? {
        var address = sockaddr_un()
        let whole = socklen_t(MemoryLayout<sockaddr_un>.size)
        var length = whole
        // SAFETY: the kernel writes at most `length` bytes of the address.
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        guard status == 0, address.sun_family == sa_family_t(AF_UNIX), length <= whole else { return nil }
        let path = withUnsafeBytes(of: &address.sun_path) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return path.isEmpty ? nil : path
    }
}
