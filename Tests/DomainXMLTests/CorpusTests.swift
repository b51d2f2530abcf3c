// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Foundation
import TestSupport
import Testing
import XMLTree

@Suite("libvirt's own test documents")
struct CorpusTests {
    @Test("each is written with the meaning that it was read with, by another reader's judgement")
    func written() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("roost-corpus-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        var list = ""
        for (index, (file, text)) in try Corpus.allDomains().enumerated() {
            let document = try DomainDocument(parsing: text)
            let written = directory.appendingPathComponent("\(index).xml")
            try Data(document.text().utf8).write(to: written)
            list += "\(file.path)\n\(written.path)\n"
        }
        // The canonical form of Python's own reader, which is built on expat.
        let judgement = try Self.python(
            """
            import sys, xml.etree.ElementTree as tree
            paths = sys.stdin.read().split("\\n")[:-1]
            form = lambda path: tree.canonicalize(from_file=path, strip_text=True)
            for before, after in zip(paths[::2], paths[1::2]):
                if form(before) != form(after): print(before)
            print(len(paths) // 2)
            """, input: list)
        let lines = judgement.split(separator: "\n")
        #expect(lines.dropLast() == [])
        #expect(lines.last.flatMap { Int($0) } ?? 0 > 1_900)
    }

    @Test("writing back every field that was read changes none of them")
    func rewriting() throws {
        for (file, text) in try Corpus.allDomains() {
            let before = try DomainDocument(parsing: text)
            var after = before
            after.rewriteEverything()
            #expect(before.changes(to: after) == [], "\(file.lastPathComponent)")
            #expect((after == before) as Bool, "\(file.lastPathComponent)")
            #expect(before.changes(to: before).isEmpty)
        }
    }

    @Test("the schema accepts what libvirt wrote, and of what it reads all that is not wrong on purpose")
    func valid() throws {
        let schema = try Fixtures.schema()
        let refused = { (documents: [(file: URL, text: String)]) in
            documents.filter { document in
                guard let root = try? DomainDocument(parsing: document.text).root else { return true }
                do {
                    try schema.validate(root)
                    return false
                } catch {
                    return true
                }
            }
        }
        let outputs = try Corpus.domains(in: "qemuxml2xmloutdata/")
        // One of them is what an invalid input is to stay.
        #expect(refused(outputs).map(\.file.lastPathComponent) == ["pci-rom-disabled-invalid.xml"])
        let inputs = try Corpus.domains(in: "qemuxml2argvdata/")
        #expect(outputs.count >= 600 && inputs.count >= 1_000)
        #expect(refused(inputs).count == 22)
    }

    @Test(
        "documents with damage at random places are read or refused, and what is read is written",
        .timeLimit(.minutes(1)))
    func damaged() throws {
        let documents = try Corpus.domains(in: "qemuxml2argvdata/").map { Array($0.text.utf8) }
        var numbers = SeededRandom(seed: 5)
        var read = 0
        for _ in 0..<3_000 {
            let one = try #require(documents.randomElement(using: &numbers))
            let other = try #require(documents.randomElement(using: &numbers))
            let damaged = Self.damaged(one, with: other, &numbers)
            guard let root = try? XMLElement.parse(bytes: damaged), var document = try? DomainDocument(root) else {
                continue
            }
            read += 1
            let before = document
            document.rewriteEverything()
            #expect(before.changes(to: document) == [], "\(String(decoding: damaged, as: UTF8.self))")
            #expect((document == before) as Bool)
            #expect(try DomainDocument(parsing: document.text()) == before)
            let whole = try DomainDocument(XMLElement.parse(bytes: one))
            // Both ways find as much, and a document is like itself.
            #expect(whole.changes(to: before).count == before.changes(to: whole).count)
            #expect(before.changes(to: before).isEmpty)
        }
        #expect((300..<2_700).contains(read), "\(read) of 3,000 were well-formed")
    }

    /// The bytes with up to three of them changed, cut out, or replaced by a line of another document.
    private static func damaged(_ bytes: [UInt8], with other: [UInt8], _ numbers: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &numbers) where !bytes.isEmpty {
            let place = bytes.indices.randomElement(using: &numbers) ?? 0
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
            case 1: bytes.remove(at: place)
            case 2: bytes.replaceSubrange(line(of: bytes, at: place), with: [])
            default:
                let from = other.indices.randomElement(using: &numbers) ?? 0
                bytes.replaceSubrange(line(of: bytes, at: place), with: other[line(of: other, at: from)])
            }
        }
        return bytes
    }

    private static func line(of bytes: [UInt8], at place: Int) -> Range<Int> {
        let start = bytes[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let end = bytes[place...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.endIndex
        return start..<end
    }

    private static func python(_ program: String, input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program]
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        // Python reads all before it writes anything.
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: output, as: UTF8.self)
    }
}
