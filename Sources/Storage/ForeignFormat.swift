// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Formats that a file declared raw must not have: a tool that probes would take such a file for that format, and then
/// a guest could make the host open files of the guest's choice.
enum ForeignFormat {
    /// The format that `file` has by its magic numbers, for a message; nil where it has none.
    static func name(of file: OpenFile, fileSize: UInt64) throws(StorageError) -> String? {
        let start = try file.read(at: 0, count: 4_096)
        if let name = name(ofStart: start) { return name }
        let footerSize: UInt64 = 512
        let end = try file.read(at: fileSize - min(fileSize, footerSize), count: Int(footerSize))
        return name(ofEnd: end)
    }

    private static func name(ofStart bytes: [UInt8]) -> String? {
        let found = signatures.first { signature in
            bytes.dropFirst(signature.offset).starts(with: signature.bytes)
        }
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

        init(_ name: String, _ bytes: [UInt8], at offset: Int = 0) {
            self.name = name
            self.offset = offset
            self.bytes = bytes
        }

        init(_ name: String, _ text: String) {
            self.init(name, Array(text.utf8))
        }
    }

    private static let signatures: [Signature] = [
        Signature("qcow", Array("QFI".utf8) + [0xFB]),
        Signature("VMDK", "KDMV"),
        Signature("VMDK", "COWD"),
        Signature("VMDK", "# Disk DescriptorFile"),
        Signature("VHDX", "vhdxfile"),
        Signature("VHD", "conectix"),
        Signature("VDI", [0x7F, 0x10, 0xDA, 0xBE], at: 0x40),
        Signature("LUKS", Array("LUKS".utf8) + [0xBA, 0xBE]),
        Signature("QED", Array("QED".utf8) + [0]),
        Signature("Parallels", "WithoutFreeSpace"),
        Signature("Parallels", "WithouFreSpacExt"),
        Signature("Bochs", "Bochs Virtual HD Image"),
        Signature("cloop", "#!/bin/sh\n#V2.0 Format\nmodprobe cloop"),
    ]

    /// Whether QEMU would take the text for a VMDK descriptor: comments and blank lines, then `version=1`, `2` or `3`.
    private static func isVMDKDescriptor(_ bytes: [UInt8]) -> Bool {
        guard bytes.first == UInt8(ascii: "#") else { return false }
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") }
            if isBlank || line.first == UInt8(ascii: "#") { continue }
            return ["version=1", "version=2", "version=3"].contains { line.starts(with: Array($0.utf8)) }
        }
        return false
    }
}
