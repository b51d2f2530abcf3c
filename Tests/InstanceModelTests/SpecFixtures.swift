// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import TestSupport

/// One violation as a test expects it.
func violation(_ value: String, _ rule: String, _ remedy: String) -> RuleViolation {
    RuleViolation(value: value, rule: rule, remedy: remedy)
}

/// A problem as `path:line: rule`, the form in which a test lists what it expects.
func brief(_ problems: [SpecProblem]) -> [String] {
    problems.map { "\($0.path):\($0.line.map(String.init) ?? "-"): \($0.violation.rule)" }
}

/// The problems of a document that is refused; none where it is read.
func problems(in text: String) -> [SpecProblem] {
    do {
        _ = try InstanceDocument.parse(text)
        return []
    } catch {
        return error.problems
    }
}

/// Names that a careless reader would carry into a path, a command, a log or XML.
let hostileTexts: [String] = [
    "a\nb", "../etc/passwd", "/", "-rf", "a b", "it's", "say \"hi\"", "]]>", "<!--", "&amp;", "a&b", "$(reboot)",
    "`id`", "a;b", "%s", "\\", "..", ".", "имя", "名前", "cafe\u{301}", "é", "\u{1F600}", "a\u{0}b", "\u{7F}",
    "\u{1B}[31m", "\u{200F}abc", "\u{202E}cba", "\u{FEFF}a", "a\u{2028}b", "a\u{85}b", "\u{FFFE}", "\u{E000}",
    "\r\n", "\t", " ", "a ", " a", "", "~", "null", "true", "123", "1e3", "0x1F", "- a", "a: b", "a #b", "#a", "&a",
    "*a", "!a", "|", ">", "@a", "%a", "{a", "[a", "a,b", "?", String(repeating: "x", count: 300),
    String(repeating: "\u{1F600}", count: 400),
]

extension SeededRandom {
    /// Up to `limit` characters from those that break parsers, and some that do not.
    mutating func hostileText(limit: Int) -> String {
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

/// `text` as a JSON string in which each UTF-16 unit is escaped.
func jsonString(_ text: String) -> String {
    let units = text.utf16.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "\"" + units.joined() + "\""
}
