// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Crypto
import Glibc
import SystemPackage

/// Copies a file and computes its SHA-256 in the same pass; holes stay holes.
struct HashedCopy: ~Copyable {
    private let buffer: UnsafeMutableRawBufferPointer
    private let flag: CancellationFlag
    private var hash = SHA256()

    private init(_ flag: CancellationFlag) {
        // SAFETY: owned by this value alone, freed in `deinit`.
        buffer = .allocate(byteCount: 1 << 20, alignment: 4_096)
        self.flag = flag
    }

    deinit {
        buffer.deallocate()
    }

    /// Copies `source` into the empty file `target`.
    ///
    /// - Returns: the SHA-256 of what was written, as 64 hexadecimal digits.
    /// - Throws: ``StorageError/sourceChanged(_:)``, ``StorageError/noSpace(_:)``, ``StorageError/cancelled``.
    static func copy(
        _ source: OpenFile, to target: OpenFile, flag: CancellationFlag
    ) throws(StorageError) -> String {
        let before = try source.status()
        // Shared blocks cost nothing. Elsewhere plain reads and writes are used: every byte has to be read for the
        // digest anyway, so that copy_file_range would read twice.
        let digest: String
        if target.clone(source) {
            digest = try Self.digest(of: target, flag: flag)
        } else {
            var copy = HashedCopy(flag)
            try target.resize(to: before.size)
            try copy.run(source, size: before.size, target: target)
            digest = copy.text()
        }
        let after = try source.status()
        let size = try target.status().size
        guard after == before, size == before.size else { throw .sourceChanged(source.path) }
        return digest
    }

    /// Copies what an open descriptor has, to its end, into the empty file `target`.
    ///
    /// - Returns: the SHA-256 of what was written, as 64 hexadecimal digits.
    /// - Throws: ``StorageError/noSpace(_:)`` also after more than `limit` bytes, ``StorageError/cancelled``.
    static func copy(
        descriptor: Int32, named name: FilePath, to target: OpenFile, limit: UInt64, flag: CancellationFlag
    ) throws(StorageError) -> String {
        var copy = HashedCopy(flag)
        var offset: UInt64 = 0
        while true {
            let got = try copy.next(of: descriptor, named: name)
            guard got > 0 else { return copy.text() }
            guard UInt64(got) <= limit - offset else { throw .noSpace(target.path) }
            // SAFETY: a part of the buffer, which was just read into, and not kept.
            let bytes = UnsafeRawBufferPointer(rebasing: copy.buffer[..<got])
            copy.hash.update(bufferPointer: bytes)
            try target.write(bytes, at: offset)
            offset += UInt64(got)
        }
    }

    /// Fills the buffer from a descriptor, as far as something is there; 0 at its end.
    private func next(of descriptor: Int32, named name: FilePath) throws(StorageError) -> Int {
        while true {
            try flag.check()
            // Nobody's cancellation wakes a read: it is only begun when there is something.
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, 100)
            if ready == 0 || ready < 0 && errno == EINTR { continue }
            guard ready > 0 else { throw .sourceUnreadable(name, Errno(rawValue: errno)) }
            let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if got < 0, errno == EINTR || errno == EAGAIN { continue }
            guard got >= 0 else { throw .sourceUnreadable(name, Errno(rawValue: errno)) }
            return got
        }
    }

    /// The SHA-256 of a file, as 64 hexadecimal digits.
    static func digest(of file: OpenFile, flag: CancellationFlag) throws(StorageError) -> String {
        var pass = HashedCopy(flag)
        try pass.run(file, size: try file.status().size, target: nil)
        return pass.text()
    }

    private mutating func run(_ source: OpenFile, size: UInt64, target: OpenFile?) throws(StorageError) {
        var offset: UInt64 = 0
        while offset < size {
            let extent = source.extent(at: offset, size: size)
            try addZeros(extent.lowerBound - offset)
            offset = extent.lowerBound
            while offset < extent.upperBound {
                try flag.check()
                let count = Int(min(UInt64(buffer.count), extent.upperBound - offset))
                // SAFETY: both are parts of `buffer`, and not kept.
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
                let got = try source.read(into: part, at: offset)
                guard got > 0 else { throw .sourceChanged(source.path) }
                let bytes = UnsafeRawBufferPointer(rebasing: part[..<got])
                hash.update(bufferPointer: bytes)
                try target?.write(bytes, at: offset)
                offset += UInt64(got)
            }
        }
    }

    private mutating func addZeros(_ count: UInt64) throws(StorageError) {
        guard count > 0 else { return }
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        var left = count
        while left > 0 {
            try flag.check()
            let part = Int(min(UInt64(buffer.count), left))
            // SAFETY: a part of `buffer`, all of which was made zero.
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<part]))
            left -= UInt64(part)
        }
    }

    private func text() -> String {
        hash.finalize().hexadecimal
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits a byte.
    var hexadecimal: String {
        map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }
}
