// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import TestSupport
import Testing
import Yams

@testable import InstanceModel

@Suite("Hostile input")
struct HostileInputTests {
    private static func scalars(_ text: String) -> [UnicodeScalar] { Array(text.unicodeScalars) }

    /// Whether `read` gives the text back or breaks a rule that names it.
    private func keeps(_ text: String, _ read: (String) throws -> String) -> Bool {
        do {
            return Self.scalars(try read(text)) == Self.scalars(text)
        } catch let error as RuleViolation {
            return error.value == RuleViolation(value: text, rule: "", remedy: "").value
                || error.value == "a private key"
        } catch {
            return false
        }
    }

    @Test("each kind of text is refused with its rule or kept as it is")
    func keepsOrRefuses() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<10_000 {
            let text = random.hostileText(limit: 24)
            #expect(keeps(text) { try InstanceName($0).description }, "\(text.debugDescription)")
            #expect(keeps(text) { try ImageName($0).description }, "\(text.debugDescription)")
            #expect(keeps(text) { try BridgeName($0).description }, "\(text.debugDescription)")
            #expect(keeps(text) { try HostName($0).description }, "\(text.debugDescription)")
            #expect(keeps(text) { try SSHPublicKey($0).description }, "\(text.debugDescription)")
            #expect(
                keeps(text) { try DirectBoot(kernel: ImageName("k"), commandLine: $0).commandLine },
                "\(text.debugDescription)")
            #expect(keeps(text) { try Labels(["k": $0]).pairs["k"] ?? "" }, "\(text.debugDescription)")
        }
    }

    @Test("each text of a document is refused with its rule or kept as it is, through the store and back")
    func keepsOrRefusesInDocuments() throws {
        var random = SeededRandom(seed: 2)
        var kept = 0
        for _ in 0..<2_000 {
            let text = random.hostileText(limit: 12)
            let json = jsonString(text)
            let document = """
                {"version": 1, "name": "a", "vcpus": 1, "memory": "64 MiB",
                 "boot": {"kernel": "k", "command_line": \(json)},
                 "cloud_init": {"user_data": \(json), "network_data": \(json)}, "labels": {"k": \(json)}}
                """
            do {
                let instance = try InstanceDocument.parse(document)
                kept += 1
                #expect(Self.scalars(instance.boot?.commandLine ?? "") == Self.scalars(text))
                #expect(Self.scalars(instance.labels.pairs["k"] ?? "") == Self.scalars(text))
                guard case .text(let secret) = instance.cloudInit?.userData else { throw CancellationError() }
                #expect(secret.expose { Self.scalars($0) } == Self.scalars(text))
                #expect(instance.cloudInit?.networkData?.expose { Self.scalars($0) } == Self.scalars(text))
                let stored = try InstanceDocument.parseStored(InstanceDocument.stored(instance))
                #expect(stored.labels == instance.labels)
                #expect(stored.boot == instance.boot)
            } catch let error as InvalidSpec {
                #expect(Set(error.problems.map(\.path)).isSubset(of: ["boot.command_line", "labels.k"]))
            }
        }
        #expect(kept > 500)
    }

    static let seeds: [String] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let templates = ["tiny", "cloud", "database"].compactMap { name in
            try? String(contentsOf: root.appending(path: "Templates/\(name).yaml"), encoding: .utf8)
        }
        return templates + [InstanceDocumentTests.full, InstanceDocumentTests.fullJSON] + DocumentParserTests.readable
    }()

    @Test("mutated documents are read or refused, never more, and read as an independent reader reads them")
    func mutatedDocuments() {
        var random = SeededRandom(seed: 3)
        var compared = 0
        for _ in 0..<4_000 {
            guard let seed = Self.seeds.randomElement(using: &random) else { break }
            let bytes = Array(independentPrefix.utf8) + Self.mutated(Array(seed.utf8), using: &random)
            _ = try? InstanceDocument.parse(bytes: bytes)
            guard let tree = try? DocumentParser.parse(bytes), let text = String(validating: bytes, as: UTF8.self),
                let other = try? Yams.compose(yaml: text)
            else { continue }
            compared += 1
            #expect(outline(tree) == outline(other), "\(text.debugDescription)")
        }
        #expect(compared > 1_000)
    }

    @Test("any bytes at all are refused with a problem")
    func anyBytes() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(throws: InvalidSpec.self) { try InstanceDocument.parse(bytes: bytes) }
        }
    }

    private static func mutated(_ bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        let tokens = [
            "\n", " ", "  ", "\t", ": ", "- ", "[", "]", "{", "}", ",", "#", " #", "\"", "'", "\\", "|", ">", "&a",
            "*a",
            "!!str ", "---\n", "...\n", "<<: ", "? ", "%", "@", "~", "\\u00e9", "\\ud83d", "\u{1F600}", "\u{0}", "\r\n",
        ].map { Array($0.utf8) }
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(contentsOf: tokens.randomElement(using: &random) ?? [], at: place)
            case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...8, using: &random)))
            default:
                let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
                bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0...bytes.count, using: &random))
            }
        }
        return bytes
    }
}
