// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import TestSupport
import XMLTree

/// Random trees of strings that try to break out of wherever they are put.
struct HostileText {
    var generator: SeededRandom

    init(seed: UInt64) {
        generator = SeededRandom(seed: seed)
    }

    private static let pieces = [
        "<", ">", "&", "\"", "'", "]]>", "]]", "<![CDATA[", "-->", "--", "?>", "<?", "&amp;", "&#10;", "&lt;", "\n",
        "\r", "\r\n", "\t", " ", "  ", "/", "\\", "=", "é", "e\u{301}", "𝄞", "\u{85}", "\u{2028}", "\u{FEFF}",
        "\u{7F}", "\u{9F}", "\u{FFFD}", "\u{E000}", "\u{10FFFF}", "日本", "</a>", "<!DOCTYPE", "xmlns", "a", "Z", "0",
        "%",
    ]

    private static let names = ["a", "b-1", "_", "é", "名", "x.y", "a·", "disk", "domain"]

    mutating func string(upTo count: Int = 8) -> String {
        (0..<Int.random(in: 0...count, using: &generator))
            .map { _ in Self.pieces.randomElement(using: &generator) ?? "" }
            .joined()
    }

    mutating func name() -> String {
        Self.names.randomElement(using: &generator) ?? "a"
    }

    mutating func element(depth: Int = 3) -> XMLElement {
        var element = XMLElement(XMLName(name()))
        for _ in 0..<Int.random(in: 0...3, using: &generator) { element[XMLName(name())] = string() }
        for _ in 0..<Int.random(in: 0...4, using: &generator) { element.append(node(depth: depth)) }
        return element
    }

    private mutating func node(depth: Int) -> XMLNode {
        switch Int.random(in: 0...7, using: &generator) {
        case 0, 1, 2: .text(string())
        case 3: .cdata(plainEnds(string()))
        case 4: .comment(plainEnds(string()).filter { $0 != "-" && $0 != ">" })
        case 5: .processingInstruction(target: name(), data: "." + plainEnds(string()).filter { $0 != "?" })
        default: depth > 0 ? .element(element(depth: depth - 1)) : .text(string())
        }
    }

    /// Text without carriage returns, which only text and attributes can carry.
    private func plainEnds(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" }))
    }
}
