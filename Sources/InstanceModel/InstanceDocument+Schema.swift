// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceDocument {
    /// A JSON Schema of the document, made by asking the reader what it reads: draft 7, which editors' YAML tools take.
    ///
    /// It accepts every document that is read. What concerns more than one field, or a value's meaning, it leaves to
    /// the reader.
    public static var schema: String {
        let forms = InstanceReader.forms
        guard case .object(var members) = schema(at: "", of: forms) else { return "" }
        members["$schema"] = .string("http://json-schema.org/draft-07/schema#")
        members["title"] = .string("Roost instance document, version 1")
        return CanonicalJSON.object(members).indentedText
    }

    private static func schema(at path: String, of forms: DocumentForms) -> CanonicalJSON {
        let form = forms.byPath[path] ?? DocumentForm()
        var kinds: [[String: CanonicalJSON]] = []
        if let keys = form.keys { kinds.append(mapping(keys, requiring: form.required, at: path, of: forms)) }
        if form.hasFreeKeys {
            let values = schema(at: DocumentForms.path(ofAnyKeyOf: path), of: forms)
            kinds.append(["type": .string("object"), "additionalProperties": values])
        }
        if form.isList {
            kinds.append([
                "type": .string("array"), "items": schema(at: DocumentForms.path(ofItemsOf: path), of: forms),
            ])
        }
        kinds += form.scalars.map(\.schema).sorted { CanonicalJSON.object($0).text < CanonicalJSON.object($1).text }
        var members = kinds.count == 1 ? kinds[0] : ["anyOf": .array(kinds.map(CanonicalJSON.object))]
        members["description"] = descriptions[path].map(CanonicalJSON.string)
        return .object(members)
    }

    private static func mapping(
        _ keys: [String], requiring required: Set<String>, at path: String, of forms: DocumentForms
    ) -> [String: CanonicalJSON] {
        let properties = keys.map { ($0, schema(at: DocumentForms.path(of: $0, in: path), of: forms)) }
        var members: [String: CanonicalJSON] = [
            "type": .string("object"), "additionalProperties": .boolean(false),
            "properties": .object(Dictionary(uniqueKeysWithValues: properties)),
        ]
        if !required.isEmpty { members["required"] = .array(required.sorted().map(CanonicalJSON.string)) }
        return members
    }
}

extension DocumentForm.Scalar {
    fileprivate var schema: [String: CanonicalJSON] {
        switch self {
        case .text(nil): return ["type": .string("string")]
        case .text(let pattern?): return ["type": .string("string"), "pattern": .string(pattern)]
        case .choice(let words): return ["enum": .array(words.map(CanonicalJSON.string))]
        case .wholeNumber(let range):
            var members: [String: CanonicalJSON] = ["type": .string("integer")]
            members["minimum"] = (range?.lowerBound).map(CanonicalJSON.integer)
            members["maximum"] = (range?.upperBound).map(CanonicalJSON.integer)
            return members
        case .boolean: return ["type": .string("boolean")]
        }
    }
}
