// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The parser's view of lines: where it stands, blanks, comments, and what it says where it cannot go on.
extension DocumentParser {
    var current: UInt8 { bytes[index] }
    var column: Int { index - lineStart }
    var position: DocumentNode.Position { DocumentNode.Position(line: line, column: column) }

    /// Whether nothing of this document is left: the end of the text or a document marker.
    var atEnd: Bool { current == 0 || atMarker(UInt8(ascii: "-")) || atMarker(UInt8(ascii: ".")) }

    /// Whether a line starts here with `byte` three times, alone: `---` or `...`.
    func atMarker(_ byte: UInt8) -> Bool {
        column == 0 && current == byte && bytes[index + 1] == byte && bytes[index + 2] == byte
            && endsToken(bytes[index + 3])
    }

    /// Whether the byte here is `indicator` and stands alone, as `-` in `- item`.
    func atIndicator(_ indicator: UInt8) -> Bool {
        current == indicator && endsToken(bytes[index + 1])
    }

    func endsToken(_ byte: UInt8) -> Bool {
        byte == 0 || byte == UInt8(ascii: "\n") || Self.isBlank(byte)
    }

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    static func isFlowIndicator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"): true
        default: false
        }
    }

    mutating func skipBlanks() {
        while Self.isBlank(current) { index += 1 }
    }

    mutating func skipLineBreak() {
        index += 1
        line += 1
        lineStart = index
    }

    /// Leaves a comment behind, if one stands here; a `#` inside a word is none.
    mutating func skipComment() {
        guard current == UInt8(ascii: "#"), index == lineStart || Self.isBlank(bytes[index - 1]) else { return }
        while current != 0, current != UInt8(ascii: "\n") { index += 1 }
    }

    /// Goes to the next content of the block context: over blanks, comments and empty lines.
    mutating func skipToContent() throws(InvalidSpec) {
        while true {
            while current == UInt8(ascii: " ") { index += 1 }
            let indentation = self
            skipBlanks()
            skipComment()
            if current == UInt8(ascii: "\n") {
                skipLineBreak()
                continue
            }
            if current != 0, indentation.current == UInt8(ascii: "\t") {
                self = indentation
                throw tabFailure()
            }
            return
        }
    }

    /// Goes over blanks, comments and line breaks inside brackets or braces.
    mutating func skipFlowSpace() throws(InvalidSpec) {
        while true {
            skipBlanks()
            skipComment()
            guard current == UInt8(ascii: "\n") else { break }
            skipLineBreak()
        }
        guard !atEnd else { throw failure("a bracket or brace is never closed", remedy: "close it with ] or }") }
    }

    /// Requires that nothing but a comment is left on this line.
    mutating func finishLine(after what: String) throws(InvalidSpec) {
        skipBlanks()
        skipComment()
        guard current == 0 || current == UInt8(ascii: "\n") else {
            if atIndicator(UInt8(ascii: ":")) {
                throw failure(
                    "a value on its key's line holds no further key", remedy: "put text that holds `: ` in quotes")
            }
            throw failure("the line goes on after \(what)", remedy: "put the whole text in quotes")
        }
    }

    /// A failure at this place; the text is never part of it, since it may be secret.
    func failure(_ rule: String, remedy: String, value: String = "") -> InvalidSpec {
        InvalidSpec(line: line, value: value, rule: rule, remedy: remedy)
    }

    func tabFailure() -> InvalidSpec {
        failure("lines are indented with spaces, never with tabs", remedy: "put spaces in place of the tab")
    }
}
