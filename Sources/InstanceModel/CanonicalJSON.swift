// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A JSON value whose text is the same for equal values: keys in byte order, no blanks, one way to write each string.
enum CanonicalJSON: Sendable, Hashable {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case array([CanonicalJSON])
    case object([String: CanonicalJSON])

    /// The value as JSON (RFC 8259).
    var text: String {
        var text = ""
        write(to: &text, indentation: nil)
        return text
    }

    /// The value as JSON in several lines, ended by a newline.
    var indentedText: String {
        var text = ""
        write(to: &text, indentation: 0)
        return text + "\n"
    }

    private func write(to text: inout String, indentation: Int?) {
        switch self {
        case .string(let value): Self.write(value, to: &text)
        case .integer(let value): text += String(value)
        case .boolean(let value): text += value ? "true" : "false"
        case .array(let values):
            JSONLayout.write(values, between: ("[", "]"), to: &text, indentation: indentation) { value, text, depth in
                value.write(to: &text, indentation: depth)
            }
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            JSONLayout.write(sorted, between: ("{", "}"), to: &text, indentation: indentation) { member, text, depth in
                Self.write(member.key, to: &text)
                text += depth == nil ? ":" : ": "
                member.value.write(to: &text, indentation: depth)
            }
        }
    }

    /// Escapes what cannot be seen or may not stand in XML, and nothing else.
    private static func write(_ value: String, to text: inout String) {
        let isPlain = value.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }
        guard !isPlain else {
            text += "\""
            text += value
            text += "\""
            return
        }
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                    for unit in String(scalar).utf16 { text += escaped(unit) }
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }

    private static func escaped(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
