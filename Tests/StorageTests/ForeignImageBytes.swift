// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

@testable import Storage

/// The smallest sound images of formats that are converted, of 1 MiB or so and without data, for tests to break.
struct ImageBytes {
    var bytes: [UInt8]

    init(count: Int) {
        bytes = [UInt8](repeating: 0, count: count)
    }

    mutating func put(_ text: String, at offset: Int) {
        bytes.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }

    mutating func putLittle<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        for index in 0..<Number.bitWidth / 8 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
        }
    }

    mutating func putBig<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        putLittle(number.byteSwapped, at: offset)
    }

    mutating func putHexadecimal(_ text: String, at offset: Int) {
        let digits = Array(text)
        for index in 0..<digits.count / 2 {
            bytes[offset + index] = UInt8(String(digits[(2 * index)..<(2 * index + 2)]), radix: 16) ?? 0
        }
    }

    /// The bytes after a change.
    func with(_ change: (inout ImageBytes) -> Void) -> [UInt8] {
        var copy = self
        change(&copy)
        return copy.bytes
    }
}

extension ImageBytes {
    /// One of each.
    static let sound: [(format: ImageSource.Format, bytes: [UInt8])] = [
        (.qcow2, QCOW2Bytes().bytes), (.vmdk, vmdk().bytes), (.vmdk, vmdkStream().bytes), (.vdi, vdi().bytes),
        (.vhdx, vhdx().bytes), (.vhd, vhd().bytes), (.vhd, fixedVHD().bytes), (.iso, iso().bytes),
    ]

    static func descriptor(
        type: String = "monolithicSparse", extents: String = "RW 2048 SPARSE \"disk.vmdk\"", more: String = ""
    ) -> String {
        """
        # Disk DescriptorFile
        version=1
        CID=12345678
        parentCID=ffffffff
        createType="\(type)"
        \(more)
        # Extent description
        \(extents)

        """
    }

    /// A VMDK: header, descriptor in 20 sectors, grain directory, grain table.
    static func vmdk(_ descriptor: String = descriptor()) -> ImageBytes {
        var image = ImageBytes(count: 65_536)
        image.putVMDKHeader(at: 0)
        image.put(descriptor, at: 512)
        image.putLittle(UInt32(22), at: 21 * 512)
        return image
    }

    /// A VMDK whose header's last copy, at the end, tells where the directory is.
    static func vmdkStream() -> ImageBytes {
        var image = vmdk(descriptor(type: "streamOptimized"))
        let footer = image.bytes.count - 1_536
        image.putLittle(UInt32(3), at: footer + 12)
        image.putVMDKHeader(at: footer + 512)
        for place in [0, footer + 512] {
            image.putLittle(UInt32(0x3_0001), at: place + 8)
            image.putLittle(UInt16(1), at: place + 77)
        }
        image.putLittle(UInt64.max, at: 56)
        return image
    }

    private mutating func putVMDKHeader(at place: Int) {
        put("KDMV", at: place)
        putLittle(UInt32(1), at: place + 4)
        putLittle(UInt32(1), at: place + 8)
        putLittle(UInt64(2_048), at: place + 12)
        putLittle(UInt64(128), at: place + 20)
        putLittle(UInt64(1), at: place + 28)
        putLittle(UInt64(20), at: place + 36)
        putLittle(UInt32(512), at: place + 44)
        putLittle(UInt64(21), at: place + 56)
        putLittle(UInt64(128), at: place + 64)
        put("\n \r\n", at: place + 73)
    }

    /// A VDI: header, map of one block that is not there.
    static func vdi() -> ImageBytes {
        var image = ImageBytes(count: 1_024)
        image.put("<<< Oracle VM VirtualBox Disk Image >>>\n", at: 0)
        image.putLittle(UInt32(0xBEDA_107F), at: 0x40)
        image.putLittle(UInt32(0x1_0001), at: 0x44)
        image.putLittle(UInt32(0x180), at: 0x48)
        image.putLittle(UInt32(1), at: 0x4C)
        image.putLittle(UInt32(512), at: 0x154)
        image.putLittle(UInt32(1_024), at: 0x158)
        image.putLittle(UInt32(512), at: 0x168)
        image.putLittle(UInt64(1 << 20), at: 0x170)
        image.putLittle(UInt32(1 << 20), at: 0x178)
        image.putLittle(UInt32(1), at: 0x180)
        image.putLittle(UInt32.max, at: 512)
        return image
    }

    /// A VHDX: two headers, region table, metadata at 2 MiB, block table at 3 MiB.
    static func vhdx() -> ImageBytes {
        var image = ImageBytes(count: 4 << 20)
        image.put("vhdxfile", at: 0)
        for (place, number) in [(64 << 10, 1), (128 << 10, 2)] {
            image.put("head", at: place)
            image.putLittle(UInt64(number), at: place + 8)
            image.putLittle(UInt16(1), at: place + 66)
            image.putLittle(UInt32(1 << 20), at: place + 68)
            image.putLittle(UInt64(1 << 20), at: place + 72)
            image.seal(place, 4_096)
        }
        image.put("regi", at: 192 << 10)
        image.putLittle(UInt32(2), at: 192 << 10 + 8)
        image.putRegion(0, "6677c22d23f600429d64115e9bfd4a08", at: 3 << 20)
        image.putRegion(1, "06a27c8b90479a4bb8fe575f050f886e", at: 2 << 20)
        image.sealRegions()
        image.put("metadata", at: 2 << 20)
        image.putLittle(UInt16(5), at: 2 << 20 + 10)
        image.putItem(0, "3767a1ca36fa434db3b633f0aa44e76b", at: 65_536, length: 8)
        image.putLittle(UInt32(1 << 20), at: 2 << 20 + 65_536)
        image.putItem(1, "2442a52f1bcd7648b2115dbed83bf4b8", at: 65_544, length: 8)
        image.putLittle(UInt64(1 << 20), at: 2 << 20 + 65_544)
        image.putItem(2, "1dbf41816fa90947ba47f233a8faab5f", at: 65_552, length: 4)
        image.putLittle(UInt32(512), at: 2 << 20 + 65_552)
        image.putItem(3, "c748a3cd5d4471449cc9e9885251c556", at: 65_556, length: 4)
        image.putLittle(UInt32(512), at: 2 << 20 + 65_556)
        image.putItem(4, "ab12cabee6b2234593efc309e000c746", at: 65_560, length: 16)
        return image
    }

    mutating func putRegion(_ index: Int, _ name: String, at place: Int, length: Int = 1 << 20, required: Bool = true) {
        let entry = 192 << 10 + 16 + index * 32
        putHexadecimal(name, at: entry)
        putLittle(UInt64(place), at: entry + 16)
        putLittle(UInt32(length), at: entry + 24)
        putLittle(UInt32(required ? 1 : 0), at: entry + 28)
    }

    mutating func sealRegions() {
        seal(192 << 10, 65_536)
    }

    mutating func putItem(_ index: Int, _ name: String, at place: Int, length: Int, bits: UInt32 = 4) {
        let entry = 2 << 20 + 32 + index * 32
        putHexadecimal(name, at: entry)
        putLittle(UInt32(place), at: entry + 16)
        putLittle(UInt32(length), at: entry + 20)
        putLittle(bits, at: entry + 24)
    }

    /// Writes the checksum of a part of a VHDX.
    mutating func seal(_ place: Int, _ length: Int) {
        putLittle(CRC32C.of(Array(bytes[place..<place + length]), hole: 4..<8), at: place + 4)
    }

    /// A dynamic VHD of 2 MiB: a footer's copy, dynamic header, block table, footer.
    static func vhd() -> ImageBytes {
        var image = ImageBytes(count: 2_560)
        image.putVHDFooter(at: 0, type: 3, size: 2 << 20)
        image.put("cxsparse", at: 512)
        image.putBig(UInt64.max, at: 520)
        image.putBig(UInt64(1_536), at: 528)
        image.putBig(UInt32(0x1_0000), at: 536)
        image.putBig(UInt32(1), at: 540)
        image.putBig(UInt32(2 << 20), at: 544)
        image.sum(512, 1_024, at: 36)
        image.putBig(UInt32.max, at: 1_536)
        image.putVHDFooter(at: 2_048, type: 3, size: 2 << 20)
        return image
    }

    /// A fixed VHD of 1 MiB.
    static func fixedVHD() -> ImageBytes {
        var image = ImageBytes(count: 1 << 20 + 512)
        image.putVHDFooter(at: 1 << 20, type: 2, size: 1 << 20)
        return image
    }

    mutating func putVHDFooter(at place: Int, type: UInt32, size: UInt64) {
        put("conectix", at: place)
        putBig(UInt32(2), at: place + 8)
        putBig(UInt32(0x1_0000), at: place + 12)
        putBig(type == 2 ? UInt64.max : 512, at: place + 16)
        put("win ", at: place + 28)
        putBig(size, at: place + 40)
        putBig(size, at: place + 48)
        putBig(type, at: place + 60)
        sum(place, 512, at: 64)
    }

    /// Writes the checksum of a part of a VHD.
    mutating func sum(_ place: Int, _ length: Int, at field: Int) {
        putBig(UInt32(0), at: place + field)
        putBig(~bytes[place..<place + length].reduce(UInt32(0)) { $0 + UInt32($1) }, at: place + field)
    }

    /// An ISO 9660 volume of 20 sectors: primary descriptor, terminator, nothing.
    static func iso() -> ImageBytes {
        var image = ImageBytes(count: 20 * 2_048)
        for (sector, kind) in [(16, UInt8(1)), (17, 255)] {
            image.bytes[sector * 2_048] = kind
            image.put("CD001\u{1}", at: sector * 2_048 + 1)
        }
        image.putLittle(UInt32(20), at: 16 * 2_048 + 80)
        image.putBig(UInt32(20), at: 16 * 2_048 + 84)
        image.putLittle(UInt16(2_048), at: 16 * 2_048 + 128)
        image.putBig(UInt16(2_048), at: 16 * 2_048 + 130)
        return image
    }
}
