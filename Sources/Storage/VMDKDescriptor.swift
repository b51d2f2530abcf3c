// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The text in a VMDK that tells its type, its parent and the files that hold its data.
struct VMDKDescriptor {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Makes sure that the disk is this file alone.
    ///
    /// - Throws: ``StorageError/refused(_:_:)``.
    func check(_ file: JudgedFile, isCompressed: Bool) throws(StorageError) {
        try file.require(
            bytes.starts(with: Array("# Disk DescriptorFile".utf8))
                && bytes.allSatisfy { $0 >= 0x20 || [0x09, 0x0A, 0x0D].contains($0) },
            "its descriptor is a text that says so")
        var type: String?
        var extents = 0
        // A tab separates as a space does.
        let lines = bytes.map { $0 == 0x09 ? 0x20 : $0 }.split { $0 == 0x0A || $0 == 0x0D }
        for line in lines.map({ String(decoding: $0, as: UTF8.self).trimmingSpaces }) where !line.hasPrefix("#") {
            if ["RW ", "RDONLY ", "NOACCESS "].contains(where: line.uppercased().hasPrefix) {
                extents += 1
                guard Self.isOwn(line) else { throw file.refusal(.externalDataFile) }
                continue
            }
            guard let equals = line.firstIndex(of: "=") else { continue }
            let key = String(line[..<equals]).trimmingSpaces.lowercased()
            let value = String(line[line.index(after: equals)...]).trimmingSpaces
            switch key {
            case "createtype":
                try file.require(type == nil, "its descriptor has one type")
                type = value.filter { $0 != "\"" }
            case "parentcid" where value.lowercased() != "ffffffff": throw file.refusal(.backingFile)
            case "parentfilenamehint": throw file.refusal(.backingFile)
            default: break
            }
        }
        let expected = isCompressed ? "streamOptimized" : "monolithicSparse"
        guard type == expected else {
            throw file.refusal(
                .subformat("VMDK of type \(Self.shown(type))", allowed: "monolithicSparse or streamOptimized"))
        }
        guard extents == 1 else { throw file.refusal(.externalDataFile) }
    }

    /// Whether an extent's line means this file: `ACCESS SECTORS SPARSE "NAME"`, where the name is nothing but a name.
    private static func isOwn(_ line: String) -> Bool {
        let words = line.split(separator: " ", maxSplits: 3)
        guard words.count == 4, words[1].allSatisfy(\.isNumber), words[2].uppercased() == "SPARSE" else { return false }
        let name = String(words[3]).trimmingSpaces
        return name.count > 2 && name.hasPrefix("\"") && name.hasSuffix("\"")
            && !name.contains(where: { $0 == "/" || $0 == "\\" || $0 == ":" })
    }

    private static func shown(_ type: String?) -> String {
        guard let type else { return "none" }
        let known = type.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return known && type.utf8.count <= 40 ? type : "another name"
    }
}

extension String {
    /// Without spaces at both ends.
    fileprivate var trimmingSpaces: String {
        let isBlank: (Character) -> Bool = { $0 == " " }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
