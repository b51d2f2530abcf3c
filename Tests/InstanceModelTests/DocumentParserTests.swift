// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing
import Yams

@testable import InstanceModel

/// A tree as JSON-like text: what a test compares.
func outline(_ node: DocumentNode) -> String {
    switch node.content {
    case .mapping(let entries):
        "{" + entries.map { "\(quoted($0.key)): \(outline($0.value))" }.joined(separator: ", ") + "}"
    case .sequence(let items): "[" + items.map(outline).joined(separator: ", ") + "]"
    case .scalar(let text, let isPlain): isPlain ? "<\(text)>" : quoted(text)
    }
}

/// The same outline of a tree of Yams, an independent reader.
func outline(_ node: Node) -> String {
    switch node {
    case .mapping(let mapping):
        "{" + mapping.map { "\(quoted($0.key.string ?? "")): \(outline($0.value))" }.joined(separator: ", ") + "}"
    case .sequence(let items): "[" + items.map(outline).joined(separator: ", ") + "]"
    case .scalar(let scalar): scalar.style == .plain ? "<\(scalar.string)>" : quoted(scalar.string)
    case .alias: "alias"
    }
}

/// A comment in front of what Yams reads: Yams keeps a pointer into its text, and a small string has no lasting place.
let independentPrefix = "# This comment makes the text longer than a small string.\n"

private func quoted(_ text: String) -> String {
    "\"" + text.unicodeScalars.map { $0.escaped(asASCII: false) }.joined() + "\""
}

@Suite("Reading a document's text")
struct DocumentParserTests {
    static let readable: [String] = [
        "a: 1", "a: 1\n", "\n\n# comment\n\na: 1 # comment\n\n", "---\na: 1\n...\n", "--- # c\na: b\n",
        "a:\n  b: c\n  d:\n    e: f\ng: h\n", "a:\n- 1\n- 2\nb: 3\n", "a:\n  - 1\n  - 2\n", "- a\n- b\n",
        "- - a\n  - b\n- c\n",
        "- a: 1\n  b: 2\n- a: 3\n", "-\n  a: 1\n-\n  - b\n", "a:\nb:\n", "- \n- a\n", "a: [1, 2, [3, {b: c}]]\n",
        "a: {b: c, \"d\": 'e', f: [g]}\n", "a: [\n  1, # one\n  2,\n]\n", "a: {\n  b: c,\n  d: e\n}\n",
        "a: []\nb: {}\n",
        "a: {b: , c: }\n", "a: \"x\\ty\\u00e9\\x41\\U0001F600\\\\\\\"\\/\\0\\e\\N\\_\\L\\P\"\n", "a: 'it''s'\n",
        "a: \"one\n  two\n\n  three\"\n", "a: 'one\n  two\n\n\n  three  '\n", "a: \"one \\\n   two \\n  \n  three\"\n",
        "a: \"x\\\n\n  y\"\n", "a: \" \\t \n x\"\n", "a: one\n  two\n\n  three\nb: 4\n", "a: one # c\nb: two\n",
        "a: |\n  one\n    two\n\n  three\n\nb: 1\n", "a: |-\n  one\n  two\n\n", "a: |+\n  one\n\n\nb: 1\n",
        "a: |\n  one",
        "a: |2\n   one\n  two\n", "a: |1-\n  one\n", "a: |\n\n  one\n", "a: |\nb: 1\n", "a: |+\n\n\nb: 1\n",
        "a: >\n  one\n  two\n\n  three\n",
        "a: >\n  one\n    more\n  two\n", "a: >-\n  one\n\n\n  two\n   \n", "a: >+\n  one\n\n",
        "- |\n one\n- >\n two\n",
        "a:\n- |\n  one\n- b: |\n    two\n", "a: |\n  # no comment\n  key: value\n", "a: >\n  one\n  \ttwo\n",
        "a: x:y\nb: http://example.org/#x\nc: a#b\n", "a: -1\nb: -x\nc: ?x\nd: :x\n", "\"a b\": 1\n'c': 2\n",
        "a b: c d\n",
        "a : b\n", "a:    b   \n", "a:\t\tb\t\n", "名前: значение \u{1F600}\n", "a: 1\r\nb: |\r\n  x\r\n  y\r\n",
        "{\"a\": 1, \"b\": [true, null, -1.5e3], \"c\": {\"d\": \"\\u00e9\\n\"}}", "{\"a\":1,\"b\":[\"x\",\"y\"]}\n",
        "[a, b]\n",
        "a: [a b, c\n  d, -1, x:y]\n", "a: ~\nb: null\nc: yes\nd: 0x10\n", "a: \"\"\nb: ''\n",
        "a: # c\n  b\n",
        "a:\n  b\n", "a: \n\n  - b\n\n  - c\n", "a: x\n# c\n  # d\nb: y\n", "a:\n    b: c\n#d\n    e: f\n",
        "a: 1\n...\n# end\n",
        "a: <<\n", "a: 2024-01-01\nb: 12:30:45\n", "a: x!\n", "a: x &b *c\n",
    ]

    @Test("reads what an independent reader of YAML reads", arguments: readable)
    func agreesWithYams(text: String) throws {
        let expected = try #require(try Yams.compose(yaml: independentPrefix + text))
        #expect(outline(try DocumentParser.parse(Array(text.utf8))) == outline(expected))
    }

    @Test("keeps keys in order, repeated ones too, with their lines")
    func keepsOrder() throws {
        let tree = try DocumentParser.parse(Array("b: 1\na:\n  c: 2\nb: 3\n".utf8))
        guard case .mapping(let entries) = tree.content else { return #expect(Bool(false), "no mapping") }
        #expect(entries.map(\.key) == ["b", "a", "b"])
        #expect(entries.map(\.position.line) == [1, 2, 4])
        #expect(entries.map(\.value.position.line) == [1, 3, 4])
    }

    @Test(
        "reads JSON's escapes with surrogate pairs, in YAML too",
        arguments: [
            (#"{"a": "\uD83D\uDE00\u0000"}"#, #"{"a": "😀\0"}"#), (#"a: "\ud83d\ude00""#, #"{"a": "😀"}"#),
            (#"{"a":"\/\b\f","b":1.0}"#, #"{"a": "/\u{08}\u{0C}", "b": <1.0>}"#),
        ])
    func surrogates(text: String, expected: String) throws {
        #expect(outline(try DocumentParser.parse(Array(text.utf8))) == expected)
    }

    @Test("reads text with a byte order mark")
    func skipsByteOrderMark() throws {
        #expect(outline(try DocumentParser.parse(Array("\u{FEFF}a: 1\n".utf8))) == #"{"a": <1>}"#)
    }

    static let refused: [(String, Int?, String)] = [
        ("", 1, "a document describes an instance; this one is empty"),
        ("# nothing\n\n", 3, "a document describes an instance; this one is empty"),
        ("---\n...\n", 2, "a document describes an instance; this one is empty"),
        ("a: &x 1\n", 1, "anchors and aliases are not read"), ("a: 1\nb: *x\n", 2, "anchors and aliases are not read"),
        ("a:\n  &x b: 1\n", 2, "anchors and aliases are not read"),
        ("a: [&x b]\n", 1, "anchors and aliases are not read"),
        ("*x : 1\n", 1, "anchors and aliases are not read"), ("a: !!str 1\n", 1, "tags are not read"),
        ("a: !mine {}\n", 1, "tags are not read"), ("- !<tag:x> a\n", 1, "tags are not read"),
        ("a: 1\n<<: {b: c}\n", 2, "merge keys are not read"), ("{<<: {b: c}}\n", 1, "merge keys are not read"),
        ("%YAML 1.2\n---\na: 1\n", 1, "directives are not read"), ("a: 1\n---\nb: 1\n", 2, "a file holds one document"),
        ("a: 1\n...\n---\nb: 1\n", 3, "a file holds one document"),
        ("a:\n\tb: 1\n", 2, "lines are indented with spaces, never with tabs"),
        ("a: |\n\tb\n", 2, "lines are indented with spaces, never with tabs"),
        ("-\tb: 1\n", 1, "lines are indented with spaces, never with tabs"),
        ("a: b: c\n", 1, "a value on its key's line holds no further key"),
        ("a: b\n  c: d\n", 2, "a value on its key's line holds no further key"),
        ("a: \"b\" c\n", 1, "the line goes on after the value"), ("a: [1] 2\n", 1, "the line goes on after the value"),
        ("a: | x\n  y\n", 1, "the line goes on after the mark of a text block"),
        (
            "a: 1\n  \nb:\n    c: 1\n  d: 2\n", 5,
            "each line of a mapping is `key: value`, and its keys start in one column"
        ),
        ("a: 1\nb\n", 2, "each line of a mapping is `key: value`, and its keys start in one column"),
        ("a: 1\n- b\n", 2, "each line of a mapping is `key: value`, and its keys start in one column"),
        ("- a\nb: 1\n", 2, "the items of a list start in one column with `- `"),
        ("  a: 1\nb: 2\n", 2, "the text does not belong to what stands above it"),
        ("a: - b\n", 1, "a list starts on the line after its key"),
        ("? a\n: b\n", 1, "keys marked with `?` are not read"),
        ("a: \"b\n", 1, "a quote is never closed"), ("a: 'b\nc: d\n", 1, "a quote is never closed"),
        ("a: \"b\n---\nc\"\n", 1, "a quote is never closed"), ("a: [1, 2\n", 2, "a bracket or brace is never closed"),
        ("a: {b: 1\n---\n}", 2, "a bracket or brace is never closed"),
        ("a: [1 [2]]\n", 1, "commas stand between the parts of a list or mapping"),
        ("a: [b: c]\n", 1, "a list in brackets holds no `key: value`"),
        ("a: {b}\n", 1, "each key in braces has a value"),
        ("a: {b:1}\n", 1, "each key in braces has a value"), ("{[a]: b}\n", 1, "a key is text"),
        ("a: [1,,2]\n", 1, "no text starts with this character outside of quotes"),
        ("a: @b\n", 1, "no text starts with this character outside of quotes"),
        ("a: %b\n", 1, "no text starts with this character outside of quotes"),
        ("a: \"\\q\"\n", 1, #"in double quotes a backslash starts an escape, such as \n or \u00e9"#),
        ("a: \"\\u12g4\"\n", 1, "an escape has 4 hexadecimal digits"),
        ("a: \"\\uD83D\"\n", 1, "an escape names a character of Unicode"),
        ("a: \"\\uD83D\\u0041\"\n", 1, "an escape names a character of Unicode"),
        ("a: \"\\uDE00\"\n", 1, "an escape names a character of Unicode"),
        ("a: \"\\U00110000\"\n", 1, "an escape names a character of Unicode"),
        ("a: |\n    \n  b\n", 3, "an empty line before a text block's first line is not deeper than that line"),
        ("a:\n  |\n  b\n", 2, "a text block starts on its key's line"),
        ("a: 1\nb: \u{7}\n", 2, "a document holds no control characters, and its lines end with LF or CR LF"),
        ("a: 1\rb: 2\n", 1, "a document holds no control characters, and its lines end with LF or CR LF"),
        ("a: \u{2028}\n", 1, "a document holds no control characters, and its lines end with LF or CR LF"),
        ("a: \u{85}\n", 1, "a document holds no control characters, and its lines end with LF or CR LF"),
        ("a: \u{FFFE}\n", 1, "a document holds no control characters, and its lines end with LF or CR LF"),
    ]

    @Test("refuses what it does not read, with the line and the reason", arguments: refused)
    func refuses(text: String, line: Int?, rule: String) {
        let error = #expect(throws: InvalidSpec.self) { try DocumentParser.parse(Array(text.utf8)) }
        #expect(brief(error?.problems ?? []) == [":\(line.map(String.init) ?? "-"): \(rule)"])
    }

    @Test("refuses text that is not UTF-8, with its line")
    func refusesOtherEncodings() {
        for bytes: [UInt8] in [[0xFF, 0xFE, 0x61, 0x00], [0x61, 0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] {
            let error = #expect(throws: InvalidSpec.self) { try DocumentParser.parse(Array("a: 1\nb: ".utf8) + bytes) }
            #expect(brief(error?.problems ?? []) == [":2: a document is text in UTF-8"])
        }
    }

    @Test("refuses more than 1 MiB")
    func refusesLargeDocuments() throws {
        let fits = "a: " + String(repeating: "x", count: (1 << 20) - 3)
        _ = try DocumentParser.parse(Array(fits.utf8))
        let error = #expect(throws: InvalidSpec.self) { try DocumentParser.parse(Array(fits.utf8) + [0x78]) }
        #expect(brief(error?.problems ?? []) == [":-: a document has at most 1 MiB"])
    }

    @Test(
        "refuses deep nesting however it is written",
        arguments: [
            String(repeating: "[", count: 1 << 20), String(repeating: "{a: ", count: 1 << 18),
            String(repeating: "- ", count: 1 << 19), String(repeating: "{\"a\":[", count: 100_000),
            (0..<1000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        ])
    func refusesDeepNesting(text: String) {
        let error = #expect(throws: InvalidSpec.self) { try DocumentParser.parse(Array(text.utf8)) }
        #expect(error?.problems.map(\.violation.rule) == ["a document nests at most 32 levels"])
    }

    @Test("reads 32 levels")
    func readsAllowedDepth() throws {
        let text = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(outline(try DocumentParser.parse(Array(text.utf8))) == text)
    }

    @Test("refuses a document that would expand, before anything expands")
    func refusesBillionLaughs() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1..<30 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: InvalidSpec.self) { try DocumentParser.parse(Array(text.utf8)) }
        #expect(brief(error?.problems ?? []) == [":1: anchors and aliases are not read"])
    }
}
