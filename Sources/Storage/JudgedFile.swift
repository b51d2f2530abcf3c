// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import SystemPackage

/// A file that is judged: reads that never leave it, and refusals in the name of what the user gave.
struct JudgedFile: Sendable {
    let file: OpenFile
    /// The file's size in bytes.
    let size: UInt64
    /// The file's name in errors.
    let subject: FilePath

    init(_ file: OpenFile, subject: FilePath) throws(StorageError) {
        self.file = file
        self.subject = subject
        size = try file.status().size
    }

    /// All of `count` bytes at `offset`, which belong to `part` of the format.
    ///
    /// - Throws: ``StorageError/refused(_:_:)`` with `truncated` where the file ends before.
    func read(at offset: UInt64, count: Int, _ part: String) throws(StorageError) -> [UInt8] {
        try requirePlace(offset, length: UInt64(count), part)
        let bytes = try file.read(at: offset, count: count)
        guard bytes.count == count else { throw refusal(.truncated(part)) }
        return bytes
    }

    /// Makes sure that `length` bytes at `offset` are in the file.
    func requirePlace(_ offset: UInt64, length: UInt64, _ part: String) throws(StorageError) {
        guard offset <= size, length <= size - offset else { throw refusal(.truncated(part)) }
    }

    /// Makes sure that a rule of the format holds.
    func require(_ holds: Bool, _ rule: @autoclosure () -> String) throws(StorageError) {
        guard holds else { throw refusal(.malformed(rule())) }
    }

    /// Makes sure that a guest's disk of so many bytes may be kept.
    func requireDisk(of virtualSize: UInt64) throws(StorageError) {
        try require(virtualSize > 0, "the size is above 0")
        guard virtualSize <= ImageInspection.largestDisk else {
            throw refusal(.tooLarge(virtualSize, limit: ImageInspection.largestDisk))
        }
        guard virtualSize.isMultiple(of: 512) else { throw refusal(.unalignedSize(virtualSize)) }
    }

    /// The error for a refusal of this file.
    func refusal(_ refusal: ImageRefusal) -> StorageError {
        .refused(subject, refusal)
    }
}

extension [UInt8] {
    /// The number whose least significant byte is at `offset`; missing bytes count as 0.
    func littleEndian<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type, at offset: Int) -> Number {
        (0..<Number.bitWidth / 8).reversed().reduce(Number(0)) { number, index in
            number << 8 | Number(offset + index < count ? self[offset + index] : 0)
        }
    }
}
