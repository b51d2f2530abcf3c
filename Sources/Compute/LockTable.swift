// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import InstanceModel
import SystemPackage

/// The file over which the processes of a host exclude each other from instances, and show who has which.
///
/// It is locked byte by byte, with locks of an open file description (`F_OFD_SETLK`, fcntl(2)): they exclude other
/// threads' descriptions and other processes alike, go with their process, and can be asked about without taking them.
/// Each instance has a region of bytes far beyond the file's end, see ``Region``; in front are numbered records of the
/// holders. One file for all, kept open, since making and removing one for each lock takes longer than all the rest.
final class LockTable: Sendable {
    let path: FilePath
    let descriptor: CInt
    private let device: dev_t
    private let inode: ino_t
    /// The records that this description has; the kernel would let it have one twice.
    let ownRecords = Guarded<Set<Int>>([])

    /// The bytes that stand for one instance: its lock, and then the tickets of the processes that wait for it.
    struct Region: Hashable {
        /// The lock's byte.
        let lock: Int64
        /// How many tickets there are: processes beyond that wait without one.
        static let tickets: Int64 = 4_095

        /// The region of this instance: of 2^50, chosen by all bits of its UUID, which need not be random.
        init(of id: InstanceID) {
            // SAFETY: a UUID's bytes are plain values; they are read within the closure.
            let (high, low) = withUnsafeBytes(of: id.uuid.uuid) { bytes in
                (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            let stirred = high &* 0x9E37_79B9_7F4A_7C15
            let mixed = ((stirred ^ stirred >> 32) &+ low) &* 0xC2B2_AE3D_27D4_EB4F
            lock = Int64(mixed >> 14 + 1) << 12
        }

        func byte(of ticket: LockAttempt.Ticket) -> Int64 { lock + ticket }
    }

    /// Opens the table, or makes it, in the directory of locks.
    static func open(_ path: FilePath) throws(ComputeError) -> LockTable {
        let descriptor = Glibc.open(path.string, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(errno, "open the locks", path) }
        return try LockTable(path, descriptor)
    }

    /// Opens the table to look at it; nil where there is none.
    ///
    /// A description is not told of its own locks, so that whoever looks has one of its own.
    static func openForReading(_ path: FilePath) throws(ComputeError) -> LockTable? {
        let descriptor = Glibc.open(path.string, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw .system(errno, "read the locks", path) }
        return try LockTable(path, descriptor)
    }

    private init(_ path: FilePath, _ descriptor: CInt) throws(ComputeError) {
        self.path = path
        self.descriptor = descriptor
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let number = errno
            Glibc.close(descriptor)
            throw .system(number, "inspect the locks", path)
        }
        device = status.st_dev
        inode = status.st_ino
    }

    deinit { Glibc.close(descriptor) }

    /// Whether this is still the file that others find at its path.
    var isCurrent: Bool {
        var status = stat()
        return lstat(path.string, &status) == 0 && status.st_ino == inode && status.st_dev == device
    }

    /// Makes the attempt's calls until it has the lock, which is true, or has to pause.
    func carryOn(_ attempt: inout LockAttempt, in region: Region) throws(ComputeError) -> Bool {
        var call = attempt.start()
        while true {
            let answer: LockAttempt.Answer =
                switch call {
                case .findLastTicket: .last(try lastTicket(in: region))
                case .lockTicket(let ticket): .locked(try lock(region.byte(of: ticket)))
                case .findTicket(before: let ticket):
                    .found(try firstLocked(in: region.byte(of: 1)..<region.byte(of: ticket)) != nil)
                case .takeLock: .locked(try lock(region.lock))
                case .unlockTicket(let ticket): unlocked(region.byte(of: ticket), 1)
                }
            switch attempt.next(after: call, answer) {
            case .call(let next): call = next
            case .pause: return false
            case .done: return true
            }
        }
    }

    /// Gives up an attempt that did not get the lock.
    func abandon(_ attempt: LockAttempt, in region: Region) {
        if let ticket = attempt.ticket { _ = unlocked(region.byte(of: ticket), 1) }
    }

    /// Gives back a lock and its record.
    func release(_ region: Region, record: Int?) {
        if let record {
            _ = unlocked(Self.claimByte(of: record), Self.bytesOfRecord)
            ownRecords.withLock { _ = $0.remove(record) }
        }
        _ = unlocked(region.lock, 1)
    }

    /// Whether another description has the lock.
    func isLocked(_ region: Region) throws(ComputeError) -> Bool {
        try firstLocked(in: region.lock..<region.lock + 1) != nil
    }

    /// How many tickets other descriptions have locked.
    func tickets(in region: Region) throws(ComputeError) -> Int {
        var count = 0
        var ranges = [region.byte(of: 1)..<region.byte(of: Region.tickets) + 1]
        while let range = ranges.popLast() {
            guard let found = try firstLocked(in: range) else { continue }
            count += found.count
            ranges += [range.lowerBound..<found.lowerBound, found.upperBound..<range.upperBound]
        }
        return count
    }

    /// When anything was last written.
    var lastWritten: Date {
        var status = stat()
        fstat(descriptor, &status)
        return Date(timeIntervalSince1970: TimeInterval(status.st_mtim.tv_sec))
    }

    private func lastTicket(in region: Region) throws(ComputeError) -> LockAttempt.Ticket? {
        var last: LockAttempt.Ticket?
        let end = region.byte(of: Region.tickets) + 1
        // The kernel names any one that is locked, not the last: each look leads further.
        while let found = try firstLocked(in: region.byte(of: (last ?? 0) + 1)..<end) {
            last = found.upperBound - 1 - region.lock
        }
        return last
    }

    /// Linux's commands for locks of open file descriptions (`fcntl.h`), which glibc hides from Swift.
    private static let askLock: CInt = 36
    private static let setLock: CInt = 37

    /// Locks a byte, where no other description has.
    func lock(_ byte: Int64) throws(ComputeError) -> Bool {
        var range = flock(
            l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: off_t(byte), l_len: 1, l_pid: 0)
        if fcntl(descriptor, Self.setLock, &range) == 0 { return true }
        guard errno == EAGAIN || errno == EACCES else { throw .system(errno, "lock", path) }
        return false
    }

    /// Unlocks bytes.
    func unlocked(_ byte: Int64, _ count: Int64) -> LockAttempt.Answer {
        var range = flock(
            l_type: Int16(F_UNLCK), l_whence: Int16(SEEK_SET), l_start: off_t(byte), l_len: off_t(count), l_pid: 0)
        // Fails only where the kernel has no memory for it: then the bytes are unlocked when the process ends.
        _ = fcntl(descriptor, Self.setLock, &range)
        return .unlocked
    }

    /// A part of `bytes` that another description has locked.
    func firstLocked(in bytes: Range<Int64>) throws(ComputeError) -> Range<Int64>? {
        guard !bytes.isEmpty else { return nil }
        var range = flock(
            l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: off_t(bytes.lowerBound),
            l_len: off_t(bytes.count), l_pid: 0)
        guard fcntl(descriptor, Self.askLock, &range) == 0 else { throw .system(errno, "inspect the locks", path) }
        guard range.l_type != Int16(F_UNLCK) else { return nil }
        return (Int64(range.l_start)..<Int64(range.l_start + range.l_len)).clamped(to: bytes)
    }
}
