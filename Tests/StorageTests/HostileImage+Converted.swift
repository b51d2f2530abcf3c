// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

@testable import Storage

/// Hostile images of the formats that are converted, and CDs.
extension HostileImage {
    private static func vmdk(
        _ name: String, _ refusal: ImageRefusal, _ descriptor: String = ImageBytes.descriptor(),
        _ change: (inout ImageBytes) -> Void = { _ in }
    ) -> HostileImage {
        HostileImage(name, refusal, ImageBytes.vmdk(descriptor).with(change), as: .vmdk)
    }

    private static let flat = "# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicFlat\"\n"

    static let vmdks: [HostileImage] = [
        HostileImage("text as VMDK", .notFormat(.vmdk), Array("version: 1\n".utf8), as: .vmdk),
        HostileImage("qcow2 as VMDK", .notFormat(.vmdk), QCOW2Bytes().bytes, as: .vmdk),
        HostileImage("empty VMDK", .empty, [], as: .vmdk),
        HostileImage("ESX's sparse VMDK", .notFormat(.vmdk), raw(Array("COWD".utf8)), as: .vmdk),
        HostileImage("cut VMDK header", .truncated("header"), Array(ImageBytes.vmdk().bytes.prefix(400)), as: .vmdk),
        HostileImage(
            "descriptor with a flat extent", .externalDataFile,
            Array((flat + "RW 2048 FLAT \"/etc/shadow\" 0\n").utf8), as: .vmdk),
        HostileImage(
            "descriptor that starts with its version", .externalDataFile,
            Array("version=1\nRW 2048 FLAT \"/etc/shadow\" 0\n".utf8), as: .vmdk),
        vmdk("VMDK without a size, for QEMU its descriptor alone", .malformed("the size is above 0")) {
            $0.putLittle(UInt64(0), at: 12)
        },
        vmdk(
            "embedded flat extent", .externalDataFile,
            ImageBytes.descriptor(type: "monolithicFlat", extents: "RW 2048 FLAT \"/etc/shadow\" 0")),
        vmdk(
            "embedded type of several files",
            .subformat("VMDK of type twoGbMaxExtentSparse", allowed: "monolithicSparse or streamOptimized"),
            ImageBytes.descriptor(type: "twoGbMaxExtentSparse")),
        vmdk(
            "embedded type of a device",
            .subformat("VMDK of type fullDevice", allowed: "monolithicSparse or streamOptimized"),
            ImageBytes.descriptor(type: "fullDevice")),
        vmdk(
            "type that is no name",
            .subformat("VMDK of type another name", allowed: "monolithicSparse or streamOptimized"),
            ImageBytes.descriptor(type: "a;b")),
        vmdk(
            "second type", .malformed("its descriptor has one type"),
            ImageBytes.descriptor(more: "createType=\"monolithicFlat\"")),
        vmdk(
            "second extent", .externalDataFile,
            ImageBytes.descriptor(extents: "RW 2048 SPARSE \"disk.vmdk\"\nRW 2048 FLAT \"/etc/shadow\" 0")),
        vmdk("no extent", .externalDataFile, ImageBytes.descriptor(extents: "")),
        vmdk(
            "extent in another directory", .externalDataFile,
            ImageBytes.descriptor(extents: "RW 2048 SPARSE \"../other.vmdk\"")),
        vmdk(
            "extent of another protocol", .externalDataFile,
            ImageBytes.descriptor(extents: "RW 2048 SPARSE \"nbd:unix:x\"")),
        vmdk("extent of zeros", .externalDataFile, ImageBytes.descriptor(extents: "RW 2048 ZERO")),
        vmdk(
            "extent behind a tab and small letters", .externalDataFile,
            ImageBytes.descriptor(extents: "\trw 2048 flat \"/etc/shadow\" 0")),
        vmdk(
            "parent's name", .backingFile,
            ImageBytes.descriptor(more: "parentFileNameHint=\"/etc/shadow\"")),
        vmdk(
            "parent's name behind a comment", .backingFile,
            ImageBytes.descriptor(more: "# parentFileNameHint=\"/etc/shadow\"")),
        vmdk("parent's identity", .backingFile, ImageBytes.descriptor(more: "PARENTCID = 11111111")),
        vmdk("parent's name where only QEMU looks", .backingFile) {
            $0.putLittle(UInt64(40), at: 28)
            $0.put(ImageBytes.descriptor(), at: 40 * 512)
            $0.put("parentFileNameHint=\"/etc/shadow\"", at: 1_024)
        },
        vmdk("no descriptor", .malformed("its descriptor is a text that says so"), ""),
        vmdk(
            "control characters", .malformed("its descriptor is a text that says so"),
            ImageBytes.descriptor(more: "a=\u{1b}[31m")),
        vmdk("descriptor nowhere", .malformed("its descriptor has a place after the header, and at most 128 sectors")) {
            $0.putLittle(UInt64(0), at: 28)
        },
        vmdk("long descriptor", .malformed("its descriptor has a place after the header, and at most 128 sectors")) {
            $0.putLittle(UInt64.max, at: 36)
        },
        vmdk("descriptor after the end", .truncated("descriptor")) { $0.putLittle(UInt64(127), at: 28) },
        vmdk("VMDK of version 4", .malformed("the version is 1 to 3, not 4")) { $0.putLittle(UInt32(4), at: 4) },
        vmdk("VMDK in use", .dirty) { $0.bytes[72] = 1 },
        vmdk("changed line ends", .malformed("its line ends are whole")) { $0.put("\n \n\n", at: 73) },
        vmdk("largest number of sectors", .tooLarge(.max, limit: 64 << 40)) { $0.putLittle(UInt64.max, at: 12) },
        vmdk("many sectors", .truncated("grain directory")) { $0.putLittle(UInt64(64 << 31), at: 12) },
        vmdk("grains of no sectors", .malformed("grains have 2^3 to 2^16 sectors")) { $0.putLittle(UInt64(0), at: 20) },
        vmdk("huge grains", .malformed("grains have 2^3 to 2^16 sectors")) { $0.putLittle(UInt64(1 << 40), at: 20) },
        vmdk("tables without entries", .malformed("grain tables have 512 entries, not 0")) {
            $0.putLittle(UInt32(0), at: 44)
        },
        vmdk("large tables", .malformed("grain tables have 512 entries, not 4294967295")) {
            $0.putLittle(UInt32.max, at: 44)
        },
        vmdk("directory after the end", .truncated("grain directory")) { $0.putLittle(UInt64(1 << 40), at: 56) },
        vmdk("table after the end", .truncated("grain table")) { $0.putLittle(UInt32.max, at: 21 * 512) },
        vmdk("spare directory after the end", .truncated("grain directory")) {
            $0.putLittle(UInt32(3), at: 8)
            $0.putLittle(UInt64(1 << 60), at: 48)
        },
        vmdk("compression without its flag", .malformed("the compression and its flag agree")) {
            $0.putLittle(UInt16(1), at: 77)
        },
        vmdk("directory at the end of no stream", .malformed("only a stream has its directory at its end")) {
            $0.putLittle(UInt64.max, at: 56)
        },
        stream("stream without a footer", .truncated("footer")) { $0.bytes.removeLast(512) },
        stream("stream whose footer has another size", .malformed("its header and footer agree")) {
            $0.putLittle(UInt64(4_096), at: $0.bytes.count - 1_024 + 12)
        },
        stream("stream whose footer has no size", .malformed("the size is above 0")) {
            $0.putLittle(UInt64(0), at: $0.bytes.count - 1_024 + 12)
        },
        stream("stream whose footer points to a footer", .malformed("its header and footer agree")) {
            $0.putLittle(UInt64.max, at: $0.bytes.count - 1_024 + 56)
        },
    ]

    private static func stream(
        _ name: String, _ refusal: ImageRefusal, _ change: (inout ImageBytes) -> Void
    ) -> HostileImage {
        HostileImage(name, refusal, ImageBytes.vmdkStream().with(change), as: .vmdk)
    }

    private static func vdi(
        _ name: String, _ refusal: ImageRefusal, _ change: (inout ImageBytes) -> Void
    ) -> HostileImage {
        HostileImage(name, refusal, ImageBytes.vdi().with(change), as: .vdi)
    }

    static let vdis: [HostileImage] = [
        HostileImage("text as VDI", .notFormat(.vdi), Array("version: 1\n".utf8), as: .vdi),
        HostileImage("cut VDI header", .truncated("header"), Array(ImageBytes.vdi().bytes.prefix(300)), as: .vdi),
        vdi("VDI of version 1.2", .malformed("the version is 1.1")) { $0.putLittle(UInt32(0x1_0002), at: 0x44) },
        vdi("VDI that is a difference", .backingFile) { $0.putLittle(UInt32(4), at: 0x4C) },
        vdi("VDI that undoes", .subformat("VDI of type 3", allowed: "dynamic or fixed")) {
            $0.putLittle(UInt32(3), at: 0x4C)
        },
        vdi("VDI with a link", .backingFile) { $0.bytes[0x1A8] = 1 },
        vdi("VDI with a parent", .backingFile) { $0.bytes[0x1C7] = 1 },
        vdi("VDI of large sectors", .malformed("sectors have 512 bytes")) { $0.putLittle(UInt32(4_096), at: 0x168) },
        vdi("VDI of small blocks", .malformed("blocks have 1 MiB")) { $0.putLittle(UInt32(1), at: 0x178) },
        vdi("VDI with extra data", .malformed("blocks have no extra data")) { $0.putLittle(UInt32(8), at: 0x17C) },
        vdi("VDI of the largest size", .tooLarge(.max, limit: 64 << 40)) { $0.putLittle(UInt64.max, at: 0x170) },
        vdi("VDI of no size", .malformed("the size is above 0")) { $0.putLittle(UInt64(0), at: 0x170) },
        vdi("VDI of an odd size", .unalignedSize(1_000)) { $0.putLittle(UInt64(1_000), at: 0x170) },
        vdi("VDI with too small a map", .malformed("the map has a block for each MiB of the size")) {
            $0.putLittle(UInt64(5 << 20), at: 0x170)
        },
        vdi("VDI's map after the end", .truncated("block map")) {
            $0.putLittle(UInt64(1 << 40), at: 0x170)
            $0.putLittle(UInt32(1 << 20), at: 0x180)
        },
        vdi("VDI's map in the header", .malformed("map and data start at sectors")) {
            $0.putLittle(UInt32(0), at: 0x154)
        },
        vdi("VDI's data in the map", .malformed("the data come after the map")) {
            $0.putLittle(UInt32(512), at: 0x158)
        },
        vdi("VDI with more blocks than it has", .malformed("no more blocks are there than the map has")) {
            $0.putLittle(UInt32(2), at: 0x184)
        },
        vdi("VDI without its data", .truncated("data")) { $0.putLittle(UInt32(1), at: 0x184) },
        vdi("VDI with a block after the end", .malformed("the map's blocks are in the file")) {
            $0.putLittle(UInt32(5), at: 512)
        },
    ]

    private static func vhdx(
        _ name: String, _ refusal: ImageRefusal, _ change: (inout ImageBytes) -> Void
    ) -> HostileImage {
        HostileImage(name, refusal, ImageBytes.vhdx().with(change), as: .vhdx)
    }

    static let vhdxs: [HostileImage] = [
        HostileImage("text as VHDX", .notFormat(.vhdx), Array("version: 1\n".utf8), as: .vhdx),
        HostileImage("VHDX that ends", .truncated("header"), Array(ImageBytes.vhdx().bytes.prefix(70_000)), as: .vhdx),
        vhdx("VHDX without a header", .malformed("one of its headers has its checksum")) {
            $0.bytes[64 << 10 + 20] = 1
            $0.bytes[128 << 10 + 20] = 1
        },
        vhdx("VHDX with a log", .dirty) {
            $0.bytes[128 << 10 + 48] = 1
            $0.seal(128 << 10, 4_096)
        },
        vhdx("VHDX of version 2", .malformed("the version is 1")) {
            $0.putLittle(UInt16(2), at: 128 << 10 + 66)
            $0.seal(128 << 10, 4_096)
        },
        vhdx("changed region table", .malformed("its region table has its checksum")) {
            $0.bytes[192 << 10 + 100] ^= 1
        },
        vhdx("many regions", .malformed("it has at most 2047 regions")) {
            $0.putLittle(UInt32.max, at: 192 << 10 + 8)
            $0.sealRegions()
        },
        vhdx("no regions", .malformed("its regions are a block table and metadata")) {
            $0.putLittle(UInt32(0), at: 192 << 10 + 8)
            $0.sealRegions()
        },
        vhdx("region after the end", .truncated("region")) {
            $0.putRegion(0, "6677c22d23f600429d64115e9bfd4a08", at: 1 << 40)
            $0.sealRegions()
        },
        vhdx("region in the headers", .malformed("its regions start at whole MiB")) {
            $0.putRegion(0, "6677c22d23f600429d64115e9bfd4a08", at: 0)
            $0.sealRegions()
        },
        vhdx("region twice", .malformed("each of its regions is there once")) {
            $0.putRegion(1, "6677c22d23f600429d64115e9bfd4a08", at: 2 << 20)
            $0.sealRegions()
        },
        vhdx("unknown region", .malformed("no unknown region is required")) {
            $0.putRegion(1, "00000000000000000000000000000001", at: 2 << 20)
            $0.sealRegions()
        },
        vhdx("no metadata", .malformed("its metadata say that they are")) { $0.bytes[2 << 20] = 0 },
        vhdx("many metadata", .malformed("it has at most 2047 metadata")) {
            $0.putLittle(UInt16.max, at: 2 << 20 + 10)
        },
        vhdx("parent's place", .backingFile) {
            $0.putItem(2, "2d5fd3a80bb34d45abf7d3d84834ab0c", at: 65_552, length: 4)
        },
        vhdx("parent's flag", .backingFile) { $0.putLittle(UInt32(2), at: 2 << 20 + 65_540) },
        vhdx("unknown metadata", .malformed("no unknown item is required")) {
            $0.putItem(2, "00000000000000000000000000000001", at: 65_552, length: 4)
        },
        vhdx("no sector size", .malformed("its metadata tell sizes of disk, block and sector")) {
            $0.putLittle(UInt16(2), at: 2 << 20 + 10)
        },
        vhdx("metadata after their region", .malformed("its metadata lie in their region")) {
            $0.putItem(1, "2442a52f1bcd7648b2115dbed83bf4b8", at: 1 << 20, length: 8)
        },
        vhdx("VHDX of the largest size", .tooLarge(.max, limit: 64 << 40)) {
            $0.putLittle(UInt64.max, at: 2 << 20 + 65_544)
        },
        vhdx("VHDX of no size", .malformed("the size is above 0")) { $0.putLittle(UInt64(0), at: 2 << 20 + 65_544) },
        vhdx("VHDX of blocks of a byte", .malformed("blocks have 1 to 256 MiB")) {
            $0.putLittle(UInt32(1), at: 2 << 20 + 65_536)
        },
        vhdx("VHDX of odd sectors", .malformed("sectors have 512 or 4096 bytes")) {
            $0.putLittle(UInt32(1), at: 2 << 20 + 65_552)
        },
        vhdx("VHDX with too small a table", .malformed("its block table covers the size")) {
            $0.putLittle(UInt64(1 << 40), at: 2 << 20 + 65_544)
        },
        vhdx("VHDX's block after the end", .truncated("data")) { $0.putLittle(UInt64(9 << 20 | 6), at: 3 << 20) },
        vhdx("VHDX's block in a parent", .backingFile) { $0.putLittle(UInt64(1 << 20 | 7), at: 3 << 20) },
        vhdx("VHDX's block in no state", .malformed("blocks have no state 5")) {
            $0.putLittle(UInt64(5), at: 3 << 20)
        },
    ]

    private static func vhd(
        _ name: String, _ refusal: ImageRefusal, _ change: (inout ImageBytes) -> Void
    ) -> HostileImage {
        HostileImage(name, refusal, ImageBytes.vhd().with(change), as: .vhd)
    }

    static let vhds: [HostileImage] = [
        HostileImage("text as VHD", .notFormat(.vhd), Array("version: 1\n".utf8), as: .vhd),
        HostileImage("VHD without its end", .truncated("footer"), Array(ImageBytes.vhd().bytes.dropLast(8)), as: .vhd),
        vhd("VHD with a changed footer", .malformed("its footer has its checksum")) { $0.bytes[2_048 + 49] = 1 },
        vhd("VHD with another copy of its footer", .malformed("its first sector is a copy of its footer")) {
            $0.bytes[100] = 1
        },
        vhd("VHD that is a difference", .backingFile) {
            $0.putVHDFooter(at: 2_048, type: 4, size: 2 << 20)
        },
        vhd("VHD of an unknown type", .subformat("VHD of type 9", allowed: "fixed or dynamic")) {
            $0.putVHDFooter(at: 2_048, type: 9, size: 2 << 20)
        },
        vhd("VHD of the largest size", .tooLarge(.max, limit: 2_040 << 30)) {
            $0.putVHDFooter(at: 2_048, type: 3, size: .max)
        },
        vhd("VHD of no size", .malformed("the size is above 0")) { $0.putVHDFooter(at: 2_048, type: 3, size: 0) },
        vhd("VHD with a parent", .backingFile) {
            $0.bytes[512 + 45] = 1
            $0.sum(512, 1_024, at: 36)
        },
        vhd("VHD with a parent's place", .backingFile) {
            $0.put("W2ku", at: 512 + 576)
            $0.sum(512, 1_024, at: 36)
        },
        vhd("VHD with a changed dynamic header", .malformed("its dynamic header has its checksum")) {
            $0.bytes[512 + 1_000] = 1
        },
        vhd("VHD's table after the end", .truncated("block table")) {
            $0.putBig(UInt64(1 << 40), at: 528)
            $0.sum(512, 1_024, at: 36)
        },
        vhd("VHD's table too large", .truncated("block table")) {
            $0.putBig(UInt32.max, at: 540)
            $0.sum(512, 1_024, at: 36)
        },
        vhd("VHD's table too small", .malformed("its block table covers the size")) {
            $0.putBig(UInt32(0), at: 540)
            $0.sum(512, 1_024, at: 36)
        },
        vhd("VHD of blocks of three bytes", .malformed("blocks have 4 KiB to 256 MiB")) {
            $0.putBig(UInt32(3), at: 544)
            $0.sum(512, 1_024, at: 36)
        },
        vhd("VHD's block after the end", .truncated("data")) { $0.putBig(UInt32(9), at: 1_536) },
        HostileImage(
            "fixed VHD that ends", .truncated("data"), Array(ImageBytes.fixedVHD().bytes.dropFirst(512)), as: .vhd),
    ]

    private static func iso(
        _ name: String, _ refusal: ImageRefusal, _ change: (inout ImageBytes) -> Void
    ) -> HostileImage {
        HostileImage(name, refusal, ImageBytes.iso().with(change), as: .iso)
    }

    static let isos: [HostileImage] = [
        HostileImage("text as ISO", .notFormat(.iso), Array("version: 1\n".utf8), as: .iso),
        iso("ISO dressed as qcow2", .foreignFormat("qcow")) {
            $0.bytes.replaceSubrange(0..<512, with: QCOW2Bytes().bytes.prefix(512))
        },
        iso("ISO dressed as a VMDK descriptor", .foreignFormat("VMDK")) {
            $0.put("version=1\nRW 1 FLAT \"/etc/shadow\" 0\n", at: 0)
        },
        iso("ISO dressed as a VHD", .foreignFormat("VHD")) { $0.put("conectix", at: $0.bytes.count - 512) },
        iso("ISO without its end", .truncated("volume")) { $0.bytes.removeLast(2_048) },
        iso("ISO of the largest size", .truncated("volume")) {
            $0.putLittle(UInt32.max, at: 16 * 2_048 + 80)
            $0.putBig(UInt32.max, at: 16 * 2_048 + 84)
        },
        iso("ISO of two minds", .malformed("its numbers agree in both orders of bytes")) {
            $0.putLittle(UInt32(19), at: 16 * 2_048 + 80)
        },
        iso("ISO of small blocks", .malformed("blocks have 2048 bytes")) {
            $0.putLittle(UInt16(512), at: 16 * 2_048 + 128)
            $0.putBig(UInt16(512), at: 16 * 2_048 + 130)
        },
        iso("ISO without a primary volume", .malformed("it has a primary volume")) { $0.bytes[16 * 2_048] = 2 },
        iso("ISO without a last descriptor", .malformed("its volume descriptors have their mark")) {
            $0.bytes[17 * 2_048] = 2
        },
    ]
}
