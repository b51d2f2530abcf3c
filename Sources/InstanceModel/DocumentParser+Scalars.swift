// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Plain and quoted text.
extension DocumentParser {
    /// Refuses what no plain text starts with, and says what it is.
    func requirePlainStart(inFlow: Bool) throws(InvalidSpec) {
        switch current {
        case UInt8(ascii: "&"), UInt8(ascii: "*"):
            throw failure(
                "anchors and aliases are not read", remedy: "write the value out, or put text that starts so in quotes",
                value: String(UnicodeScalar(current)))
        case UInt8(ascii: "!"):
            throw failure(
                "tags are not read", remedy: "remove it, or put text that starts so in quotes", value: "!")
        case UInt8(ascii: "|"), UInt8(ascii: ">"):
            throw failure(
                "a text block starts on its key's line", remedy: "write key: |, and the text on the next lines")
        // Readers disagree about `{?a: b}`.
        case UInt8(ascii: "?") where inFlow: break
        case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
            let next = bytes[index + 1]
            guard endsToken(next) || (inFlow && Self.isFlowIndicator(next)) else { return }
        case 0, UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"):
            break
        default: return
        }
        throw failure(
            "no text starts with this character outside of quotes", remedy: "put the text in quotes",
            value: current == 0 ? "" : String(UnicodeScalar(current)))
    }

    func refuseMerge(_ key: String, isPlain: Bool, at place: DocumentNode.Position) throws(InvalidSpec) {
        guard isPlain, key == "<<" else { return }
        throw InvalidSpec(
            line: place.line, value: key, rule: "merge keys are not read", remedy: "write the keys out")
    }

    /// Plain text up to the end of this line, a `: `, a comment, or, inside brackets, one of `,[]{}`.
    mutating func plainLine(inFlow: Bool) -> String {
        let start = index
        var end = index
        while current != 0, current != UInt8(ascii: "\n") {
            let next = bytes[index + 1]
            if current == UInt8(ascii: ":"), endsToken(next) || (inFlow && Self.isFlowIndicator(next)) { break }
            if current == UInt8(ascii: "#"), index > start, Self.isBlank(bytes[index - 1]) { break }
            if inFlow, Self.isFlowIndicator(current) { break }
            index += 1
            if !Self.isBlank(bytes[index - 1]) { end = index }
        }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// Plain text in block context, with the lines that continue it: those deeper than `parent`.
    mutating func plainText(parent: Int) throws(InvalidSpec) -> String {
        var text = plainLine(inFlow: false)
        while let breaks = try continuation(deeperThan: parent) {
            text += Self.folded(breaks: breaks)
            text += plainLine(inFlow: false)
        }
        return text
    }

    /// Plain text inside brackets or braces, with the lines that continue it.
    mutating func flowPlainText() throws(InvalidSpec) -> String {
        var text = plainLine(inFlow: true)
        while let breaks = try continuation(deeperThan: -1) {
            guard !Self.isFlowIndicator(current), !atIndicator(UInt8(ascii: ":")) else { break }
            text += Self.folded(breaks: breaks)
            text += plainLine(inFlow: true)
        }
        return text
    }

    /// Goes to the line that continues plain text, and tells the line breaks before it; nil, with nothing read, where
    /// the text ends.
    private mutating func continuation(deeperThan parent: Int) throws(InvalidSpec) -> Int? {
        let end = self
        var breaks = 0
        while current == UInt8(ascii: "\n") {
            skipLineBreak()
            breaks += 1
            while current == UInt8(ascii: " ") { index += 1 }
            if current == UInt8(ascii: "\t") {
                let indentation = self
                skipBlanks()
                if current != UInt8(ascii: "\n"), current != 0 {
                    self = indentation
                    throw tabFailure()
                }
            }
        }
        guard breaks > 0, !atEnd, column > parent, current != UInt8(ascii: "#") else {
            self = end
            return nil
        }
        return breaks
    }

    /// What line breaks inside plain or quoted text become: one a space, more one break less.
    static func folded(breaks: Int) -> String {
        breaks == 1 ? " " : String(repeating: "\n", count: breaks - 1)
    }

    /// Text in single or double quotes.
    mutating func quoted() throws(InvalidSpec) -> String {
        let opening = self
        let quote = current
        let isDouble = quote == UInt8(ascii: "\"")
        var text: [UInt8] = []
        // Blanks before a line break are dropped, but not those that an escape made.
        var kept = 0
        index += 1
        while true {
            switch current {
            case 0:
                throw opening.failure("a quote is never closed", remedy: "close it, or put all the text in quotes")
            case quote where !isDouble && bytes[index + 1] == quote:
                text.append(quote)
                index += 2
            case quote:
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\") where isDouble:
                if bytes[index + 1] == UInt8(ascii: "\n") {
                    index += 1
                    let breaks = try quotedLineBreaks(opening: opening)
                    text += Array(repeating: UInt8(ascii: "\n"), count: breaks - 1)
                } else {
                    text += Array(String(try escape()).utf8)
                }
                kept = text.count
            case UInt8(ascii: "\n"):
                while text.count > kept, let last = text.last, Self.isBlank(last) { text.removeLast() }
                text += Array(Self.folded(breaks: try quotedLineBreaks(opening: opening)).utf8)
                kept = text.count
            default:
                text.append(current)
                index += 1
            }
        }
    }

    private mutating func quotedLineBreaks(opening: DocumentParser) throws(InvalidSpec) -> Int {
        var breaks = 0
        while current == UInt8(ascii: "\n") {
            skipLineBreak()
            breaks += 1
            guard !atEnd else {
                throw opening.failure("a quote is never closed", remedy: "close it, or put all the text in quotes")
            }
            skipBlanks()
        }
        return breaks
    }

    /// The character that the escape sequence here stands for.
    private mutating func escape() throws(InvalidSpec) -> Character {
        let name = bytes[index + 1]
        index += 2
        switch name {
        case UInt8(ascii: "x"): return Character(try scalar(hexDigits(2)))
        case UInt8(ascii: "u"): return Character(try scalar(surrogatePairOrUnit()))
        case UInt8(ascii: "U"): return Character(try scalar(hexDigits(8)))
        default:
            guard let value = Self.escapes[name] else {
                throw failure(
                    #"in double quotes a backslash starts an escape, such as \n or \u00e9"#,
                    remedy: #"write \\ for a backslash, or use single quotes"#)
            }
            return Character(value)
        }
    }

    private mutating func surrogatePairOrUnit() throws(InvalidSpec) -> UInt32 {
        let unit = try hexDigits(4)
        guard (0xD800...0xDBFF).contains(unit), current == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { return unit }
        index += 2
        let second = try hexDigits(4)
        guard (0xDC00...0xDFFF).contains(second) else { return unit }
        return 0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)
    }

    private mutating func hexDigits(_ count: Int) throws(InvalidSpec) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = Character(UnicodeScalar(current)).hexDigitValue else {
                throw failure("an escape has \(count) hexadecimal digits", remedy: #"for example \u00e9"#)
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private func scalar(_ value: UInt32) throws(InvalidSpec) -> UnicodeScalar {
        guard let scalar = UnicodeScalar(value) else {
            throw failure("an escape names a character of Unicode", remedy: #"for example \u00e9, or \ud83d\ude00"#)
        }
        return scalar
    }

    private static let escapes: [UInt8: UnicodeScalar] = [
        UInt8(ascii: "0"): "\0", UInt8(ascii: "a"): "\u{7}", UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "t"): "\t",
        UInt8(ascii: "\t"): "\t", UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{B}", UInt8(ascii: "f"): "\u{C}",
        UInt8(ascii: "r"): "\r", UInt8(ascii: "e"): "\u{1B}", UInt8(ascii: " "): " ", UInt8(ascii: "\""): "\"",
        UInt8(ascii: "/"): "/", UInt8(ascii: "\\"): "\\", UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{A0}",
        UInt8(ascii: "L"): "\u{2028}", UInt8(ascii: "P"): "\u{2029}",
    ]
}
