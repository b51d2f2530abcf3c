// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Formats that a file declared raw must not have: a tool that probes would take such a file for that format, and then
/// a guest could make the host open files of the guest's choice. Compressed files and archives are no disks, either.
enum ForeignFormat {
    /// The format that `file` has by its magic numbers, for a message; nil where it has none.
    static func name(of file: OpenFile, fileSize: UInt64) throws(StorageError) -> String? {
        // A CD's image that carries a boot sector is a disk, too, and made to be one.
        let start = try file.read(at: 0, count: 512)
        if !hasBootSector(start), try ISOVolume.isNamed(in: file) { return "ISO 9660" }
        return try nameBesideVolume(of: file, fileSize: fileSize)
    }

    /// The format other than ISO 9660 that `file` has by its magic numbers.
    static func nameBesideVolume(of file: OpenFile, fileSize: UInt64) throws(StorageError) -> String? {
        let start = try file.read(at: 0, count: 4_096)
        if let name = name(ofStart: start) { return name }
        let footerSize: UInt64 = 512
        let end = try file.read(at: fileSize - min(fileSize, footerSize), count: Int(footerSize))
        return name(ofEnd: end)
    }

    private static func name(ofStart bytes: [UInt8]) -> String? {
        let found = signatures.first { $0.matches(bytes) }
        return found?.name ?? (isVMDKDescriptor(bytes) ? "VMDK" : nil)
    }

    private static func name(ofEnd bytes: [UInt8]) -> String? {
        // Virtual PC wrote footers of 511 bytes, too.
        if bytes.starts(with: Array("conectix".utf8)) || bytes.dropFirst().starts(with: Array("conectix".utf8)) {
            return "VHD"
        }
        return bytes.starts(with: Array("koly".utf8)) ? "DMG" : nil
    }

    private struct Signature: Sendable {
        let name: String
        let offset: Int
        let bytes: [UInt8]
        let prefix: [UInt8]

        init(_ name: String, _ bytes: [UInt8], at offset: Int = 0) {
            self.name = name
            self.offset = offset
            self.bytes = bytes
            prefix = []
        }

        /// One that begins with `prefix` and has `bytes` at `offset`.
        init(_ name: String, _ prefix: [UInt8], then bytes: [UInt8], at offset: Int) {
            self.name = name
            self.offset = offset
            self.bytes = bytes
            self.prefix = prefix
        }

        init(_ name: String, _ text: String) {
            self.init(name, Array(text.utf8))
        }

        func matches(_ file: [UInt8]) -> Bool {
            file.starts(with: prefix) && file.dropFirst(offset).starts(with: bytes)
        }
    }

    private static let signatures: [Signature] = [
        Signature("qcow", Array("QFI".utf8) + [0xFB]),
        Signature("COW", "OOOM"),
        Signature("VMDK", "KDMV"),
        Signature("VMDK", "COWD"),
        Signature("VMDK", "# Disk DescriptorFile"),
        Signature("VMDK", [0xBE, 0xBA, 0xFE, 0xCA, 0, 0, 0, 0]),
        Signature("VHDX", "vhdxfile"),
        Signature("VHD", "conectix"),
        Signature("VDI", [0x7F, 0x10, 0xDA, 0xBE], at: 0x40),
        Signature("LUKS", Array("LUKS".utf8) + [0xBA, 0xBE]),
        Signature("QED", Array("QED".utf8) + [0]),
        Signature("Parallels", "WithoutFreeSpace"),
        Signature("Parallels", "WithouFreSpacExt"),
        Signature("Bochs", "Bochs Virtual HD Image"),
        Signature("cloop", "#!/bin/sh\n#V2.0 Format\nmodprobe cloop"),
        Signature("gzip", [0x1F, 0x8B, 0x08]),
        Signature("xz", [0xFD] + Array("7zXZ".utf8) + [0]),
        Signature("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        Signature("bzip2", Array("BZh".utf8), then: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], at: 4),
        Signature("LZ4", [0x04, 0x22, 0x4D, 0x18]),
        Signature("ZIP", "PK\u{3}\u{4}"),
        Signature("tar", Array("ustar".utf8), at: 257),
    ]

    /// Whether the first sector ends as a boot sector does, that of a GPT (its protective MBR) included.
    private static func hasBootSector(_ bytes: [UInt8]) -> Bool {
        bytes.dropFirst(510).starts(with: [0x55, 0xAA])
    }

    /// Whether QEMU would take the text for a VMDK descriptor: comments and blank lines, or nothing, then `version=1`,
    /// `2` or `3`.
    private static func isVMDKDescriptor(_ bytes: [UInt8]) -> Bool {
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") }
            if isBlank || line.first == UInt8(ascii: "#") { continue }
            return ["version=1", "version=2", "version=3"].contains { line.starts(with: Array($0.utf8)) }
        }
        return false
    }
}
