// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The part of JSON Schema by which Roost describes its documents.
struct DocumentSchema: Decodable, Sendable {
    var type: String?
    var pattern: String?
    var choices: [String] = []
    var range: ClosedRange<Int>?
    var properties: [String: DocumentSchema] = [:]
    var required: Set<String> = []
    /// What any key of a mapping has; none where the keys are known.
    var freeValues: [DocumentSchema] = []
    /// What a list has.
    var items: [DocumentSchema] = []
    /// What may stand here, where that is more than one kind.
    var alternatives: [DocumentSchema] = []

    private enum Keys: String, CodingKey {
        case type, pattern, minimum, maximum, properties, required, additionalProperties, items, anyOf
        case choices = "enum"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Keys.self)
        type = try values.decodeIfPresent(String.self, forKey: .type)
        pattern = try values.decodeIfPresent(String.self, forKey: .pattern)
        choices = try values.decodeIfPresent([String].self, forKey: .choices) ?? []
        if let lowest = try values.decodeIfPresent(Int.self, forKey: .minimum),
            let highest = try values.decodeIfPresent(Int.self, forKey: .maximum)
        {
            range = lowest...highest
        }
        properties = try values.decodeIfPresent([String: DocumentSchema].self, forKey: .properties) ?? [:]
        required = try values.decodeIfPresent(Set<String>.self, forKey: .required) ?? []
        // `false` stands there, too.
        freeValues = (try? values.decode(DocumentSchema.self, forKey: .additionalProperties)).map { [$0] } ?? []
        items = try values.decodeIfPresent(DocumentSchema.self, forKey: .items).map { [$0] } ?? []
        alternatives = try values.decodeIfPresent([DocumentSchema].self, forKey: .anyOf) ?? []
    }

    /// What may stand at the end of a path.
    func schema(at path: ArraySlice<DocumentStep>) -> DocumentSchema? {
        guard let step = path.first else { return self }
        for kind in alternatives {
            if let found = kind.schema(at: path) { return found }
        }
        switch step {
        case .key(let key): return (properties[key] ?? freeValues.first)?.schema(at: path.dropFirst())
        case .index: return items.first?.schema(at: path.dropFirst())
        }
    }

    /// Calls `visit` with each path, such as `disks[].size`, and what may stand there.
    func visit(path: String = "", _ visit: (String, DocumentSchema) -> Void) {
        visit(path, self)
        for kind in alternatives { kind.visit(path: path, visit) }
        for item in items { item.visit(path: path + "[]", visit) }
        for (key, value) in properties { value.visit(path: path.isEmpty ? key : "\(path).\(key)", visit) }
    }
}
