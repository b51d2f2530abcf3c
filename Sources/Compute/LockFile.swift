// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import SystemPackage

/// A file that at most one holder on the host has locked, and that tells who that is.
///
/// The lock is one of an open file description (`F_OFD_SETLK`): it excludes other threads and processes alike, goes
/// with its process, and, unlike `flock`, can be asked about without taking it. Byte 0 is the lock; byte 1 is locked
/// too once the holder's record is in the file, so that what a dead holder wrote is never taken for the present one's.
/// The file exists only while it is locked, or after a crash.
struct LockFile: ~Copyable {
    private let path: FilePath
    private let descriptor: CInt

    /// Locks the file at once, or gives nil where another has it.
    static func tryLock(_ path: FilePath, holder: LockHolder) throws(ComputeError) -> LockFile? {
        for _ in 0..<attempts {
            let descriptor = Glibc.open(path.string, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw .system(errno, "open the lock", path) }
            guard try lock(byte: 0, of: descriptor, path) else {
                Glibc.close(descriptor)
                return nil
            }
            // Its last holder may have removed the file after we opened it; then another one is the lock now.
            guard isAt(path, descriptor) else {
                Glibc.close(descriptor)
                continue
            }
            let file = LockFile(path: path, descriptor: descriptor)
            file.describe(holder)
            return file
        }
        return nil
    }

    /// Removes the file and unlocks.
    consuming func release() {
        // The file is removed while it is locked: whoever opened it meanwhile finds that out.
        unlink(path.string)
        Glibc.close(descriptor)
    }

    /// Who has the file locked now; nil where nobody has.
    static func holder(_ path: FilePath) throws(ComputeError) -> LockHolder? {
        let descriptor = Glibc.open(path.string, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .system(errno, "read the lock", path)
        }
        defer { Glibc.close(descriptor) }
        for _ in 0..<attempts {
            guard try isLocked(byte: 0, of: descriptor, path) else { return nil }
            if try isLocked(byte: 1, of: descriptor, path), let holder = record(in: descriptor),
                try isLocked(byte: 1, of: descriptor, path)
            {
                return holder
            }
            sched_yield()
        }
        var status = stat()
        fstat(descriptor, &status)
        return LockHolder(
            operation: "unknown", principal: "unknown", processID: 0,
            since: Date(timeIntervalSince1970: TimeInterval(status.st_mtim.tv_sec)))
    }

    /// Linux's commands for locks of open file descriptions (`fcntl.h`), which glibc hides from Swift.
    private static let askLock: CInt = 36
    private static let setLock: CInt = 37
    /// How often a race with another holder is run again before it counts as lost.
    private static let attempts = 64
    /// The record's size: one write of always the same size is never seen in part.
    private static let recordSize = 2_048

    private func describe(_ holder: LockHolder) {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        guard var bytes = try? [UInt8](encoder.encode(Self.bounded(holder))), bytes.count <= Self.recordSize else {
            return
        }
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: Self.recordSize - bytes.count)
        // On a full disk the lock is held without a record: a deletion, which frees space, needs it.
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else { return }
        _ = try? Self.lock(byte: 1, of: descriptor, path)
    }

    private static func bounded(_ holder: LockHolder) -> LockHolder {
        LockHolder(
            operation: String(holder.operation.unicodeScalars.prefix(64)),
            principal: String(holder.principal.unicodeScalars.prefix(64)),
            processID: holder.processID, since: holder.since)
    }

    private static func record(in descriptor: CInt) -> LockHolder? {
        var bytes = [UInt8](repeating: 0, count: recordSize)
        guard pread(descriptor, &bytes, recordSize, 0) == recordSize else { return nil }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try? decoder.decode(LockHolder.self, from: Data(bytes))
    }

    private static func isAt(_ path: FilePath, _ descriptor: CInt) -> Bool {
        var here = stat()
        var there = stat()
        guard fstat(descriptor, &here) == 0, lstat(path.string, &there) == 0 else { return false }
        return here.st_ino == there.st_ino && here.st_dev == there.st_dev
    }

    private static func range(byte: Int) -> flock {
        flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: byte, l_len: 1, l_pid: 0)
    }

    private static func lock(byte: Int, of descriptor: CInt, _ path: FilePath) throws(ComputeError) -> Bool {
        var range = range(byte: byte)
        if fcntl(descriptor, setLock, &range) == 0 { return true }
        guard errno == EAGAIN || errno == EACCES else { throw .system(errno, "lock", path) }
        return false
    }

    private static func isLocked(byte: Int, of descriptor: CInt, _ path: FilePath) throws(ComputeError) -> Bool {
        var range = range(byte: byte)
        guard fcntl(descriptor, askLock, &range) == 0 else { throw .system(errno, "inspect the lock", path) }
        return range.l_type != Int16(F_UNLCK)
    }
}
