// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// The headers, region table, metadata and block table of a Hyper-V disk, read and judged before any tool opens the
/// file.
struct VHDXHeader {
    private let file: JudgedFile

    private static let headers: [UInt64] = [64 << 10, 128 << 10]
    private static let regions: UInt64 = 192 << 10
    private static let tableSize = 64 << 10

    /// Identifiers as they are in the file.
    private enum Identifier {
        static let blockTable = "6677c22d23f600429d64115e9bfd4a08"
        static let metadata = "06a27c8b90479a4bb8fe575f050f886e"
        static let parameters = "3767a1ca36fa434db3b633f0aa44e76b"
        static let size = "2442a52f1bcd7648b2115dbed83bf4b8"
        static let sector = "1dbf41816fa90947ba47f233a8faab5f"
        static let parent = "2d5fd3a80bb34d45abf7d3d84834ab0c"
        static let serial = "ab12cabee6b2234593efc309e000c746"
        static let physicalSector = "c748a3cd5d4471449cc9e9885251c556"
    }

    /// The size that a guest sees, in bytes.
    ///
    /// - Throws: ``StorageError/refused(_:_:)``: another format, `backingFile` for a difference to a parent, `dirty`
    ///   where its log must be replayed, tables out of the file.
    static func virtualSize(of file: JudgedFile) throws(StorageError) -> UInt64 {
        guard try file.file.read(at: 0, count: 8).elementsEqual("vhdxfile".utf8) else {
            throw file.refusal(.notFormat(.vhdx))
        }
        let image = VHDXHeader(file: file)
        try image.checkHeader()
        let regions = try image.regionTable()
        guard let metadata = regions[Identifier.metadata], let blocks = regions[Identifier.blockTable] else {
            throw file.refusal(.malformed("its regions are a block table and metadata"))
        }
        let disk = try image.disk(metadata)
        try file.requireDisk(of: disk.size)
        try image.checkBlocks(in: blocks, of: disk)
        return disk.size
    }

    /// A part of the file.
    private struct Place {
        let offset: UInt64
        let length: UInt64
    }

    /// What the metadata tell.
    private struct Disk {
        let size: UInt64
        let blockSize: UInt64
        let sectorSize: UInt64
    }

    /// Of two headers the later sound one counts.
    private func checkHeader() throws(StorageError) {
        var current: [UInt8]?
        var last: UInt64 = 0
        for place in Self.headers {
            let bytes = try file.read(at: place, count: 4_096, "header")
            let number = bytes.littleEndian(UInt64.self, at: 8)
            guard isSound(bytes, "head"), current == nil || number > last else { continue }
            (current, last) = (bytes, number)
        }
        guard let current else { throw file.refusal(.malformed("one of its headers has its checksum")) }
        try file.require(current.littleEndian(UInt16.self, at: 66) == 1, "the version is 1")
        guard current[48..<64].allSatisfy({ $0 == 0 }) else { throw file.refusal(.dirty) }
    }

    private func isSound(_ bytes: [UInt8], _ signature: String) -> Bool {
        bytes.starts(with: signature.utf8) && CRC32C.of(bytes, hole: 4..<8) == bytes.littleEndian(UInt32.self, at: 4)
    }

    private func regionTable() throws(StorageError) -> [String: Place] {
        let table = try file.read(at: Self.regions, count: Self.tableSize, "region table")
        try file.require(isSound(table, "regi"), "its region table has its checksum")
        let count = Int(table.littleEndian(UInt32.self, at: 8))
        try file.require(count <= 2_047, "it has at most 2047 regions")
        var found: [String: Place] = [:]
        for index in 0..<count {
            let entry = Array(table[(16 + index * 32)..<(48 + index * 32)])
            let name = entry[..<16].hexadecimal
            let place = Place(
                offset: entry.littleEndian(UInt64.self, at: 16),
                length: UInt64(entry.littleEndian(UInt32.self, at: 24)))
            guard [Identifier.blockTable, Identifier.metadata].contains(name) else {
                try file.require(entry.littleEndian(UInt32.self, at: 28) & 1 == 0, "no unknown region is required")
                continue
            }
            try file.require(found[name] == nil, "each of its regions is there once")
            try file.require(
                place.offset >= 1 << 20 && place.offset.isMultiple(of: 1 << 20), "its regions start at whole MiB")
            try file.requirePlace(place.offset, length: place.length, "region")
            found[name] = place
        }
        return found
    }

    private func disk(_ region: Place) throws(StorageError) -> Disk {
        try file.require(region.length >= UInt64(Self.tableSize), "its metadata have 64 KiB or more")
        let table = try file.read(at: region.offset, count: Self.tableSize, "metadata")
        try file.require(table.starts(with: "metadata".utf8), "its metadata say that they are")
        let count = Int(table.littleEndian(UInt16.self, at: 10))
        try file.require(count <= 2_047, "it has at most 2047 metadata")
        var items: [String: [UInt8]] = [:]
        for index in 0..<count {
            let entry = Array(table[(32 + index * 32)..<(64 + index * 32)])
            let name = entry[..<16].hexadecimal
            switch name {
            case Identifier.parent: throw file.refusal(.backingFile)
            case Identifier.parameters, Identifier.size, Identifier.sector:
                try file.require(items[name] == nil, "each of its metadata is there once")
                items[name] = try item(entry, in: region)
            case Identifier.serial, Identifier.physicalSector: break
            default: try file.require(entry.littleEndian(UInt32.self, at: 24) & 4 == 0, "no unknown item is required")
            }
        }
        guard let parameters = items[Identifier.parameters], let size = items[Identifier.size],
            let sector = items[Identifier.sector]
        else { throw file.refusal(.malformed("its metadata tell sizes of disk, block and sector")) }
        guard parameters.littleEndian(UInt32.self, at: 4) & 2 == 0 else { throw file.refusal(.backingFile) }
        let blockSize = UInt64(parameters.littleEndian(UInt32.self, at: 0))
        try file.require(
            (1 << 20...256 << 20).contains(blockSize) && blockSize.nonzeroBitCount == 1, "blocks have 1 to 256 MiB")
        let sectorSize = UInt64(sector.littleEndian(UInt32.self, at: 0))
        try file.require([512, 4_096].contains(sectorSize), "sectors have 512 or 4096 bytes")
        return Disk(size: size.littleEndian(UInt64.self, at: 0), blockSize: blockSize, sectorSize: sectorSize)
    }

    /// The bytes of an item of the metadata; at most eight of them are of use.
    private func item(_ entry: [UInt8], in region: Place) throws(StorageError) -> [UInt8] {
        let offset = UInt64(entry.littleEndian(UInt32.self, at: 16))
        try file.require(
            offset >= UInt64(Self.tableSize) && offset + 8 <= region.length, "its metadata lie in their region")
        return try file.read(at: region.offset + offset, count: 8, "metadata")
    }

    private func checkBlocks(in region: Place, of disk: Disk) throws(StorageError) {
        let blocks = (disk.size - 1) / disk.blockSize + 1
        // After so many blocks the table has an entry for a map of sectors.
        let chunk = (1 << 23) * disk.sectorSize / disk.blockSize
        let entries = blocks + (blocks - 1) / chunk
        try file.require(region.length >= entries * 8, "its block table covers the size")
        var done: UInt64 = 0
        while done < entries {
            let part = min(entries - done, 8_192)
            let bytes = try file.read(at: region.offset + done * 8, count: Int(part) * 8, "block table")
            for index in 0..<part {
                let entry = bytes.littleEndian(UInt64.self, at: Int(index) * 8)
                guard (done + index) % (chunk + 1) != chunk else { continue }
                switch entry & 7 {
                case 0, 1, 2, 3: break
                case 6: try file.requirePlace((entry >> 20) << 20, length: disk.blockSize, "data")
                case 7: throw file.refusal(.backingFile)
                case let state: throw file.refusal(.malformed("blocks have no state \(state)"))
                }
            }
            done += part
        }
    }
}
