// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import TestSupport

/// Makes inputs out of documents.
struct Mutator {
    private let corpus: FuzzCorpus
    private var random: SeededRandom

    init(_ corpus: FuzzCorpus, seed: UInt64) {
        self.corpus = corpus
        random = SeededRandom(seed: seed)
    }

    /// The next input for a subject.
    mutating func next(for subject: FuzzSubject) -> [UInt8] {
        let documents = subject.isXML ? corpus.xml : corpus.instances
        guard let one = documents.randomElement(using: &random) else { return [] }
        let other = documents.randomElement(using: &random) ?? one
        let words = subject.isXML ? Self.marks : Self.indicators
        guard subject == .difference else { return mutated(one, with: other, words) }
        // Mostly two forms of one document, which have most in common.
        let second = Int.random(in: 0..<4, using: &random) == 0 ? other : one
        return mutated(one, with: other, words) + [0] + mutated(second, with: other, words)
    }

    private mutating func mutated(_ bytes: [UInt8], with other: [UInt8], _ words: [[UInt8]]) -> [UInt8] {
        var bytes = bytes
        let count = [0, 1, 1, 2, 3, 8].randomElement(using: &random) ?? 1
        for _ in 0..<count { change(&bytes, with: other, words) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8], with other: [UInt8], _ words: [[UInt8]]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
        switch Int.random(in: 0..<10, using: &random) {
        case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 1: bytes.removeSubrange(place..<end)
        case 2 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
        case 4: bytes.replaceSubrange(line(of: bytes, at: place), with: other[anyLine(of: other)])
        case 5: bytes.insert(contentsOf: other[anyLine(of: other)], at: line(of: bytes, at: place).lowerBound)
        case 6: bytes.removeSubrange(line(of: bytes, at: place))
        case 7: replaceNumber(in: &bytes, from: place)
        case 8 where Int.random(in: 0..<8, using: &random) == 0: multiply(&bytes, place..<end, words)
        default: bytes.insert(contentsOf: words.randomElement(using: &random) ?? [], at: place)
        }
    }

    /// Repeats a piece, or a word, as often as makes readers deep or slow.
    private mutating func multiply(_ bytes: inout [UInt8], _ piece: Range<Int>, _ words: [[UInt8]]) {
        let isWord = piece.isEmpty || Bool.random(using: &random)
        let repeated = isWord ? words.randomElement(using: &random) ?? [] : Array(bytes[piece])
        let count = [10, 300, 3_000].randomElement(using: &random) ?? 10
        bytes.insert(contentsOf: (0..<count).flatMap { _ in repeated }, at: piece.lowerBound)
    }

    private mutating func replaceNumber(in bytes: inout [UInt8], from place: Int) {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.endIndex
        bytes.replaceSubrange(start..<end, with: Self.numbers.randomElement(using: &random) ?? [])
    }

    private func line(of bytes: [UInt8], at place: Int) -> Range<Int> {
        let start = bytes[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let end = bytes[place...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.endIndex
        return start..<end
    }

    private mutating func anyLine(of bytes: [UInt8]) -> Range<Int> {
        line(of: bytes, at: Int.random(in: 0...bytes.count, using: &random))
    }

    private static let numbers = [
        "0", "-1", "00", "1", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "18446744073709551616", "1e9", "0x7f", "99999999999999999999999999999999",
    ].map { Array($0.utf8) }

    private static let marks =
        [
            "<", ">", "</", "/>", "<a>", "</a>", "<a/>", "<disk>", "<domain>", "<devices>", "&", "&amp;", "&#0;",
            "&#xD;",
            "&#x110000;", "&a;", "'", "\"", "=", " a='b'", " xmlns='urn:x'", " xmlns:a='urn:a'", " xmlns=''", "a:",
            "xml:lang='a'", "<![CDATA[", "]]>", "<!--", "-->", "--", "<?a b?>", "<?xml version='1.0'?>",
            "<?xml encoding='UTF-16'?>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "\u{0}", "\r\n", "\u{FEFF}", "\u{FFFE}", "é",
            "e\u{301}", "𝄞",
        ].map { Array($0.utf8) } + [[0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]]

    private static let indicators =
        [
            "\n", " ", "  ", "\t", ": ", "- ", "[", "]", "{", "}", ",", "#", " #", "\"", "'", "\\", "|", "|2-\n", ">",
            ">+\n", "&a ", "*a", "!!str ", "---\n", "...\n", "<<: ", "? ", "%YAML 1.2\n", "@", "~", "null", "\\u00e9",
            "\\ud83d", "\\udc00", "\\x41", "\\U0001F600", "\\U00110000", "\u{1F600}", "\u{0}", "\r\n", "\u{85}",
            "\u{2028}", "\u{FEFF}", "e\u{301}", "[[", "{a: ", "- - ", "\"\"", "''", "disks: ", "labels: ", "version: ",
        ].map { Array($0.utf8) } + [[0xC3], [0xED, 0xA0, 0x80]]
}
