// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A document as written: mappings with their keys in order, lists and scalars, each with its place.
///
/// Nothing is resolved here. Whether `2` is a number or text is for the reader to say, which knows what is wanted.
struct DocumentNode: Sendable, Hashable {
    /// What stands there.
    let content: Content
    /// Where it starts.
    let position: Position

    /// What may stand in a document.
    enum Content: Sendable, Hashable {
        /// Keys and values in the order written; a key may appear more than once.
        case mapping([Entry])
        /// Values in order.
        case sequence([DocumentNode])
        /// Text, and whether it was written without quotes and not as a text block.
        case scalar(String, isPlain: Bool)
    }

    /// A key of a mapping with its value.
    struct Entry: Sendable, Hashable {
        /// The key.
        let key: String
        /// Where the key starts.
        let position: Position
        /// The value.
        let value: DocumentNode
    }

    /// A place in a document's text.
    struct Position: Sendable, Hashable, Comparable {
        /// The line, from 1.
        let line: Int
        /// The column, from 0, in bytes.
        let column: Int

        static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// What a plain scalar means by the core schema of YAML 1.2, which reads JSON's scalars as JSON does.
    enum PlainMeaning: Sendable, Hashable {
        case null, boolean, number, text
    }

    /// The meaning of `text` where it stands without quotes.
    static func meaning(ofPlain text: String) -> PlainMeaning {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "false", "False", "FALSE": return .boolean
        default: return isNumber(Array(text.utf8)) ? .number : .text
        }
    }

    private static func isNumber(_ text: [UInt8]) -> Bool {
        if text.starts(with: Array("0x".utf8)) {
            return text.count > 2 && text.dropFirst(2).allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        }
        if text.starts(with: Array("0o".utf8)) {
            return text.count > 2 && text.dropFirst(2).allSatisfy { (0x30...0x37).contains($0) }
        }
        var rest = text[...]
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest.removeFirst() }
        if [".inf", ".Inf", ".INF"].contains(where: { $0.utf8.elementsEqual(rest) }) { return true }
        if [".nan", ".NaN", ".NAN"].contains(where: { $0.utf8.elementsEqual(text) }) { return true }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard !(whole.isEmpty && fraction.isEmpty) else { return false }
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            rest.removeFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest.removeFirst() }
            return !rest.isEmpty && rest.allSatisfy(isDigit)
        }
        return rest.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte)
    }
}
