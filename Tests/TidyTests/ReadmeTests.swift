// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

/// What the README shows is what was compiled.
@Suite("README")
struct ReadmeTests {
    @Test("its program is the one of Tests/EmbeddingExample, which is built and run with the tests")
    func program() throws {
        let blocks = try Repository.text("README.md").components(between: "```swift\n", and: "```")
        let source = try Repository.text("Tests/EmbeddingExample/main.swift")
        let header = "// SPDX-License-Identifier: Apache-2.0\n// Copyright 2026 The Roost authors\n\n"
        try #require(source.hasPrefix(header))
        #expect(blocks == [String(source.dropFirst(header.count))])
    }
}

extension String {
    /// What stands between each `start` and the next `end`.
    fileprivate func components(between start: String, and end: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let opening = rest.firstRange(of: start), let closing = rest[opening.upperBound...].firstRange(of: end) {
            found.append(String(rest[opening.upperBound..<closing.lowerBound]))
            rest = rest[closing.upperBound...]
        }
        return found
    }
}
