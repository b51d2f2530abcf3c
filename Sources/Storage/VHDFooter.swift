// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// The footer of a Virtual PC disk, its header and its block table, read and judged before any tool opens the file.
enum VHDFooter {
    private static let cookie = Array("conectix".utf8)
    private static let largest: UInt64 = 2_040 << 30

    /// The size that a guest sees, in bytes.
    ///
    /// - Throws: ``StorageError/refused(_:_:)``: another format, `backingFile` for a difference to a parent, tables out
    ///   of the file.
    static func virtualSize(of file: JudgedFile) throws(StorageError) -> UInt64 {
        guard file.size >= 512 else { throw file.refusal(.notFormat(.vhd)) }
        let copy = try file.read(at: 0, count: 512, "header")
        let footer = try file.read(at: file.size - 512, count: 512, "footer")
        let isDynamic = copy.starts(with: cookie)
        guard isDynamic || footer.starts(with: cookie) else { throw file.refusal(.notFormat(.vhd)) }
        guard footer.starts(with: cookie) else { throw file.refusal(.truncated("footer")) }
        try checkSum(footer, at: 64, "footer", of: file)
        try file.require(footer.bigEndian(UInt32.self, at: 12) == 0x1_0000, "the version is 1.0")
        let size = footer.bigEndian(UInt64.self, at: 48)
        guard size <= largest else { throw file.refusal(.tooLarge(size, limit: largest)) }
        try file.requireDisk(of: size)
        switch footer.bigEndian(UInt32.self, at: 60) {
        case 2 where !isDynamic:
            try file.requirePlace(0, length: size + 512, "data")
        case 3 where isDynamic:
            try file.require(copy == footer, "its first sector is a copy of its footer")
            try checkTable(at: footer.bigEndian(UInt64.self, at: 16), size: size, of: file)
        case 4: throw file.refusal(.backingFile)
        case let type: throw file.refusal(.subformat("VHD of type \(type)", allowed: "fixed or dynamic"))
        }
        return size
    }

    private static func checkTable(at place: UInt64, size: UInt64, of file: JudgedFile) throws(StorageError) {
        let header = try file.read(at: place, count: 1_024, "dynamic header")
        try file.require(header.starts(with: "cxsparse".utf8), "its dynamic header says that it is")
        try checkSum(header, at: 36, "dynamic header", of: file)
        // The identity of a parent, its name and where it may be.
        guard header[40..<56].allSatisfy({ $0 == 0 }), header[64..<768].allSatisfy({ $0 == 0 }) else {
            throw file.refusal(.backingFile)
        }
        let table = header.bigEndian(UInt64.self, at: 16)
        let entries = UInt64(header.bigEndian(UInt32.self, at: 28))
        let blockSize = UInt64(header.bigEndian(UInt32.self, at: 32))
        try file.require(
            (1 << 12...1 << 28).contains(blockSize) && blockSize.nonzeroBitCount == 1, "blocks have 4 KiB to 256 MiB")
        try file.require(entries * blockSize >= size, "its block table covers the size")
        try file.requirePlace(table, length: entries * 4, "block table")
        let bitmap = (blockSize / 512 / 8 + 511) / 512 * 512
        var done: UInt64 = 0
        while done < entries {
            let part = min(entries - done, 16_384)
            let bytes = try file.read(at: table + done * 4, count: Int(part) * 4, "block table")
            for index in 0..<Int(part) {
                let sector = bytes.bigEndian(UInt32.self, at: index * 4)
                guard sector != .max else { continue }
                try file.requirePlace(UInt64(sector) * 512, length: bitmap + blockSize, "data")
            }
            done += part
        }
    }

    /// The checksum is the complement of the sum of all bytes but its own.
    private static func checkSum(
        _ bytes: [UInt8], at place: Int, _ part: String, of file: JudgedFile
    ) throws(StorageError) {
        let own = bytes[place..<place + 4].reduce(UInt32(0)) { $0 + UInt32($1) }
        let sum = bytes.reduce(UInt32(0)) { $0 + UInt32($1) } - own
        try file.require(bytes.bigEndian(UInt32.self, at: place) == ~sum, "its \(part) has its checksum")
    }
}
