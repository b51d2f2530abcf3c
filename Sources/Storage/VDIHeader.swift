// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// The header of a VirtualBox disk, and its map of blocks, read and judged before any tool opens the file.
enum VDIHeader {
    private static let blockSize: UInt64 = 1 << 20
    private static let headerEnd = 0x1C8

    /// The size that a guest sees, in bytes.
    ///
    /// - Throws: ``StorageError/refused(_:_:)``: another format, `backingFile` for a difference to a parent, tables out
    ///   of the file.
    static func virtualSize(of file: JudgedFile) throws(StorageError) -> UInt64 {
        let start = try file.file.read(at: 0, count: headerEnd)
        guard start.littleEndian(UInt32.self, at: 0x40) == 0xBEDA_107F else { throw file.refusal(.notFormat(.vdi)) }
        guard start.count == headerEnd else { throw file.refusal(.truncated("header")) }
        let version = start.littleEndian(UInt32.self, at: 0x44)
        try file.require(version == 0x1_0001, "the version is 1.1")
        switch start.littleEndian(UInt32.self, at: 0x4C) {
        case 1, 2: break
        case 4: throw file.refusal(.backingFile)
        case let other: throw file.refusal(.subformat("VDI of type \(other)", allowed: "dynamic or fixed"))
        }
        // The links to the image before a snapshot and to the parent.
        guard start[0x1A8..<0x1C8].allSatisfy({ $0 == 0 }) else { throw file.refusal(.backingFile) }
        try file.require(start.littleEndian(UInt32.self, at: 0x168) == 512, "sectors have 512 bytes")
        try file.require(start.littleEndian(UInt32.self, at: 0x178) == UInt32(blockSize), "blocks have 1 MiB")
        try file.require(start.littleEndian(UInt32.self, at: 0x17C) == 0, "blocks have no extra data")
        let size = start.littleEndian(UInt64.self, at: 0x170)
        try file.requireDisk(of: size)
        let blocks = UInt64(start.littleEndian(UInt32.self, at: 0x180))
        try file.require(blocks == (size - 1) / blockSize + 1, "the map has a block for each MiB of the size")
        try checkMap(start, blocks: blocks, of: file)
        return size
    }

    private static func checkMap(_ start: [UInt8], blocks: UInt64, of file: JudgedFile) throws(StorageError) {
        let map = UInt64(start.littleEndian(UInt32.self, at: 0x154))
        let data = UInt64(start.littleEndian(UInt32.self, at: 0x158))
        let allocated = UInt64(start.littleEndian(UInt32.self, at: 0x184))
        try file.require(
            map >= 512 && map.isMultiple(of: 512) && data.isMultiple(of: 512), "map and data start at sectors")
        try file.requirePlace(map, length: blocks * 4, "block map")
        try file.require(data >= map + blocks * 4, "the data come after the map")
        try file.require(allocated <= blocks, "no more blocks are there than the map has")
        try file.requirePlace(data, length: allocated * blockSize, "data")
        var done: UInt64 = 0
        while done < blocks {
            let part = min(blocks - done, 16_384)
            let entries = try file.read(at: map + done * 4, count: Int(part) * 4, "block map")
            for index in 0..<Int(part) {
                let block = entries.littleEndian(UInt32.self, at: index * 4)
                // The two highest numbers stand for a block that is not there, and for one of zeros.
                try file.require(block >= 0xFFFF_FFFE || UInt64(block) < allocated, "the map's blocks are in the file")
            }
            done += part
        }
    }
}
