// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What XML 1.0 (fifth edition) and Namespaces in XML allow in names and values.
enum EncodingRules {
    /// Refuses a value with a character outside production 2, `Char`; carriage returns too where nothing escapes them.
    static func check(
        _ text: String, escaped: Bool = true, place: @autoclosure () -> String
    ) throws(XMLError) {
        var text = text
        let isPlain = text.withUTF8 { bytes in
            bytes.allSatisfy { ($0 >= 0x20 && $0 != 0xEF) || $0 == 0x0A || $0 == 0x09 || ($0 == 0x0D && escaped) }
        }
        guard !isPlain else { return }
        let refused = text.unicodeScalars.first { scalar in
            switch scalar.value {
            case 0x09, 0x0A: false
            case 0x0D: !escaped
            case ..<0x20, 0xFFFE, 0xFFFF: true
            default: false
            }
        }
        if let refused { throw .unencodable(.character(refused), place: place()) }
    }

    /// Refuses what is not an `NCName`.
    static func checkName(_ name: String) throws(XMLError) {
        var name = name
        let isPlain = name.withUTF8 { bytes in
            bytes.first.map { isPlainStart($0) } ?? false
                && bytes.allSatisfy { isPlainStart($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E }
        }
        guard !isPlain else { return }
        var scalars = name.unicodeScalars.makeIterator()
        guard let first = scalars.next(), isNameStart(first) else { throw .invalidName(name) }
        while let scalar = scalars.next() {
            guard isNameStart(scalar) || isNameRest(scalar) else { throw .invalidName(name) }
        }
    }

    /// Refuses a comment that would end early.
    static func checkComment(_ text: String, place: @autoclosure () -> String) throws(XMLError) {
        try check(text, escaped: false, place: place())
        let scalars = text.unicodeScalars
        let hasDashes = zip(scalars, scalars.dropFirst()).contains { $0 == "-" && $1 == "-" }
        guard !hasDashes, scalars.last != "-" else { throw .unencodable(.comment, place: place()) }
    }

    /// Refuses an instruction that would end early or come back changed.
    static func checkInstruction(
        target: String, data: String, place: @autoclosure () -> String
    ) throws(XMLError) {
        try checkName(target)
        guard target.lowercased() != "xml" else { throw .invalidName(target) }
        try check(data, escaped: false, place: place())
        let scalars = data.unicodeScalars
        let hasEnd = zip(scalars, scalars.dropFirst()).contains { $0 == "?" && $1 == ">" }
        let startsBlank = scalars.first.map { " \t\n\r".unicodeScalars.contains($0) } ?? false
        guard !hasEnd, !startsBlank else { throw .unencodable(.processingInstruction, place: place()) }
    }

    /// Refuses a namespace URI that libxml2, which escapes nothing there, would write wrongly.
    static func checkNamespace(_ uri: String, place: @autoclosure () -> String) throws(XMLError) {
        try check(uri, place: place())
        guard uri.unicodeScalars.allSatisfy({ $0.value > 0x20 && !"\"'<>&".unicodeScalars.contains($0) }) else {
            throw .unencodable(.namespace(uri), place: place())
        }
    }

    /// Whether an ASCII byte may begin a name.
    private static func isPlainStart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
    }

    private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x61...0x7A, 0x41...0x5A, 0x5F: true
        case ..<0xC0: false
        case 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF, 0x200C...0x200D: true
        case 0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD: true
        case 0x10000...0xEFFFF: true
        default: false
        }
    }

    private static func isNameRest(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x2D, 0x2E, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
        default: false
        }
    }
}
