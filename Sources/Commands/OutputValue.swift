// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel

/// A result as structured data, with its keys in the order in which they are documented.
indirect enum OutputValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case string(String)
    case array([OutputValue])
    case object([Member])

    /// A key and its value.
    struct Member: Sendable, Hashable {
        let key: String
        let value: OutputValue

        init(_ key: String, _ value: OutputValue) {
            self.key = key
            self.value = value
        }
    }

    /// A string, or null.
    static func optional(_ text: String?) -> OutputValue {
        text.map(OutputValue.string) ?? .null
    }

    /// A count of bytes; one that JSON readers could not keep is capped at the largest signed number.
    static func bytes(_ count: UInt64) -> OutputValue {
        .integer(Int64(clamping: count))
    }

    /// An object of strings, ordered by key.
    static func labels(_ pairs: [String: String]) -> OutputValue {
        .object(pairs.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
    }

    /// The same object with more members at its end; anything else stays as it is.
    func adding(_ members: [Member]) -> OutputValue {
        guard case .object(let own) = self else { return self }
        return .object(own + members)
    }
}

extension OutputValue {
    /// JSON (RFC 8259) in several lines, ended by a newline.
    var prettyJSON: String {
        var text = ""
        write(to: &text, indentation: 0)
        return text + "\n"
    }

    /// JSON on one line, ended by a newline.
    var lineJSON: String {
        var text = ""
        write(to: &text, indentation: nil)
        return text + "\n"
    }

    private func write(to text: inout String, indentation: Int?) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .string(let value): Self.quote(value, into: &text)
        case .array(let values):
            JSONLayout.write(values, between: ("[", "]"), to: &text, indentation: indentation) { value, text, depth in
                value.write(to: &text, indentation: depth)
            }
        case .object(let members):
            JSONLayout.write(members, between: ("{", "}"), to: &text, indentation: indentation) { member, text, depth in
                Self.quote(member.key, into: &text)
                text += depth == nil ? ":" : ": "
                member.value.write(to: &text, indentation: depth)
            }
        }
    }

    /// Escapes what JSON must escape, and what would act on a terminal, which JSON may escape.
    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if TerminalText.isSafe(scalar) {
                    text.unicodeScalars.append(scalar)
                } else {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                    }
                }
            }
        }
        text += "\""
    }
}
