// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Names that a careless reader would carry into a path, a command, a log or XML.
public let hostileTexts: [String] = [
    "a\nb", "../etc/passwd", "/", "-rf", "a b", "it's", "say \"hi\"", "]]>", "<!--", "&amp;", "a&b", "$(reboot)",
    "`id`", "a;b", "%s", "\\", "..", ".", "имя", "名前", "cafe\u{301}", "é", "\u{1F600}", "a\u{0}b", "\u{7F}",
    "\u{1B}[31m", "\u{200F}abc", "\u{202E}cba", "\u{FEFF}a", "a\u{2028}b", "a\u{85}b", "\u{FFFE}", "\u{E000}",
    "\r\n", "\t", " ", "a ", " a", "", "~", "null", "true", "123", "1e3", "0x1F", "- a", "a: b", "a #b", "#a", "&a",
    "*a", "!a", "|", ">", "@a", "%a", "{a", "[a", "a,b", "?", String(repeating: "x", count: 300),
    String(repeating: "\u{1F600}", count: 400),
]

extension SeededRandom {
    /// Up to `limit` characters from those that break parsers, and some that do not.
    public mutating func hostileText(limit: Int) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...limit, using: &self) {
            switch Int.random(in: 0..<8, using: &self) {
            case 0: text += hostileTexts.randomElement(using: &self) ?? ""
            case 1: text.unicodeScalars.append(UnicodeScalar(UInt8.random(in: 0...0x7F, using: &self)))
            case 2:
                let value = UInt32.random(in: 0...0x10FFFF, using: &self)
                if let scalar = UnicodeScalar(value) { text.unicodeScalars.append(scalar) }
            default: text += String("abcxyzABZ019-_.:/".randomElement(using: &self) ?? "a")
            }
        }
        return text
    }
}
