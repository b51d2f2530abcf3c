// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import TestSupport
import Testing

@testable import InstanceGenerator

@Suite("Generated instances")
struct GeneratedInstanceTests {
    private static let count = 100

    @Test(
        "have each field of the document with each word that may stand there, and vary in each stored property",
        .disabled(if: Sanitizer.isThere, "thousands of documents that other tests have read, ten times as slow"))
    func coverage() throws {
        var generator = try InstanceGenerator(seed: 11)
        var left = generator.fields
        var stored = StoredFields()
        // As many as it takes for what seldom happens to happen.
        for _ in 0..<4_000 where !left.isEmpty || stored.constant != Self.unset {
            let generated = try generator.next()
            stored.record(generated.instance)
            generated.document.visit { path, value in
                guard let words = left[path] else { return }
                if case .text(let word) = value, !words.isEmpty {
                    left[path] = words.count == 1 && words.contains(word) ? nil : words.subtracting([word])
                } else if words.isEmpty {
                    left[path] = nil
                }
            }
        }
        #expect(left.keys.sorted() == [], "give what chance does not find to the generator's samples")
        #expect(stored.constant == Self.unset)
    }

    /// What a rate has in the other direction alone: the kernel knows no peak of what a guest sends.
    private static let unset = ["interfaces.traffic.bandwidth.outbound.peak"]

    @Test("a property that no instance sets is found")
    func missing() throws {
        var generator = try InstanceGenerator(seed: 12)
        generator.excluded = ["watchdog"]
        var stored = StoredFields()
        for _ in 0..<20 { stored.record(try generator.next().instance) }
        #expect(stored.values["watchdog"] == ["nil"])
        #expect(stored.values["vcpus.value"]?.count ?? 0 > 1)
    }

    @Test("are the same for the same seed")
    func seeds() throws {
        var (first, second) = (try InstanceGenerator(seed: 5), try InstanceGenerator(seed: 5))
        for _ in 0..<5 { #expect(try first.next().instance == second.next().instance) }
    }

    @Test("without secrets are read back from the store as they are")
    func stored() throws {
        var generator = try InstanceGenerator(seed: 13)
        generator.excluded = InstanceGenerator.secrets
        for _ in 0..<Self.count {
            let instance = try generator.next().instance
            let stored = InstanceDocument.stored(instance)
            #expect(try InstanceDocument.parseStored(stored) == instance, "\(stored)")
        }
    }

    @Test("with secrets are stored without them, and as they are the second time")
    func storedWithoutSecrets() throws {
        var generator = try InstanceGenerator(seed: 14)
        for _ in 0..<Self.count {
            let stored = InstanceDocument.stored(try generator.next().instance)
            let kept = try InstanceDocument.parseStored(stored)
            #expect(InstanceDocument.stored(kept) == stored)
            #expect(try InstanceDocument.parseStored(InstanceDocument.stored(kept)) == kept)
        }
    }

    @Test(
        "patterns of documents give texts that they match",
        arguments: [
            "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", "^user$", "^[0-9]+ *(B|KiB)$",
            "^([0-9]+[.][0-9]+:)?[0-9]+(/(tcp|udp))?$",
            #"^a\.b\d{2,3}(?:c|d)*$"#,
        ])
    func patterns(pattern: String) throws {
        var random = SeededRandom(seed: 1)
        let expression = try Regex(pattern)
        for _ in 0..<200 {
            let text = try #require(PatternText.matching(pattern, using: &random))
            #expect(text.wholeMatch(of: expression) != nil, "\(text)")
        }
    }

    @Test(
        "patterns that use more are refused", arguments: ["a", "^[^a]$", #"^\w$"#, "^(?=a)$", "^a{2$", "^(a$", "^*$"])
    func otherPatterns(pattern: String) {
        var random = SeededRandom(seed: 1)
        #expect(PatternText.matching(pattern, using: &random) == nil)
    }
}
