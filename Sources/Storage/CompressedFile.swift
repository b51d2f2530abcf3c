// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// The first bytes of a compressed file, judged before a program expands it.
enum CompressedFile {
    /// The largest window of zstd, which the program has to have in memory.
    static let largestWindow: UInt64 = 128 << 20

    /// Makes sure that a file is compressed as it was declared to be, and asks for no more than may be had.
    ///
    /// - Throws: ``StorageError/refused(_:_:)``.
    static func check(_ file: JudgedFile, _ compression: ImageSource.Compression) throws(StorageError) {
        guard file.size > 0 else { throw file.refusal(.empty) }
        let start = try file.file.read(at: 0, count: 18)
        let magic: [UInt8] =
            switch compression {
            case .gzip: [0x1F, 0x8B]
            case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
            case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
            }
        guard start.starts(with: magic) else { throw file.refusal(.notCompressed(compression)) }
        guard start.count == 18 else { throw file.refusal(.truncated("header")) }
        switch compression {
        case .gzip:
            try file.require(start[2] == 8, "gzip's method is 8, not \(start[2])")
            try file.require(start[3] & 0xE0 == 0, "gzip's reserved flags are 0")
        case .zstd: try checkFrame(start, of: file)
        case .xz: try checkStream(start, of: file)
        }
    }

    /// A frame of zstd: its window and the size that it says it has.
    private static func checkFrame(_ start: [UInt8], of file: JudgedFile) throws(StorageError) {
        let descriptor = start[4]
        try file.require(descriptor & 1 << 3 == 0, "zstd's reserved bit is 0")
        try file.require(descriptor & 3 == 0, "zstd needs no dictionary")
        let isOneSegment = descriptor & 1 << 5 != 0
        var offset = 5
        if !isOneSegment {
            let base = UInt64(1) << (10 + UInt64(start[5] >> 3))
            let window = base + base / 8 * UInt64(start[5] & 7)
            try file.require(window <= largestWindow, "zstd's window has at most 128 MiB")
            offset = 6
        }
        let size: UInt64? =
            switch descriptor >> 6 {
            case 0: isOneSegment ? UInt64(start[offset]) : nil
            case 1: UInt64(start.littleEndian(UInt16.self, at: offset)) + 256
            case 2: UInt64(start.littleEndian(UInt32.self, at: offset))
            default: start.littleEndian(UInt64.self, at: offset)
            }
        guard let size else { return }
        if isOneSegment { try file.require(size <= largestWindow, "zstd's window has at most 128 MiB") }
        guard size <= ImageInspection.largestDisk else {
            throw file.refusal(.tooLarge(size, limit: ImageInspection.largestDisk))
        }
    }

    /// A stream of xz: its flags, which are at both ends, and where its index is.
    private static func checkStream(_ start: [UInt8], of file: JudgedFile) throws(StorageError) {
        try file.require(start[6] == 0 && [0, 1, 4, 10].contains(start[7]), "xz's flags are known")
        try file.require(file.size.isMultiple(of: 4), "xz has a multiple of 4 bytes")
        try file.requirePlace(0, length: 32, "footer")
        let footer = try file.read(at: file.size - 12, count: 12, "footer")
        // Zeros in fours may follow a stream; what the program says of them counts then.
        guard footer.suffix(4).contains(where: { $0 != 0 }) else { return }
        guard footer.suffix(2).elementsEqual("YZ".utf8) else { throw file.refusal(.truncated("footer")) }
        let index = (UInt64(footer.littleEndian(UInt32.self, at: 4)) + 1) * 4
        guard index <= file.size - 24 else { throw file.refusal(.truncated("index")) }
    }
}
