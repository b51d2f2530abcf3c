// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A document of one level: names and scalars, as Roost's own small files are.
package enum FlatDocument {
    /// The values by their names, as written; `null` is left out.
    ///
    /// - Throws: ``InvalidSpec`` at the first place that cannot be read, is no scalar, or repeats a name.
    package static func parse(_ bytes: [UInt8]) throws(InvalidSpec) -> [String: String] {
        let root = try DocumentParser.parse(bytes)
        guard case .mapping(let entries) = root.content else {
            throw InvalidSpec(
                line: root.position.line, value: "", rule: "the file is a mapping of names to values",
                remedy: "write name: value")
        }
        var values: [String: String] = [:]
        var names: Set<String> = []
        for entry in entries {
            guard names.insert(entry.key).inserted else {
                throw InvalidSpec(
                    line: entry.position.line, value: entry.key, rule: "a name stands once", remedy: "remove one")
            }
            guard case .scalar(let text, let isPlain) = entry.value.content else {
                throw InvalidSpec(
                    line: entry.value.position.line, value: entry.key, rule: "a value is one text or number",
                    remedy: "write \(entry.key): value")
            }
            if isPlain, DocumentNode.meaning(ofPlain: text) == .null { continue }
            values[entry.key] = text
        }
        return values
    }
}
