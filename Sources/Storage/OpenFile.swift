// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage

/// A file that this process has open; closed with its last reference, which also frees its lock.
final class OpenFile: Sendable {
    let descriptor: Int32
    /// The path under which it was opened, for errors only.
    let path: FilePath

    init(adopting descriptor: Int32, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(descriptor)
    }

    /// Opens a file that a user names, following links; it must be a regular file once it is open.
    static func source(_ path: FilePath) throws(StorageError) -> OpenFile {
        // O_NONBLOCK, so that a FIFO or a device cannot keep this from returning.
        let (descriptor, code) = path.withPlatformString { text in
            let descriptor = open(text, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
            return (descriptor, errno)
        }
        guard descriptor >= 0 else { throw .sourceUnreadable(path, Errno(rawValue: code)) }
        let file = OpenFile(adopting: descriptor, path: path)
        guard try file.status().isRegular else { throw .notRegularFile(path) }
        return file
    }

    func status() throws(StorageError) -> FileStatus {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("fstat", path, errno: errno) }
        return FileStatus(status)
    }

    /// Reads up to `count` bytes at `offset`; fewer where the file ends.
    func read(at offset: UInt64, count: Int) throws(StorageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            // SAFETY: the buffer is `bytes`, and at most what is left of it is written.
            let (got, code) = bytes.withUnsafeMutableBytes { buffer in
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset) + off_t(filled))
                return (got, errno)
            }
            if got < 0, code == EINTR { continue }
            guard got >= 0 else { throw .system("read", path, errno: code) }
            guard got > 0 else { break }
            filled += got
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Reads up to the buffer's size at `offset`; 0 at the file's end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) -> Int {
        while true {
            let got = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .system("read", path, errno: errno) }
            return got
        }
    }

    func write(_ buffer: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        var done = 0
        while done < buffer.count {
            let wrote = pwrite(
                descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset) + off_t(done))
            if wrote < 0, errno == EINTR { continue }
            guard wrote > 0 else { throw .system("write", path, errno: wrote < 0 ? errno : EIO) }
            done += wrote
        }
    }

    func write(_ bytes: [UInt8]) throws(StorageError) {
        // SAFETY: the pointer lives for the call, which only reads from it.
        let result: Result<Void, StorageError> = bytes.withUnsafeBytes { buffer in
            do throws(StorageError) {
                return .success(try write(buffer, at: 0))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    func resize(to size: UInt64) throws(StorageError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .system("ftruncate", path, errno: errno) }
    }

    /// Takes the room for so many bytes of the file at once, which read as zeros.
    func allocate(_ size: UInt64) throws(StorageError) {
        let code = posix_fallocate(descriptor, 0, off_t(size))
        guard code == 0 else { throw .system("posix_fallocate", path, errno: code) }
    }

    func synchronize() throws(StorageError) {
        guard fsync(descriptor) == 0 else { throw .system("fsync", path, errno: errno) }
    }

    func setMode(_ mode: mode_t) throws(StorageError) {
        guard fchmod(descriptor, mode) == 0 else { throw .system("fchmod", path, errno: errno) }
    }

    /// Sets the owner, the group, or both; nil leaves one as it is.
    func setOwner(userID: UInt32?, groupID: UInt32?) throws(StorageError) {
        guard fchown(descriptor, userID ?? .max, groupID ?? .max) == 0 else {
            throw .system("fchown", path, errno: errno)
        }
    }

    /// Puts the position, at which a program that is given the descriptor begins, to the file's start.
    func rewind() throws(StorageError) {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .system("lseek", path, errno: errno) }
    }

    /// Shares the data blocks of `source`; false where the file system cannot.
    func clone(_ source: OpenFile) -> Bool {
        // FICLONE is a function-like macro, which Swift does not import: _IOW(0x94, 9, int).
        let clone: UInt = 0x4004_9409
        return ioctl(descriptor, clone, source.descriptor) == 0
    }

    /// Takes the advisory lock of the open file, without waiting; false where another holds it.
    func tryLock(_ lock: Lock) throws(StorageError) -> Bool {
        while flock(descriptor, (lock == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return false
            case let code: throw .system("flock", path, errno: code)
            }
        }
        return true
    }

    /// Gives its lock up. Closing would not do: a child between fork and exec has the open file, and with it the lock,
    /// for moments longer.
    func unlock() {
        flock(descriptor, LOCK_UN)
    }

    enum Lock: Sendable {
        case shared
        case exclusive
    }
}

/// What a file is, from `stat`.
struct FileStatus: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
    let size: UInt64
    /// The time of the last change of content, in nanoseconds since 1970.
    let modifiedNanoseconds: Int64
    let mode: mode_t
    let links: UInt64
    /// What it takes of the disk, in bytes.
    let allocated: UInt64
    let userID: UInt32
    let groupID: UInt32

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = UInt64(max(status.st_size, 0))
        modifiedNanoseconds = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
        mode = status.st_mode
        links = UInt64(status.st_nlink)
        allocated = UInt64(max(status.st_blocks, 0)) * 512
        userID = status.st_uid
        groupID = status.st_gid
    }

    var isRegular: Bool { mode & S_IFMT == S_IFREG }
    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
}

extension OpenFile {
    /// The next part of the file at or after `offset` that is no hole; empty at `size` where there is none.
    func extent(at offset: UInt64, size: UInt64) -> Range<UInt64> {
        // Swift does not import SEEK_DATA and SEEK_HOLE, which are 3 and 4 on Linux.
        let data = lseek(descriptor, off_t(offset), 3)
        if data < 0 {
            // ENXIO says that only a hole is left; where holes cannot be asked for, all counts as data.
            return errno == ENXIO ? size..<size : offset..<size
        }
        let start = min(max(UInt64(data), offset), size)
        let hole = lseek(descriptor, data, 4)
        guard hole > data else { return start..<size }
        return start..<max(min(UInt64(hole), size), start)
    }
}
