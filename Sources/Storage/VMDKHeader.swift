// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// The header of a VMware disk that is one file with its own data, and the descriptor in it, read and judged before any
/// tool opens the file.
///
/// A descriptor can name files of the host as the disk's data, and a parent: that is how guests of several clouds got
/// to read their hosts' files. So one that stands alone is refused, and the embedded one may only say what the header
/// says.
struct VMDKHeader {
    private let bytes: [UInt8]

    private static let sector: UInt64 = 512
    /// A descriptor is read by QEMU up to this size, at the second sector wherever the header says that it is.
    private static let descriptorLimit = 20 * 512
    private static let gdAtEnd = UInt64.max

    /// The size that a guest sees, in bytes.
    ///
    /// - Throws: ``StorageError/refused(_:_:)``: another format, `externalDataFile` and `backingFile` for what names
    ///   other files, `subformat` for other types than `monolithicSparse` and `streamOptimized`, tables that are not in
    ///   the file.
    static func virtualSize(of file: JudgedFile) throws(StorageError) -> UInt64 {
        let start = try file.file.read(at: 0, count: 512)
        guard start.starts(with: Array("KDMV".utf8)) else {
            throw file.refusal(try isDescriptor(start, of: file) ? .externalDataFile : .notFormat(.vmdk))
        }
        guard start.count == 512 else { throw file.refusal(.truncated("header")) }
        let header = VMDKHeader(bytes: start)
        try header.check(file)
        try header.descriptor(file).check(file, isCompressed: header.isCompressed)
        guard header.directory == gdAtEnd else { return try header.checkTables(file) }
        return try header.footer(file).checkTables(file)
    }

    private static func isDescriptor(_ start: [UInt8], of file: JudgedFile) throws(StorageError) -> Bool {
        try ForeignFormat.name(of: file.file, fileSize: file.size) == "VMDK" && !start.starts(with: Array("COWD".utf8))
    }

    private var flags: UInt32 { bytes.littleEndian(UInt32.self, at: 8) }
    private var capacity: UInt64 { bytes.littleEndian(UInt64.self, at: 12) }
    private var grain: UInt64 { bytes.littleEndian(UInt64.self, at: 20) }
    private var descriptorPlace: UInt64 { bytes.littleEndian(UInt64.self, at: 28) }
    private var descriptorSectors: UInt64 { bytes.littleEndian(UInt64.self, at: 36) }
    private var entriesPerTable: UInt32 { bytes.littleEndian(UInt32.self, at: 44) }
    private var spareDirectory: UInt64 { bytes.littleEndian(UInt64.self, at: 48) }
    private var directory: UInt64 { bytes.littleEndian(UInt64.self, at: 56) }
    private var dataPlace: UInt64 { bytes.littleEndian(UInt64.self, at: 64) }
    private var isCompressed: Bool { flags & 1 << 16 != 0 }
    private var hasSpareDirectory: Bool { flags & 1 << 1 != 0 }

    private func check(_ file: JudgedFile) throws(StorageError) {
        let version = bytes.littleEndian(UInt32.self, at: 4)
        try file.require((1...3).contains(version), "the version is 1 to 3, not \(version)")
        guard bytes[72] == 0 else { throw file.refusal(.dirty) }
        // A transfer that changed line ends changed these bytes, too.
        try file.require(
            flags & 1 == 0 || Array(bytes[73..<77]) == [0x0A, 0x20, 0x0D, 0x0A], "its line ends are whole")
        let method = bytes.littleEndian(UInt16.self, at: 77)
        try file.require(method == (isCompressed ? 1 : 0), "the compression and its flag agree")
        // QEMU takes a header without a size for a descriptor alone, and opens what that names.
        try file.require(capacity > 0, "the size is above 0")
        guard capacity <= ImageInspection.largestDisk / Self.sector else {
            let bytes = capacity.multipliedReportingOverflow(by: Self.sector)
            throw file.refusal(
                .tooLarge(bytes.overflow ? .max : bytes.partialValue, limit: ImageInspection.largestDisk))
        }
        try file.require(
            grain >= 8 && grain <= 65_536 && grain.nonzeroBitCount == 1, "grains have 2^3 to 2^16 sectors")
        try file.require(entriesPerTable == 512, "grain tables have 512 entries, not \(entriesPerTable)")
    }

    private func descriptor(_ file: JudgedFile) throws(StorageError) -> VMDKDescriptor {
        try file.require(
            (1...128).contains(descriptorPlace) && (1...128).contains(descriptorSectors),
            "its descriptor has a place after the header, and at most 128 sectors")
        let place = descriptorPlace * Self.sector
        let text = try file.read(at: place, count: Int(descriptorSectors * Self.sector), "descriptor")
        // What the tool takes for the descriptor, too.
        let seen = try file.file.read(at: Self.sector, count: Self.descriptorLimit)
        guard !seen.contains(text: "parentFileNameHint") else { throw file.refusal(.backingFile) }
        return VMDKDescriptor(Array(text.prefix { $0 != 0 }))
    }

    /// The header that a stream has at its end, which counts in place of the first.
    private func footer(_ file: JudgedFile) throws(StorageError) -> VMDKHeader {
        try file.require(isCompressed, "only a stream has its directory at its end")
        try file.requirePlace(0, length: 1_536 + 512, "footer")
        let bytes = try file.read(at: file.size - 1_536, count: 1_536, "footer")
        let isMarked = bytes[8..<12].allSatisfy { $0 == 0 } && bytes.littleEndian(UInt32.self, at: 12) == 3
        let isEnded = bytes[1_024..<1_040].allSatisfy { $0 == 0 }
        let last = VMDKHeader(bytes: Array(bytes[512..<1_024]))
        guard isMarked, isEnded, last.bytes.starts(with: Array("KDMV".utf8)) else {
            throw file.refusal(.truncated("footer"))
        }
        try last.check(file)
        let agree =
            last.capacity == capacity && last.grain == grain && last.flags == flags
            && last.descriptorPlace == descriptorPlace && last.descriptorSectors == descriptorSectors
        try file.require(agree && last.directory != Self.gdAtEnd, "its header and footer agree")
        return last
    }

    /// Judges the directory and each table that it names by their places, and gives the size.
    private func checkTables(_ file: JudgedFile) throws(StorageError) -> UInt64 {
        let tables = (capacity - 1) / (grain * 512) + 1
        let fileSectors = file.size / Self.sector
        try file.require(dataPlace <= fileSectors, "the data start in the file")
        for place in hasSpareDirectory ? [directory, spareDirectory] : [directory] {
            guard place >= 1, place <= fileSectors else { throw file.refusal(.truncated("grain directory")) }
            try file.requirePlace(place * Self.sector, length: tables * 4, "grain directory")
            try checkDirectory(at: place * Self.sector, tables: tables, of: file)
        }
        return capacity * Self.sector
    }

    private func checkDirectory(at place: UInt64, tables: UInt64, of file: JudgedFile) throws(StorageError) {
        var done: UInt64 = 0
        while done < tables {
            let part = min(tables - done, 16_384)
            let entries = try file.read(at: place + done * 4, count: Int(part) * 4, "grain directory")
            for index in 0..<Int(part) {
                let table = UInt64(entries.littleEndian(UInt32.self, at: index * 4))
                if table != 0 { try file.requirePlace(table * Self.sector, length: 2_048, "grain table") }
            }
            done += part
        }
    }
}

extension [UInt8] {
    /// Whether the bytes of `text` are somewhere in these.
    func contains(text: String) -> Bool {
        firstRange(of: Array(text.utf8)) != nil
    }
}
