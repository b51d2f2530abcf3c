// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
public import SystemPackage

/// A file of the host that this process has open to read: nothing waits for it, and no more is read than asked for.
///
/// Files that another account may have a hand in are opened by ``open(_:below:)`` alone.
public final class HostFile: Sendable {
    /// The open file, for as long as this object lives.
    public let descriptor: FileDescriptor
    /// What it is.
    public let kind: Kind
    /// Its size in bytes when it was opened; 0 for what the kernel makes up, in `/proc`.
    public let size: Int64
    /// Its number in its file system, which another file in its place does not have.
    public let inode: UInt64
    private let path: FilePath

    /// What a file is.
    public enum Kind: Sendable, Hashable {
        /// A regular file.
        case regular
        /// A directory.
        case directory
        /// A pipe, a device or a socket.
        case other
    }

    private init(adopting descriptor: Int32, path: FilePath) throws(HostFileError) {
        self.descriptor = FileDescriptor(rawValue: descriptor)
        self.path = path
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .unreadable(path, Errno(rawValue: code))
        }
        size = Int64(status.st_size)
        inode = UInt64(status.st_ino)
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .directory
        default: kind = .other
        }
    }

    deinit {
        // Nothing was written, so that a close that fails loses nothing.
        try? descriptor.close()
    }

    /// Opens what a user names, of any kind; links are followed.
    public static func open(_ path: FilePath) throws(HostFileError) -> HostFile {
        try HostFile(adopting: descriptor(opening: path, in: AT_FDCWD, O_RDONLY | O_NONBLOCK | O_NOCTTY), path: path)
    }

    /// Opens a regular file below a directory that only trusted accounts may write, while others may write below it.
    ///
    /// Each component below `trusted` is opened in the one before it, and none may be a link: an account that owns one
    /// of them can name no other file of the host, by a link or by a second name of it.
    ///
    /// - Throws: ``HostFileError``; `untrusted` also where `path` does not begin with `trusted`.
    public static func open(_ path: FilePath, below trusted: FilePath) throws(HostFileError) -> HostFile {
        let way = try way(to: path, from: trusted)
        guard let name = way.lastComponent else { throw .untrusted(path) }
        let parent = try directory(way.removingLastComponent(), below: trusted)
        defer { close(parent) }
        let found = try descriptor(
            opening: FilePath(root: nil, [name]), in: parent, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, as: path)
        let file = try HostFile(adopting: found, path: path)
        guard file.kind == .regular else { throw .notRegular(path) }
        guard file.hasOneName else { throw .untrusted(path) }
        return file
    }

    /// Opens a directory that is `trusted` itself, or below it; no component below `trusted` may be a link.
    ///
    /// - Throws: ``HostFileError``; `untrusted` also where `path` does not begin with `trusted`.
    public static func openDirectory(_ path: FilePath, below trusted: FilePath) throws(HostFileError) -> HostFile {
        try HostFile(adopting: directory(way(to: path, from: trusted), below: trusted), path: path)
    }

    /// The names that lead from `trusted` to `path`.
    private static func way(to path: FilePath, from trusted: FilePath) throws(HostFileError) -> FilePath {
        var way = path
        guard way.removePrefix(trusted), way.root == nil, way.components.allSatisfy({ $0.kind == .regular }) else {
            throw .untrusted(path)
        }
        return way
    }

    /// The descriptor of a directory, to which each name on the way leads from the one before it.
    private static func directory(_ way: FilePath, below trusted: FilePath) throws(HostFileError) -> Int32 {
        var here = trusted
        var reached = try descriptor(opening: trusted, in: AT_FDCWD, O_RDONLY | O_DIRECTORY)
        for name in way.components {
            let parent = reached
            defer { close(parent) }
            here.append(name)
            reached = try descriptor(
                opening: FilePath(root: nil, [name]), in: parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, as: here)
        }
        return reached
    }

    /// The content of a small file that the kernel makes up, such as `/proc/meminfo`, as text.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: the most bytes that are read of it.
    /// - Returns: the text; nil where there is no such file, or it may not be read.
    public static func kernelText(_ path: FilePath, atMost limit: Int = 64 << 10) -> String? {
        (try? open(path).bytes(atMost: limit)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// At most `limit` bytes of a regular file, from byte `start`; fewer where it ends.
    public func bytes(from start: Int64 = 0, atMost limit: Int) throws(HostFileError) -> [UInt8] {
        guard kind == .regular else { throw .notRegular(path) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit, 65_536))
        while bytes.count < limit {
            let count = pread(
                descriptor.rawValue, &chunk, min(chunk.count, limit - bytes.count), off_t(start) + off_t(bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path, Errno(rawValue: errno)) }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        return bytes
    }

    /// The last `limit` bytes of a regular file.
    public func tail(atMost limit: Int) throws(HostFileError) -> [UInt8] {
        try bytes(from: max(0, size - Int64(limit)), atMost: limit)
    }

    private var hasOneName: Bool {
        var status = stat()
        return fstat(descriptor.rawValue, &status) == 0 && status.st_nlink == 1
    }

    private static func descriptor(
        opening path: FilePath, in directory: Int32, _ flags: Int32, as name: FilePath? = nil
    ) throws(HostFileError) -> Int32 {
        let (descriptor, code) = path.withPlatformString { text in (openat(directory, text, flags | O_CLOEXEC), errno) }
        guard descriptor < 0 else { return descriptor }
        let name = name ?? path
        switch code {
        case ENOENT: throw .missing(name)
        case ELOOP, ENOTDIR: throw directory == AT_FDCWD ? .missing(name) : .untrusted(name)
        case ENXIO, ENODEV: throw .notRegular(name)
        default: throw .unreadable(name, Errno(rawValue: code))
        }
    }
}
