// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import Testing

@testable import Commands

@Suite("text and values")
struct TextTests {
    @Test(
        "Ctrl-] leaves, whatever is around it",
        arguments: [
            ("", ConsoleKeyFilter.Action.send([])), ("ls\r", .send(Array("ls\r".utf8))), ("\u{1d}", .leave(after: [])),
            ("ab\u{1d}cd\u{1d}", .leave(after: [0x61, 0x62])), ("\u{1b}[A", .send([0x1b, 0x5b, 0x41])),
        ])
    func keys(typed: String, action: ConsoleKeyFilter.Action) {
        var filter = ConsoleKeyFilter()
        #expect(filter.typed(Array(typed.utf8)) == action)
        if case .leave = action { #expect(filter.typed([0x61]) == .leave(after: [])) }
    }

    @Test(
        "console text loses what acts on a terminal",
        arguments: [
            ("plain\ttext\n", "plain\ttext\n"), ("a\r\nb", "a\nb"), ("\u{1b}[1;31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}x", "x"), ("\u{1b}]0;title\u{1b}\\x", "x"), ("\u{1b}P1$r\u{1b}\\x", "x"),
            ("\u{1b}]0;never ended\nnext", "\nnext"), ("\u{1b}[12\nnext", "\nnext"), ("\u{1b}\nnext", "\nnext"),
            ("\u{1b}(Bx", "x"), ("\u{1b}cx", "x"), ("\u{9b}31mx", "31mx"), ("\u{202e}x", "x"), ("é€😀", "é€😀"),
            ("\u{8}\u{7f}\u{0}x", "x"), ("\u{1b}\u{1b}[31mx", "x"),
        ])
    func consoleText(raw: String, clean: String) {
        var whole = ConsoleTextFilter()
        #expect(String(decoding: whole.text(of: Array(raw.utf8)), as: UTF8.self) == clean)
        var pieces = ConsoleTextFilter()
        let bytes = raw.utf8.flatMap { pieces.text(of: [$0]) }
        #expect(String(decoding: bytes, as: UTF8.self) == clean)
    }

    @Test(
        "bytes that are no UTF-8 vanish",
        arguments: [
            [0x61, 0xff, 0x62], [0x61, 0x9b, 0x62], [0x61, 0xc3, 0x62], [0x61, 0xe2, 0x82, 0x62],
            [0x61, 0xc0, 0x80, 0x62],
            [0x61, 0xf5, 0x80, 0x80, 0x80, 0x62],
        ] as [[UInt8]])
    func brokenText(bytes: [UInt8]) {
        var filter = ConsoleTextFilter()
        #expect(filter.text(of: bytes) == [0x61, 0x62])
    }

    @Test("columns line up by what a terminal draws")
    func table() {
        var table = TextTable(["A", "B"])
        table.append(["日本", "x"])
        table.append(["e\u{301}", ""])
        table.append(["a\nb\u{202e}", "y"])
        #expect(table.text == "A             B\n日本          x\ne\u{301}             -\na\\nb\\u{202E}  y\n")
    }

    @Test(
        "reads times",
        arguments: [
            ("30", Duration.seconds(30)), ("90s", .seconds(90)), ("2m", .seconds(120)), ("1h", .seconds(3_600)),
            ("250ms", .milliseconds(250)), ("720h", .seconds(2_592_000)),
        ])
    func times(text: String, duration: Duration) {
        #expect(TimeLimit(argument: text)?.duration == duration)
    }

    @Test(
        "refuses other times",
        arguments: [
            "", "0", "0s", "-1", "1.5", "s", "1d", "1 s", "721h", "99999999999999999999", "٣", "1S",
        ])
    func wrongTimes(text: String) {
        #expect(TimeLimit(argument: text) == nil)
    }

    @Test(
        "reads output limits",
        arguments: [
            ("0", 0), ("4096", 4_096), ("64KiB", 65_536), ("1 MiB", 1_048_576), ("1048577", nil), ("-1", nil),
            ("x", nil),
        ])
    func limits(text: String, bytes: Int?) {
        #expect(OutputLimit(argument: text)?.bytes == bytes)
    }

    @Test(
        "writes moments in UTC",
        arguments: [
            (0.0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799.9, "2000-02-29T23:59:59Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"), (-1, "1969-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (.infinity, "9999-12-31T23:59:59Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
        ])
    func moments(seconds: Double, text: String) {
        #expect(Timestamp.text(Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test("agrees with Foundation on a moment of every month for 300 years")
    func momentsAgree() {
        for month in 0..<3_600 {
            let date = Date(timeIntervalSince1970: Double(month) * 2_629_746 - 3_000_000_000)
            #expect(Timestamp.text(date) == date.formatted(.iso8601))
        }
    }

    @Test(
        "writes sizes for people",
        arguments: [
            (0, "0 B"), (1_023, "1023 B"), (1_024, "1 KiB"), (20_447_232, "19.5 MiB"), (2 << 30, "2 GiB"),
            (5 << 40, "5 TiB"),
        ] as [(UInt64, String)])
    func sizes(bytes: UInt64, text: String) {
        #expect(ByteCount(bytes: bytes).approximateText == text)
    }

    private static let awkward = [
        "", " ", "true", "null", "~", "1", "1.5", "0x10", "1e3", "2026-01-01", "- a", "a: b", "#x", "'", "\"", "\\",
        "a\nb", "a\nb\n", " a\n b", "\t", "\u{0}", "\u{1b}[31m", "\u{202e}", "\u{2028}", "\u{85}", "é日😀", "yes", "no",
        "<<", "=", "@x", "&a", "*a", "!t", "%", "a #b", "[", "{", "-", "---", "...", "a\r\nb",
    ]

    @Test("JSON reads back as the same text, on one line or several", arguments: awkward)
    func jsonRoundTrip(text: String) throws {
        let value = OutputValue.object([.init(text, .array([.string(text), .null, .boolean(true), .integer(-1)]))])
        for json in [value.prettyJSON, value.lineJSON] {
            let read = try jsonObject(json)
            #expect((read[text] as? [Any])?.first as? String == text)
            #expect(json.unicodeScalars.allSatisfy { $0 == "\n" || TerminalText.isSafe($0) })
        }
        #expect(value.lineJSON.filter { $0 == "\n" }.count == 1)
    }

    @Test("YAML reads back as the same text, and is safe for a terminal", arguments: awkward)
    func yamlRoundTrip(text: String) throws {
        let value = OutputValue.object([.init("key", .array([.string(text)])), .init("other", .object([]))])
        let yaml = try value.yaml()
        #expect(try OutputValue(document: yaml) == value)
        #expect(yaml.unicodeScalars.allSatisfy { $0 == "\n" || TerminalText.isSafe($0) })
    }

    @Test(
        "finds the word that was meant",
        arguments: [
            ("lst", "list"), ("strat", "start"), ("delet", "delete"), ("x", nil), ("something", nil), ("", nil),
        ])
    func nearest(word: String, expected: String?) {
        #expect(NearestWord.to(word, in: ["list", "start", "stop", "delete"]) == expected)
    }
}
