// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Testing

@testable import Storage

/// A file that may not become an image, what it is declared to be, and why.
struct HostileImage: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let format: ImageSource.Format
    let compression: ImageSource.Compression?
    let refusal: ImageRefusal

    init(
        _ name: String, _ refusal: ImageRefusal, _ bytes: [UInt8], as format: ImageSource.Format = .qcow2,
        in compression: ImageSource.Compression? = nil
    ) {
        self.name = name
        self.bytes = bytes
        self.format = format
        self.compression = compression
        self.refusal = refusal
    }

    init(_ name: String, _ refusal: ImageRefusal, _ change: (inout QCOW2Bytes) -> Void) {
        self.init(name, refusal, QCOW2Bytes.with(change))
    }

    var testDescription: String { name }

    /// An extension of the header, in front of what follows it.
    static func header(extension kind: UInt32, length: UInt32) -> (inout QCOW2Bytes) -> Void {
        { image in
            image.put(UInt32(0x1357_9BDF), at: 112)
            image.put(UInt32(5), at: 116)
            image.put(kind, at: 128)
            image.put(length, at: 132)
        }
    }

    static let headers: [HostileImage] = [
        HostileImage("empty", .empty, []),
        HostileImage("text", .notQCOW2, Array("version: 1\n".utf8)),
        HostileImage("three bytes", .notQCOW2, [0x51, 0x46, 0x49]),
        HostileImage("version 1", .qcow2Version(1)) { $0.put(UInt32(1), at: 4) },
        HostileImage("version 4", .qcow2Version(4)) { $0.put(UInt32(4), at: 4) },
        HostileImage("cut in the header", .truncated("header"), Array(QCOW2Bytes().bytes.prefix(71))),
        HostileImage("cut in the header of version 3", .truncated("header"), Array(QCOW2Bytes().bytes.prefix(111))),
        HostileImage("small clusters", .malformed("clusters have 2^9 to 2^21 bytes, not 2^8")) {
            $0.put(UInt32(8), at: 20)
        },
        HostileImage("large clusters", .malformed("clusters have 2^9 to 2^21 bytes, not 2^22")) {
            $0.put(UInt32(22), at: 20)
        },
        HostileImage("size of 64 TiB and a sector", .tooLarge(64 << 40 + 512, limit: 64 << 40)) {
            $0.put(UInt64(64 << 40 + 512), at: 24)
        },
        HostileImage("largest number as size", .tooLarge(.max, limit: 64 << 40)) { $0.put(UInt64.max, at: 24) },
        HostileImage("size 0", .malformed("the size is above 0")) { $0.put(UInt64(0), at: 24) },
        HostileImage("odd size", .unalignedSize(1_000)) { $0.put(UInt64(1_000), at: 24) },
        HostileImage("header length 96", .malformed("the header's length is 104 to a cluster, in steps of 8, not 96")) {
            $0.put(UInt32(96), at: 100)
        },
        HostileImage("header length 108", .malformed("the header's length is 104 to a cluster, in steps of 8, not 108"))
        {
            $0.put(UInt32(108), at: 100)
        },
        HostileImage("long header", .malformed("the header's length is 104 to a cluster, in steps of 8, not 65544")) {
            $0.put(UInt32(65_544), at: 100)
        },
        HostileImage("wide reference counts", .malformed("reference counts have at most 2^6 bits, not 2^7")) {
            $0.put(UInt32(7), at: 96)
        },
        HostileImage("unknown compression", .malformed("the compression is 0 or 1, not 2")) {
            $0.put(UInt8(2), at: 104)
        },
        HostileImage("compression without its bit", .malformed("the compression and its feature bit agree")) {
            $0.put(UInt8(1), at: 104)
        },
        HostileImage("snapshot", .internalSnapshots(1)) { $0.put(UInt32(1), at: 60) },
    ]

    static let features: [HostileImage] = [
        HostileImage("backing file", .backingFile) {
            $0.put(UInt64(512), at: 8)
            $0.put(UInt32(11), at: 16)
            $0.bytes.replaceSubrange(512..<523, with: Array("/etc/shadow".utf8))
        },
        HostileImage("backing file of version 2", .backingFile) {
            $0.put(UInt32(2), at: 4)
            $0.put(UInt64(512), at: 8)
        },
        HostileImage("backing file's format", .backingFile, header(extension: 0xE279_2ACA, length: 3)),
        HostileImage("AES", .encrypted) { $0.put(UInt32(1), at: 32) },
        HostileImage("LUKS", .encrypted) { $0.put(UInt32(2), at: 32) },
        HostileImage("encryption header", .encrypted, header(extension: 0x0537_BE77, length: 16)),
        HostileImage("data file's bit", .externalDataFile) { $0.put(UInt64(1 << 2), at: 72) },
        HostileImage("raw data file's bit", .externalDataFile) { $0.put(UInt64(1 << 1), at: 88) },
        HostileImage("data file's name", .externalDataFile, header(extension: 0x4441_5441, length: 11)),
        HostileImage(
            "extension out of the cluster", .malformed("a header extension ends within the first cluster"),
            header(extension: 0x1234_5678, length: .max)),
        HostileImage("dirty", .dirty) { $0.put(UInt64(1 << 0), at: 72) },
        HostileImage("marked as corrupt", .markedCorrupt) { $0.put(UInt64(1 << 1), at: 72) },
        HostileImage("unknown feature", .unknownFeatures(1 << 5)) { $0.put(UInt64(1 << 5), at: 72) },
        HostileImage("feature names of odd length", .malformed("the feature names take 48 bytes each, not 50 in all")) {
            $0.put(UInt32(0x6803_F857), at: 112)
            $0.put(UInt32(50), at: 116)
        },
        HostileImage("bitmaps of odd length", .malformed("the bitmaps' extension has 24 bytes, not 16")) {
            $0.putBitmaps(count: 1, size: 64, at: 0, length: 16)
        },
        HostileImage("no bitmaps", .malformed("the bitmaps' directory has 1 to 65535 entries of 24 to 1152 bytes")) {
            $0.putBitmaps(count: 0, size: 64, at: 65_536)
        },
        HostileImage("many bitmaps", .malformed("the bitmaps' directory has 1 to 65535 entries of 24 to 1152 bytes")) {
            $0.putBitmaps(count: .max, size: 64, at: 65_536)
        },
        HostileImage("bitmaps' directory after the end", .truncated("bitmaps' directory")) {
            $0.putBitmaps(count: 1, size: 64, at: .max - 8)
        },
        HostileImage(
            "extended entries in small clusters",
            .malformed("extended L2 entries need clusters of 2^14 bytes or more, not 2^12")
        ) {
            $0.put(UInt64(1 << 4), at: 72)
            $0.put(UInt32(12), at: 20)
        },
        HostileImage("highest feature", .unknownFeatures(1 << 63)) { $0.put(UInt64(1) << 63, at: 72) },
    ]

    static let tables: [HostileImage] = [
        HostileImage("L1 table after the end", .truncated("L1 table")) { $0.put(UInt64(1 << 40), at: 40) },
        HostileImage("L1 table at the largest place", .truncated("L1 table")) {
            $0.put(UInt64.max << 16, at: 40)
        },
        HostileImage("L1 table over the end", .truncated("L1 table")) { $0.put(UInt32(8_193), at: 36) },
        HostileImage("L1 table in the header", .malformed("the L1 table starts at a cluster after the first")) {
            $0.put(UInt64(0), at: 40)
        },
        HostileImage("L1 table between clusters", .malformed("the L1 table starts at a cluster after the first")) {
            $0.put(UInt64(3 * 65_536 + 8), at: 40)
        },
        HostileImage("L1 table too small", .malformed("the L1 table covers the image's size")) {
            $0.put(UInt64(1 << 40), at: 24)
        },
        HostileImage("no L1 table", .malformed("the L1 table covers the image's size")) { $0.put(UInt32(0), at: 36) },
        HostileImage("L1 table too large", .malformed("the L1 table has at most 32 MiB")) {
            $0.put(UInt32.max, at: 36)
        },
        HostileImage("no reference counts", .malformed("the reference count table has one cluster to 8 MiB")) {
            $0.put(UInt32(0), at: 56)
        },
        HostileImage("many reference counts", .malformed("the reference count table has one cluster to 8 MiB")) {
            $0.put(UInt32.max, at: 56)
        },
        HostileImage("reference counts after the end", .truncated("reference count table")) {
            $0.put(UInt64(8 * 65_536), at: 48)
        },
        HostileImage("cut before the tables", .truncated("L1 table"), Array(QCOW2Bytes().bytes.prefix(100_000))),
    ]

    /// A file that starts with `start` and ends with `end`.
    static func raw(_ start: [UInt8], at offset: Int = 0, end: [UInt8] = []) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 8_192)
        bytes.replaceSubrange(offset..<offset + start.count, with: start)
        return bytes.dropLast(end.count) + end
    }

    /// The bytes with a boot sector's mark.
    private static func bootable(_ bytes: [UInt8]) -> [UInt8] {
        bytes.prefix(510) + [0x55, 0xAA] + bytes.dropFirst(512)
    }

    private static func footer(_ text: String, size: Int) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: 0, count: size - text.utf8.count)
    }

    static let foreign: [HostileImage] = foreignToRaw.map { image in
        HostileImage(image.name + " as raw", image.refusal, image.bytes, as: .raw)
    }

    private static let foreignToRaw: [HostileImage] = [
        HostileImage("empty", .empty, []),
        HostileImage("1,000 bytes", .unalignedSize(1_000), [UInt8](repeating: 7, count: 1_000)),
        HostileImage("qcow2", .foreignFormat("qcow"), QCOW2Bytes().bytes),
        HostileImage("sparse VMDK", .foreignFormat("VMDK"), raw(Array("KDMV".utf8))),
        HostileImage("VMDK of ESX", .foreignFormat("VMDK"), raw(Array("COWD".utf8))),
        HostileImage("VMDK descriptor", .foreignFormat("VMDK"), raw(Array("# Disk DescriptorFile\nversion=1\n".utf8))),
        HostileImage(
            "VMDK descriptor under comments", .foreignFormat("VMDK"),
            raw(Array("# nothing\n\r\n  \n#\nversion=3\nRW 1 FLAT \"/etc/shadow\" 0\n".utf8))),
        HostileImage(
            "VMDK descriptor from its version on", .foreignFormat("VMDK"),
            raw(Array("version=1\nRW 1 FLAT \"/etc/shadow\" 0\n".utf8))),
        HostileImage(
            "VMDK descriptor below a blank line", .foreignFormat("VMDK"),
            raw(Array("  \r\nversion=2\r\nRW 1 FLAT \"/etc/shadow\" 0\r\n".utf8))),
        HostileImage("VMDK of the newest ESX", .foreignFormat("VMDK"), raw([0xBE, 0xBA, 0xFE, 0xCA, 0, 0, 0, 0])),
        HostileImage("COW", .foreignFormat("COW"), raw(Array("OOOM".utf8))),
        HostileImage("ISO", .foreignFormat("ISO 9660"), ImageBytes.iso().bytes),
        HostileImage("gzip", .foreignFormat("gzip"), raw([0x1F, 0x8B, 8])),
        HostileImage("xz", .foreignFormat("xz"), raw([0xFD] + Array("7zXZ\0".utf8))),
        HostileImage("zstd", .foreignFormat("zstd"), raw([0x28, 0xB5, 0x2F, 0xFD])),
        HostileImage("bzip2", .foreignFormat("bzip2"), raw(Array("BZh91AY&SY".utf8))),
        HostileImage("LZ4", .foreignFormat("LZ4"), raw([0x04, 0x22, 0x4D, 0x18])),
        HostileImage("ZIP", .foreignFormat("ZIP"), raw(Array("PK\u{3}\u{4}".utf8))),
        HostileImage("tar", .foreignFormat("tar"), raw(Array("ustar".utf8), at: 257)),
        HostileImage("a disk's boot sector before qcow2's magic", .foreignFormat("qcow"), bootable(QCOW2Bytes().bytes)),
        HostileImage("VHDX", .foreignFormat("VHDX"), raw(Array("vhdxfile".utf8))),
        HostileImage("dynamic VHD", .foreignFormat("VHD"), raw(Array("conectix".utf8))),
        HostileImage("fixed VHD", .foreignFormat("VHD"), raw([], end: footer("conectix", size: 512))),
        HostileImage("fixed VHD of 511 bytes", .foreignFormat("VHD"), raw([], end: footer("conectix", size: 511))),
        HostileImage("DMG", .foreignFormat("DMG"), raw([], end: footer("koly", size: 512))),
        HostileImage("VDI", .foreignFormat("VDI"), raw([0x7F, 0x10, 0xDA, 0xBE], at: 0x40)),
        HostileImage("LUKS", .foreignFormat("LUKS"), raw(Array("LUKS".utf8) + [0xBA, 0xBE])),
        HostileImage("QED", .foreignFormat("QED"), raw(Array("QED\0".utf8))),
        HostileImage("Parallels", .foreignFormat("Parallels"), raw(Array("WithoutFreeSpace".utf8))),
        HostileImage("Parallels, extended", .foreignFormat("Parallels"), raw(Array("WithouFreSpacExt".utf8))),
        HostileImage("Bochs", .foreignFormat("Bochs"), raw(Array("Bochs Virtual HD Image".utf8))),
        HostileImage(
            "cloop", .foreignFormat("cloop"),
            raw(Array("#!/bin/sh\n#V2.0 Format\nmodprobe cloop file=$0 && mount -r -t iso9660 /dev/cloop $1\n".utf8))),
    ]

    /// Files that are not compressed as they were declared to be, or ask for too much.
    static let compressed: [HostileImage] = [
        gzip("text as gzip", .notCompressed(.gzip), Array("version: 1, and some more\n".utf8)),
        gzip("zstd as gzip", .notCompressed(.gzip), zstdFrame(0, [0])),
        gzip("empty gzip", .empty, []),
        gzip("cut gzip", .truncated("header"), [0x1F, 0x8B, 8, 0]),
        gzip("gzip of an unknown method", .malformed("gzip's method is 8, not 7"), raw([0x1F, 0x8B, 7])),
        gzip("gzip with reserved flags", .malformed("gzip's reserved flags are 0"), raw([0x1F, 0x8B, 8, 0x80])),
        zstd("text as zstd", .notCompressed(.zstd), Array("version: 1, and some more\n".utf8)),
        zstd("zstd with a reserved bit", .malformed("zstd's reserved bit is 0"), zstdFrame(1 << 3, [])),
        zstd("zstd with a dictionary", .malformed("zstd needs no dictionary"), zstdFrame(1, [])),
        zstd("zstd with a huge window", .malformed("zstd's window has at most 128 MiB"), zstdFrame(0, [0xFF])),
        zstd(
            "zstd in one huge part", .malformed("zstd's window has at most 128 MiB"),
            zstdFrame(0b1010_0000, [0xFF, 0xFF, 0xFF, 0xFF])),
        zstd(
            "zstd of the largest size", .tooLarge(.max, limit: 64 << 40),
            zstdFrame(0b1100_0000, [0] + [UInt8](repeating: 0xFF, count: 8))),
        xz("text as xz", .notCompressed(.xz), Array("version: 1, and some more\n".utf8)),
        xz("xz with unknown flags", .malformed("xz's flags are known"), xzStream(flags: 9, index: 1, end: "YZ")),
        xz("xz of odd length", .malformed("xz has a multiple of 4 bytes"), xzStream(flags: 4, index: 1, end: "xYZ")),
        xz("xz without its end", .truncated("footer"), xzStream(flags: 4, index: 1, end: "YX")),
        xz("xz with its index before its start", .truncated("index"), xzStream(flags: 4, index: .max, end: "YZ")),
    ]

    private static func gzip(_ name: String, _ refusal: ImageRefusal, _ bytes: [UInt8]) -> HostileImage {
        HostileImage(name, refusal, bytes, as: .raw, in: .gzip)
    }

    private static func zstd(_ name: String, _ refusal: ImageRefusal, _ bytes: [UInt8]) -> HostileImage {
        HostileImage(name, refusal, bytes, as: .raw, in: .zstd)
    }

    private static func xz(_ name: String, _ refusal: ImageRefusal, _ bytes: [UInt8]) -> HostileImage {
        HostileImage(name, refusal, bytes, as: .raw, in: .xz)
    }

    private static func zstdFrame(_ descriptor: UInt8, _ rest: [UInt8]) -> [UInt8] {
        raw([0x28, 0xB5, 0x2F, 0xFD, descriptor] + rest)
    }

    private static func xzStream(flags: UInt8, index: UInt32, end: String) -> [UInt8] {
        let number = (0..<4).map { UInt8(truncatingIfNeeded: index >> (8 * $0)) }
        return [0xFD] + Array("7zXZ\0".utf8) + [0, flags] + [UInt8](repeating: 7, count: 20) + number + [0, flags]
            + Array(end.utf8)
    }

    /// All of them.
    static let corpus =
        headers + features + tables + foreign + vmdks + vdis + vhdxs + vhds + isos + compressed
}

extension QCOW2Bytes {
    /// Puts an extension that tells of bitmaps into the header.
    fileprivate mutating func putBitmaps(count: UInt32, size: UInt64, at place: UInt64, length: UInt32 = 24) {
        put(UInt32(0x2385_2875), at: 112)
        put(length, at: 116)
        put(count, at: 120)
        put(size, at: 128)
        put(place, at: 136)
    }
}
