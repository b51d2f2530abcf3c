// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel
import SystemPackage
import Testing

@testable import Storage

/// A file that may not become an image, and why.
struct HostileImage: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let refusal: ImageRefusal

    init(_ name: String, _ refusal: ImageRefusal, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        self.refusal = refusal
    }

    init(_ name: String, _ refusal: ImageRefusal, _ change: (inout QCOW2Bytes) -> Void) {
        self.init(name, refusal, QCOW2Bytes.with(change))
    }

    var testDescription: String { name }

    /// An extension of the header, in front of what follows it.
    static func header(extension kind: UInt32, length: UInt32) -> (inout QCOW2Bytes) -> Void {
        { image in
            image.put(UInt32(0x6803_F857), at: 112)
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
    private static func raw(_ start: [UInt8], at offset: Int = 0, end: [UInt8] = []) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 8_192)
        bytes.replaceSubrange(offset..<offset + start.count, with: start)
        return bytes.dropLast(end.count) + end
    }

    private static func footer(_ text: String, size: Int) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: 0, count: size - text.utf8.count)
    }

    static let foreign: [HostileImage] = [
        HostileImage("empty", .empty, []),
        HostileImage("1,000 bytes", .unalignedSize(1_000), [UInt8](repeating: 7, count: 1_000)),
        HostileImage("qcow2", .foreignFormat("qcow"), QCOW2Bytes().bytes),
        HostileImage("sparse VMDK", .foreignFormat("VMDK"), raw(Array("KDMV".utf8))),
        HostileImage("VMDK of ESX", .foreignFormat("VMDK"), raw(Array("COWD".utf8))),
        HostileImage("VMDK descriptor", .foreignFormat("VMDK"), raw(Array("# Disk DescriptorFile\nversion=1\n".utf8))),
        HostileImage(
            "VMDK descriptor under comments", .foreignFormat("VMDK"),
            raw(Array("# nothing\n\r\n  \n#\nversion=3\nRW 1 FLAT \"/etc/shadow\" 0\n".utf8))),
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
}

@Suite("Refusing hostile images")
struct HostileImageTests {
    private func refuse(_ image: HostileImage, format: ImageFormat, kind: ImageKind = .disk) async throws {
        let scene = try StorageScene()
        let source = try scene.file("source", image.bytes)
        await #expect(throws: StorageError.refused(source, image.refusal)) {
            try await scene.store.add(ImageName("x"), from: source, format: format, kind: kind)
        }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("refuses qcow2 headers that are wrong", arguments: HostileImage.headers)
    func header(image: HostileImage) async throws {
        try await refuse(image, format: .qcow2)
    }

    @Test("refuses qcow2 images that reach other files or use what is not supported", arguments: HostileImage.features)
    func feature(image: HostileImage) async throws {
        try await refuse(image, format: .qcow2)
    }

    @Test("refuses qcow2 images whose tables are not where they should be", arguments: HostileImage.tables)
    func table(image: HostileImage) async throws {
        try await refuse(image, format: .qcow2)
    }

    @Test("refuses raw files that another tool would take for another format", arguments: HostileImage.foreign)
    func foreign(image: HostileImage) async throws {
        try await refuse(image, format: .raw)
    }

    @Test(
        "refuses kernels and ramdisks that are none",
        arguments: [
            (ImageKind.kernel, ImageFormat.raw, HostileImage("text", .notKernel, Array("vmlinuz".utf8))),
            (.kernel, .raw, HostileImage("empty", .empty, [])),
            (.kernel, .qcow2, HostileImage("qcow2", .formatOfKind(.kernel), QCOW2Bytes().bytes)),
            (.initrd, .qcow2, HostileImage("qcow2", .formatOfKind(.initrd), QCOW2Bytes().bytes)),
            (.initrd, .raw, HostileImage("empty", .empty, [])),
        ])
    func bootFile(kind: ImageKind, format: ImageFormat, image: HostileImage) async throws {
        try await refuse(image, format: format, kind: kind)
    }

    @Test("refuses a ramdisk above 1 GiB")
    func largeRamdisk() async throws {
        let scene = try StorageScene()
        let source = try scene.file("source", [1])
        _ = try await output("truncate", ["-s", "\(1 << 30 + 1)", source.string])
        let refusal = ImageRefusal.tooLarge(1 << 30 + 1, limit: 1 << 30)
        await #expect(throws: StorageError.refused(source, refusal)) {
            try await scene.store.add(ImageName("x"), from: source, format: .raw, kind: .initrd)
        }
    }

    @Test("refuses what only qemu-img check finds: a table that lies over another")
    func overlap() async throws {
        let image = HostileImage("overlap", .corrupt(3)) {
            $0.put(UInt64(1) << 63 | UInt64(2 * QCOW2Bytes.cluster), at: 3 * QCOW2Bytes.cluster)
        }
        try await refuse(image, format: .qcow2)
    }

    @Test("refuses an image whose data was cut off")
    func cutData() async throws {
        let scene = try StorageScene()
        let source = scene.root.appending("source")
        _ = try await output("qemu-img", ["create", "-q", "-f", "qcow2", source.string, "8M"])
        _ = try await output("qemu-io", ["-f", "qcow2", "-c", "write -P 7 0 4M", source.string])
        _ = try await output("truncate", ["-s", "2M", source.string])
        let failure = await #expect(throws: StorageError.self) {
            try await scene.store.add(ImageName("x"), from: source, format: .qcow2, kind: .disk)
        }
        guard case .refused(source, .corrupt(let count)) = failure else {
            Issue.record("not refused as corrupt: \(String(describing: failure))")
            return
        }
        #expect(count > 0)
        #expect(try scene.imageNames.isEmpty)
    }

    @Test(
        "says what is wrong and what to do about each refusal", arguments: HostileImage.headers + HostileImage.features)
    func texts(image: HostileImage) {
        #expect(!image.refusal.message.isEmpty)
        if case .tooLarge = image.refusal {
            #expect(image.refusal.hint == nil)
        } else {
            #expect(image.refusal.hint?.isEmpty == false)
        }
    }
}
