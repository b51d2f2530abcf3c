// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A document's bytes, known to be UTF-8 of bounded size, without control characters, and with `\n` between lines.
struct DocumentSource: Sendable {
    /// The bytes, without a byte order mark.
    let bytes: [UInt8]

    /// The largest document.
    static let maximumBytes = 1 << 20

    /// Checks and normalizes `bytes`.
    ///
    /// - Throws: ``InvalidSpec`` with one problem where they are not a document's text.
    init(_ bytes: [UInt8]) throws(InvalidSpec) {
        guard bytes.count <= Self.maximumBytes else {
            throw InvalidSpec(
                line: nil, value: "\(bytes.count) bytes", rule: "a document has at most 1 MiB",
                remedy: "keep long user data in a file of its own, and name it with `user_data_file`")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw InvalidSpec(
                line: Self.firstInvalidLine(of: bytes), value: "", rule: "a document is text in UTF-8",
                remedy: "save it as UTF-8")
        }
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        if let offence = Self.firstControl(in: text) {
            throw InvalidSpec(
                line: offence.line, value: offence.character,
                rule: "a document holds no control characters, and its lines end with LF or CR LF",
                remedy: #"remove it, or write it escaped in double quotes, such as "\u0007""#)
        }
        let carriageReturn = UInt8(ascii: "\r")
        self.bytes = text.contains(carriageReturn) ? text.filter { $0 != carriageReturn } : text
    }

    private static func firstInvalidLine(of bytes: [UInt8]) -> Int? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
    }

    /// The first character that YAML forbids or that some readers, and not others, take for the end of a line.
    private static func firstControl(in bytes: [UInt8]) -> (line: Int, character: String)? {
        var line = 1
        for (index, byte) in bytes.enumerated() {
            let length: Int
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                continue
            case UInt8(ascii: "\t"): continue
            case UInt8(ascii: "\r") where index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n"): continue
            case 0..<0x20, 0x7F: length = 1
            case 0xC2 where bytes[index + 1] < 0xA0: length = 2
            case 0xE2 where bytes[index + 1] == 0x80 && (0xA8...0xA9).contains(bytes[index + 2]): length = 3
            case 0xEF where bytes[index + 1] == 0xBF && bytes[index + 2] >= 0xBE: length = 3
            default: continue
            }
            return (line, String(decoding: bytes[index..<(index + length)], as: UTF8.self))
        }
        return nil
    }
}

extension InvalidSpec {
    /// One problem with a document as a whole.
    init(line: Int?, value: String, rule: String, remedy: String) {
        self.init(problems: [
            SpecProblem(path: "", line: line, violation: RuleViolation(value: value, rule: rule, remedy: remedy))
        ])
    }
}
