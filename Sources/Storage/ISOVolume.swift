// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// The volume descriptors of a CD's or DVD's image (ISO 9660).
enum ISOVolume {
    private static let sector: UInt64 = 2_048
    private static let firstDescriptor: UInt64 = 16
    private static let name = Array("CD001".utf8)

    /// Whether the file has the mark of a volume descriptor where the first one is.
    static func isNamed(in file: OpenFile) throws(StorageError) -> Bool {
        try file.read(at: firstDescriptor * sector + 1, count: name.count) == name
    }

    /// Judges a file that was declared to be such an image, and gives its size.
    ///
    /// - Throws: ``StorageError/refused(_:_:)``: another format, also one that its first sectors, which belong to
    ///   nobody, are dressed as; a volume that the file does not hold in full.
    static func virtualSize(of file: JudgedFile) throws(StorageError) -> UInt64 {
        guard try isNamed(in: file.file) else { throw file.refusal(.notFormat(.iso)) }
        // The mark of a volume was found; what else the file is stands before or behind the volume.
        if let other = try ForeignFormat.nameBesideVolume(of: file.file, fileSize: file.size) {
            throw file.refusal(.foreignFormat(other))
        }
        var volumeSize: UInt64?
        // Standards set no limit to the number of descriptors; sound images have a handful.
        for index in firstDescriptor..<firstDescriptor + 64 {
            let descriptor = try file.read(at: index * sector, count: Int(sector), "volume descriptors")
            try file.require(Array(descriptor[1..<6]) == name, "its volume descriptors have their mark")
            switch descriptor[0] {
            case 1 where volumeSize == nil: volumeSize = try size(descriptor, of: file)
            case 255:
                guard let volumeSize else { throw file.refusal(.malformed("it has a primary volume")) }
                try file.requirePlace(0, length: volumeSize, "volume")
                try file.requireDisk(of: file.size)
                return file.size
            default: break
            }
        }
        throw file.refusal(.malformed("its volume descriptors end"))
    }

    /// The primary volume's size; each number is there in both orders of bytes.
    private static func size(_ descriptor: [UInt8], of file: JudgedFile) throws(StorageError) -> UInt64 {
        let sectors = descriptor.littleEndian(UInt32.self, at: 80)
        let bytes = descriptor.littleEndian(UInt16.self, at: 128)
        try file.require(
            sectors == descriptor.bigEndian(UInt32.self, at: 84) && bytes == descriptor.bigEndian(UInt16.self, at: 130),
            "its numbers agree in both orders of bytes")
        try file.require(bytes == 2_048, "blocks have 2048 bytes")
        try file.require(sectors > firstDescriptor, "the volume is larger than its descriptors' place")
        return UInt64(sectors) * UInt64(bytes)
    }
}
