// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import InstanceGenerator
import InstanceModel
import TestSupport
import Testing
import XMLTree

@testable import DomainPlanning

/// How many texts are tried: ROOST_HOSTILE_CASES, as `make fuzz` sets it, else some thousands.
private let cases = ProcessInfo.processInfo.environment["ROOST_HOSTILE_CASES"].flatMap { Int($0) } ?? 2_000

/// Texts from users never decide what a document is made of.
@Suite("Hostile text")
struct HostileTextTests {
    private static let shards = 4

    @Test("in any text of a document is refused there, or stays that text in the domain's", arguments: 0..<shards)
    func documents(shard: Int) throws {
        var generator = try InstanceGenerator(seed: UInt64(100 + shard))
        var (tried, kept) = (0, 0)
        while tried < cases / Self.shards {
            let base = Self.labelled(try generator.next().document)
            guard let instance = try? Self.read(base), let shape = try? Self.plan(instance).shape else { continue }
            for _ in 0..<2 {
                var hostile: [String: String] = [:]
                let document = base.replacingTexts { path in
                    guard path != "version" else { return nil }
                    let text = generator.random.hostileText()
                    hostile[path] = text
                    return text
                }
                let count = hostile.count
                let instance = try Self.read(document, over: base, &hostile)
                // Another text may name what the host has not, such as a model of processor.
                guard let plan = try? Self.plan(instance) else { continue }
                tried += count
                kept += hostile.count
                let written = try plan.serialized()
                let read = try XMLElement.parse(written)
                #expect(read.shape == shape)
                #expect(read == plan)
                let metadata = try #require(InstanceMetadata.read(fromDomainXML: written))
                let stored = try InstanceDocument.parseStored(metadata.document)
                #expect(stored.labels.pairs.unicode == instance.labels.pairs.unicode)
                for (key, value) in stored.labels.pairs {
                    guard let text = hostile["labels.\(key)"] else { continue }
                    #expect(Array(value.unicodeScalars) == Array(text.unicodeScalars))
                }
            }
        }
        #expect(kept > tried / 5, "\(kept) of \(tried) were kept")
    }

    private static func read(_ document: DocumentValue) throws(InvalidSpec) -> Instance {
        try InstanceDocument.parse(document.json) { name throws(RuleViolation) in "# \(name)" }
    }

    /// The document with as many labels as there may be, and without an empty command line, for which there
    /// is no element.
    private static func labelled(_ document: DocumentValue) -> DocumentValue {
        guard case .mapping(var members) = document else { return document }
        if case .mapping(var boot)? = members["boot"], boot["command_line"] != nil {
            boot["command_line"] = .text("plain")
            members["boot"] = .mapping(boot)
        }
        members["labels"] = .mapping(
            Dictionary(uniqueKeysWithValues: (0..<64).map { ("label-\($0)", DocumentValue.text("plain")) }))
        return .mapping(members)
    }

    /// The instance of a document in which each refused text is as it was before; those are no longer in `hostile`.
    private static func read(
        _ document: DocumentValue, over base: DocumentValue, _ hostile: inout [String: String]
    ) throws -> Instance {
        var document = document
        while true {
            do {
                return try read(document)
            } catch {
                try #require(!hostile.isEmpty, "\(error)")
                for problem in error.problems { withdraw(&hostile, at: problem.path) }
                let left = hostile
                document = base.replacingTexts { left[$0] }
            }
        }
    }

    /// Leaves out the text that a problem names, or else those nearest around it: a text may be right by itself, and
    /// wrong beside others.
    private static func withdraw(_ hostile: inout [String: String], at path: String) {
        var around = path[...]
        while !around.isEmpty {
            let before = hostile.count
            hostile = hostile.filter { key, _ in
                !(key == around || key.hasPrefix(around + ".") || key.hasPrefix(around + "["))
            }
            if hostile.count < before { return }
            around = around[..<(around.lastIndex { ".[".contains($0) } ?? around.startIndex)]
        }
        hostile = [:]
    }

    private static func plan(_ instance: Instance) throws -> XMLElement {
        try Scene.plan(instance, facts: Scene.facts(accelerator: .kvm)).document.root
    }

    @Test(
        "in any place of a domain's document stays there, or is refused as what XML cannot carry", arguments: 0..<shards
    )
    func places(shard: Int) throws {
        var generator = try InstanceGenerator(seed: UInt64(200 + shard))
        var (tried, kept) = (0, 0)
        while tried < cases / Self.shards {
            guard let plan = try? Self.plan(try generator.next().instance) else { continue }
            for _ in 0..<2 {
                let (element, count) = plan.replacingTexts(&generator.random)
                tried += count
                do {
                    let read = try XMLElement.parse(element.serialized(), whitespace: .kept)
                    kept += count
                    #expect(read.shape == plan.shape)
                    #expect(read == element)
                } catch {
                    guard case .unencodable = error else { throw error }
                }
            }
        }
        #expect(kept > tried / 10, "\(kept) of \(tried) were kept")
    }

    @Test(
        "half of a pair of surrogates is refused wherever it stands",
        arguments: [#"\ud800"#, #"\udc00"#, #"a\ud83dz"#, #"\udc00\ud800"#, #"\ud800A"#, #"\uD83D\u0000"#])
    func surrogates(literal: String) throws {
        for field in [
            #""name": "LITERAL""#, #""name": "a", "labels": {"k": "LITERAL"}"#,
            #""name": "a", "labels": {"LITERAL": ""}"#,
            #""name": "a", "boot": {"kernel": "k", "command_line": "LITERAL"}"#,
            #""name": "a", "cloud_init": {"user_data": "LITERAL"}"#,
        ] {
            let text =
                #"{"version": 1, "vcpus": 1, "memory": "64 MiB", "disks": [{"image": "a"}], "#
                + field.replacing("LITERAL", with: literal) + "}"
            let error = #expect(throws: InvalidSpec.self) { try InstanceDocument.parse(text) }
            #expect(error?.problems.count == 1)
        }
    }
}

extension SeededRandom {
    /// Hostile text that is not empty, now and then one of 10,000 bytes and more.
    fileprivate mutating func hostileText() -> String {
        var text = hostileText(limit: Int.random(in: 1...16, using: &self))
        if text.isEmpty { text = "]]>" }
        guard Int.random(in: 0..<300, using: &self) == 0 else { return text }
        return String(repeating: text, count: 10_000 / text.utf8.count + 1)
    }
}

extension [String: String] {
    /// The texts by their scalars, which are told apart where strings are only equivalent.
    fileprivate var unicode: [String: [UnicodeScalar]] { mapValues { Array($0.unicodeScalars) } }
}

extension XMLElement {
    /// The names of all elements and attributes, in order.
    fileprivate var shape: [String] {
        [name.qualified] + attributes.map(\.name.qualified) + elements.flatMap(\.shape)
    }

    /// The same tree with another text in each attribute and each element that has text, and how many those are.
    fileprivate func replacingTexts(_ random: inout SeededRandom) -> (XMLElement, Int) {
        var (element, count) = (self, 0)
        for index in element.attributes.indices where random.isChosen {
            element.attributes[index].value = random.hostileText()
            count += 1
        }
        for index in element.children.indices {
            switch element.children[index] {
            case .element(let child):
                let (replaced, inner) = child.replacingTexts(&random)
                element.children[index] = .element(replaced)
                count += inner
            case .text where random.isChosen:
                // An empty text would be none.
                element.children[index] = .text("x" + random.hostileText())
                count += 1
            default: break
            }
        }
        return (element, count)
    }
}

extension SeededRandom {
    /// Of a hundred places of a document some: one that XML cannot carry refuses all of it.
    fileprivate var isChosen: Bool {
        mutating get { Int.random(in: 0..<18, using: &self) == 0 }
    }
}
