// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Foundation
import Testing
import XMLTree

/// docs/domain-coverage.md: what of libvirt's format the types know, and how often it is used.
@Suite("The table of libvirt's format")
struct CoverageTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    private static let file = root.appending(path: "docs/domain-coverage.md").standardizedFileURL

    @Test("is what the schema and the types give; hack/coverage writes it anew")
    func upToDate() throws {
        let table = try CoverageTable(format: DomainFormat(), modelled: ModelledNodes())
        if ProcessInfo.processInfo.environment["ROOST_WRITE_COVERAGE"] != nil {
            try FileManager.default.createDirectory(
                at: Self.file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(table.text(uses: Self.uses()).utf8).write(to: Self.file)
        }
        let written = try String(contentsOf: Self.file, encoding: .utf8)
        // How often things are used depends on the documents that are at hand.
        let rows = CoverageTable.rowsWithoutUses(in: written)
        let expected = CoverageTable.rowsWithoutUses(in: table.text(uses: [:]))
        #expect(rows.difference(from: expected).isEmpty, "run hack/coverage")
    }

    @Test("has each element of the format that libvirt's documents use most, and tells what is passed through")
    func content() throws {
        let table = try CoverageTable(format: DomainFormat(), modelled: ModelledNodes())
        let rows = Dictionary(uniqueKeysWithValues: table.rows.map { ($0.path, $0) })
        #expect(rows.count > 700)
        #expect(rows["devices/disk/target"]?.modelled == ["@bus", "@dev", "@rotation_rate"])
        #expect(rows["devices/disk/target"]?.passed.contains("@tray") == true)
        #expect(rows["name"]?.state == .modelled)
        #expect(rows["devices/sound"]?.state == .passed)
        #expect(rows["devices/interface"]?.state == .partly)
    }

    @Test("each field of the types that can be set is changed by a test")
    func fields() throws {
        let sources = Self.root.appending(path: "Sources/DomainXML").standardizedFileURL
        let here = Self.root.appending(path: "Tests/DomainXMLTests").standardizedFileURL
        let changes = try Self.texts(in: here) { $0.hasPrefix("FieldChange") }.joined()
        let words = Set(changes.matches(of: /\w+/).map { String($0.output) })
        for text in try Self.texts(in: sources, where: { $0.hasSuffix(".swift") }) {
            for name in Self.settable(in: text) where !words.contains(name) {
                Issue.record("no FieldChange sets \(name)")
            }
        }
    }

    private static func texts(in directory: URL, where isWanted: (String) -> Bool) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted().filter(isWanted).map {
            try String(contentsOf: directory.appending(path: $0), encoding: .utf8)
        }
    }

    /// The names of public properties with a setter, and of the labels of subscripts with one.
    private static func settable(in text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.indices.compactMap { index in
            let declared = /^( +)public (?:var (\w+)|subscript\((\w+)).*?(\{)?$/
            guard let match = lines[index].wholeMatch(of: declared), let name = match.2 ?? match.3 else { return nil }
            let body = lines[(index + 1)...].prefix { $0 != match.1 + "}" }
            let isSet = match.4 == nil || body.contains { $0.hasPrefix(match.1 + "    set") }
            return isSet && name != "element" && !lines[index].hasSuffix("}") ? String(name) : nil
        }
    }

    /// How often each element is in libvirt's own test documents.
    private static func uses() throws -> [String: Int] {
        var uses: [String: Int] = [:]
        for (_, text) in try Corpus.allDomains() {
            // The schema's names are those without prefixes.
            try DomainDocument(parsing: text).root.withoutPrefixes().visit { path, _ in uses[path, default: 0] += 1 }
        }
        return uses
    }
}

extension XMLElement {
    /// The same tree with elements that are named by their local names alone.
    fileprivate func withoutPrefixes() -> XMLElement {
        XMLElement(XMLName(name.local)) { for element in elements { element.withoutPrefixes() } }
    }
}

/// The table, a row for each element.
struct CoverageTable {
    struct Row {
        let path: String
        /// The attributes, and the text, that the types write.
        let modelled: [String]
        /// Those that are passed through.
        let passed: [String]
        let state: State

        enum State: String {
            case modelled, partly
            case passed = "passed through"
        }
    }

    let rows: [Row]

    init(format: DomainFormat, modelled: ModelledNodes) {
        rows = format.items.sorted { $0.key < $1.key }.filter { !$0.key.isEmpty }.map { path, items in
            let known = modelled.items[path] ?? []
            let passed = items.subtracting(known)
            let state: Row.State = known.isEmpty ? .passed : passed.isEmpty ? .modelled : .partly
            return Row(
                path: path, modelled: items.intersection(known).sorted(), passed: passed.sorted(), state: state)
        }
    }

    /// The document of the table.
    func text(uses: [String: Int]) -> String {
        let counts = [Row.State.modelled, .partly, .passed].map { state in
            "\(rows.count { $0.state == state }) \(state.rawValue)"
        }
        let head = """
            # libvirt's domain format

            Each element that the schema of libvirt 9.0 allows below `<domain>`: whether the types of `DomainXML` write
            it, with all of its attributes and text or a part of them, or it is passed through unchanged and in place;
            and how often it is in libvirt's own test documents. What holds itself is told once. An element is modelled
            where the types write it of nothing, or where changing a field changes it, as the tests show; the alias,
            the boot order and the address, which every device that has a type knows, are told of some alone.

            Written by `hack/coverage`; a test fails where it is out of date.

            \(rows.count) elements: \(counts.joined(separator: ", ")).

            | element | state | modelled | passed through | uses |
            | --- | --- | --- | --- | --- |

            """
        return head
            + rows.map { row in
                let cells = [
                    row.path, row.state.rawValue, row.modelled.joined(separator: " "),
                    row.passed.joined(separator: " "),
                    "\(uses[row.path] ?? 0)",
                ]
                return "| \(cells.joined(separator: " | ")) |\n"
            }.joined()
    }

    /// The lines, those of the table without the last cell.
    static func rowsWithoutUses(in text: String) -> [Substring] {
        text.split(separator: "\n").map { line in
            guard line.hasPrefix("|"), let bar = line.dropLast().lastIndex(of: "|") else { return line }
            return line[..<bar]
        }
    }
}
