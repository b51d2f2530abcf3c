// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A value of a document, and its path there.
struct Field {
    /// The value as written.
    let node: DocumentNode
    /// The path, such as `disks[1].size`; empty for the document itself.
    let path: String
    /// Whether the value may hold secrets, and is never shown in a problem.
    var isSecret = false
}

/// The fields of a mapping.
struct Fields {
    /// The mapping itself.
    let owner: Field
    /// The fields by key.
    fileprivate(set) var byKey: [String: Field] = [:]
    /// The known keys that unknown ones were probably meant to be.
    fileprivate(set) var misspelt: Set<String> = []

    /// The fields of a mapping.
    init(owner: Field) {
        self.owner = owner
    }

    /// Fields of all keys, for a reader that only tells what it would read.
    fileprivate init(describing keys: [String], of owner: Field) {
        self.owner = owner
        for key in keys {
            byKey[key] = Field(node: owner.node, path: DocumentForms.path(of: key, in: owner.path))
        }
    }

    /// The field of `key`, where there is one.
    subscript(key: String) -> Field? { byKey[key] }
}

/// Reads fields as what they should be and collects what is wrong with them, without stopping at the first.
///
/// Scalars are strict. A number or boolean is written plain; text is plain or quoted, but plain text that YAML and JSON
/// take for a number, a boolean or null (`123`, `true`, `~`) is refused where text is wanted, so that a document means
/// the same to every reader of YAML.
struct FieldReader {
    /// What was asked for, while the reader only tells what it would read; nil while it reads a document.
    private(set) var forms: DocumentForms?
    private var found: [(position: DocumentNode.Position, problem: SpecProblem)] = []
    private var positions: [String: DocumentNode.Position] = [:]

    /// A reader of a document.
    init() {}

    /// A reader that finds nothing anywhere, and notes what it was asked for.
    static var describing: FieldReader {
        var reader = FieldReader()
        reader.forms = DocumentForms()
        return reader
    }

    /// Notes what was asked for, and whether that is all there is to do.
    private mutating func isDescribed(_ field: Field, _ change: (inout DocumentForm) -> Void) -> Bool {
        forms?.record(field.path, change) != nil
    }

    /// What was found, in the document's order.
    var problems: [SpecProblem] {
        found.enumerated().sorted { left, right in
            (left.element.position, left.offset) < (right.element.position, right.offset)
        }.map(\.element.problem)
    }

    /// Notes that `violation` stands at `path`, whose place in the document is `position`.
    mutating func note(_ violation: RuleViolation, path: String, at position: DocumentNode.Position) {
        found.append((position, SpecProblem(path: path, line: position.line, violation: violation)))
    }

    /// Notes that `violation` stands at `field`.
    mutating func note(_ violation: RuleViolation, at field: Field) {
        note(violation, path: field.path, at: field.node.position)
    }

    /// Notes a problem that was found without the document, at the place that its path has there.
    mutating func note(_ problem: SpecProblem, in document: Field) {
        note(problem.violation, path: problem.path, at: positions[problem.path] ?? document.node.position)
    }

    /// The fields of a mapping; each unknown or repeated key is a problem. Without `keys` any key may stand there.
    mutating func mapping(_ field: Field, keys: [String]? = nil) -> Fields? {
        let isDescribed = isDescribed(field) { form in
            if let keys { form.keys = keys } else { form.hasFreeKeys = true }
        }
        if isDescribed { return Fields(describing: keys ?? ["*"], of: field) }
        guard case .mapping(let entries) = field.node.content else {
            noteWrongType(field, wanted: .mapping)
            return nil
        }
        var fields = Fields(owner: field)
        var lines: [String: Int] = [:]
        for entry in entries {
            let shown = RuleViolation.displayable(entry.key)
            let path = field.path.isEmpty ? shown : "\(field.path).\(shown)"
            if let first = lines[entry.key] {
                let violation = RuleViolation(
                    value: entry.key,
                    rule:
                        "a key stands once in a mapping; this one is on line \(first) and line \(entry.position.line)",
                    remedy: "keep one of the two")
                note(violation, path: path, at: entry.position)
                continue
            }
            lines[entry.key] = entry.position.line
            guard keys?.contains(entry.key) ?? true else {
                let near = Self.nearest(to: entry.key, in: keys ?? [])
                note(Self.unknown(entry.key, near: near, keys: keys ?? []), path: path, at: entry.position)
                if let near { fields.misspelt.insert(near) }
                continue
            }
            fields.byKey[entry.key] = Field(node: entry.value, path: path, isSecret: field.isSecret)
            positions[path] = entry.position
        }
        return fields
    }

    /// The fields of a list.
    mutating func sequence(_ field: Field) -> [Field]? {
        if isDescribed(field, { $0.isList = true }) {
            return [Field(node: field.node, path: DocumentForms.path(ofItemsOf: field.path))]
        }
        guard case .sequence(let items) = field.node.content else {
            noteWrongType(field, wanted: .list)
            return nil
        }
        return items.enumerated().map { index, node in
            let path = "\(field.path)[\(index)]"
            positions[path] = node.position
            return Field(node: node, path: path, isSecret: field.isSecret)
        }
    }

    /// The field of a key that must be there; one that was only misspelt is not missing as well.
    mutating func required(_ key: String, in fields: Fields, example: String) -> Field? {
        if isDescribed(fields.owner, { $0.required.insert(key) }) { return fields[key] }
        if let field = fields[key] { return field }
        guard !fields.misspelt.contains(key) else { return nil }
        let violation = RuleViolation(value: "", rule: "`\(key)` is required", remedy: "for example \(example)")
        let owner = fields.owner
        note(violation, path: owner.path.isEmpty ? key : "\(owner.path).\(key)", at: owner.node.position)
        return nil
    }

    /// Text, plain or quoted; all that is taken of it matches `pattern` (ECMA 262).
    mutating func text(_ field: Field, matching pattern: String? = nil) -> String? {
        if isDescribed(field, { $0.scalars.insert(.text(matching: pattern)) }) { return nil }
        if case .scalar(let text, let isPlain) = field.node.content {
            if !isPlain || DocumentNode.meaning(ofPlain: text) == .text { return text }
        }
        noteWrongType(field, wanted: .text)
        return nil
    }

    /// Text that `parse` makes a value of; all that it takes matches `pattern` (ECMA 262).
    mutating func value<Value>(
        _ field: Field, matching pattern: String? = nil, _ parse: (String) throws(RuleViolation) -> Value
    ) -> Value? {
        guard let text = text(field, matching: pattern) else { return nil }
        return attempt(at: field) { () throws(RuleViolation) in try parse(text) }
    }

    /// One of an enumeration's values, by its raw value.
    mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ field: Field, of kind: Value.Type
    ) -> Value? {
        let known = kind.allCases.map(\.rawValue)
        if isDescribed(field, { $0.scalars.insert(.choice(known)) }) { return nil }
        return value(field) { text throws(RuleViolation) in
            if let value = Value(rawValue: text) { return value }
            throw RuleViolation(
                value: text, rule: "one of \(known.joined(separator: ", "))",
                remedy: "write \(Self.nearest(to: text, in: known) ?? known.first ?? "")")
        }
    }

    /// A size with its unit. A bare number reaches the rule that a unit is needed.
    mutating func size<Value>(_ field: Field, _ parse: (ByteCount) throws(RuleViolation) -> Value) -> Value? {
        if isDescribed(field, { $0.scalars.insert(.text(matching: ByteCount.pattern)) }) { return nil }
        guard case .scalar(let text, let isPlain) = field.node.content,
            !isPlain || [.text, .number].contains(DocumentNode.meaning(ofPlain: text))
        else {
            noteWrongType(field, wanted: .size)
            return nil
        }
        return attempt(at: field) { () throws(RuleViolation) in try parse(ByteCount(parsing: text)) }
    }

    /// A whole number in decimal, without quotes; one beyond `Int` is the nearest that `Int` has. All that is taken of
    /// it is in `range`.
    mutating func integer(_ field: Field, in range: ClosedRange<Int>? = nil) -> Int? {
        if isDescribed(field, { $0.scalars.insert(.wholeNumber(range)) }) { return nil }
        if case .scalar(let text, isPlain: true) = field.node.content {
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            let isDecimal = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
            if isDecimal, digits.utf8.count == 1 || !digits.hasPrefix("0") {
                return Int(text) ?? (text.hasPrefix("-") ? .min : .max)
            }
        }
        noteWrongType(field, wanted: .wholeNumber)
        return nil
    }

    /// `true` or `false`, without quotes.
    mutating func boolean(_ field: Field) -> Bool? {
        if isDescribed(field, { $0.scalars.insert(.boolean) }) { return nil }
        switch field.node.content {
        case .scalar("true", isPlain: true): return true
        case .scalar("false", isPlain: true): return false
        default:
            noteWrongType(field, wanted: .boolean)
            return nil
        }
    }

    /// What `body` gives; nil where it breaks a rule, which is noted.
    mutating func attempt<Value>(at field: Field, _ body: () throws(RuleViolation) -> Value) -> Value? {
        guard forms == nil else { return nil }
        do {
            return try body()
        } catch {
            note(error, at: field)
            return nil
        }
    }

    /// What a field should be.
    enum Wanted {
        case mapping, list, text, size, wholeNumber, boolean
    }

    /// Notes that `field` is of another type than `wanted`.
    mutating func noteWrongType(_ field: Field, wanted: Wanted) {
        let (rule, remedy) =
            switch wanted {
            case .mapping: ("this is a mapping of keys and values", "write `key: value` on the lines below")
            case .list: ("this is a list", "write [a, b], or one `- item` a line")
            case .text: ("this is text", Self.remedyForText(field))
            case .size: ("this is a size with its unit", "for example 512 MiB")
            case .wholeNumber: ("this is a whole number, in decimal and without quotes", "for example 2")
            case .boolean: ("this is true or false, without quotes", "write true or false")
            }
        note(RuleViolation(value: Self.shown(field), rule: rule, remedy: remedy), at: field)
    }

    private static func remedyForText(_ field: Field) -> String {
        guard case .scalar(let text, _) = field.node.content else {
            return field.isSecret ? "write `|` behind the key, and the text on deeper lines" : "write the text itself"
        }
        if DocumentNode.meaning(ofPlain: text) == .null { return "write the text, or leave the key out" }
        return field.isSecret ? "put it in quotes" : "put it in quotes: \"\(RuleViolation.displayable(text))\""
    }

    /// What stands in a field, as a problem shows it.
    private static func shown(_ field: Field) -> String {
        switch field.node.content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(let text, let isPlain):
            if isPlain, DocumentNode.meaning(ofPlain: text) == .null {
                "nothing"
            } else {
                field.isSecret ? "text" : text
            }
        }
    }

    private static func unknown(_ key: String, near: String?, keys: [String]) -> RuleViolation {
        let remedy = near.map { "did you mean `\($0)`?" } ?? "known here: \(keys.joined(separator: ", "))"
        return RuleViolation(value: key, rule: "this key is not known here", remedy: remedy)
    }

    /// The known key that `key` was most likely meant to be.
    static func nearest(to key: String, in keys: [String]) -> String? {
        let letters = folded(key)
        let ranked = keys.map { (key: $0, distance: distance(letters, folded($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }),
            best.distance <= max(1, best.key.utf8.count / 3)
        else { return nil }
        return best.key
    }

    /// A key without case, `_` and `-`, since `cloudInit` and `cloud-init` mean `cloud_init`.
    private static func folded(_ key: String) -> [UInt8] {
        key.utf8.prefix(64).filter { !"_-".utf8.contains($0) }.map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
        }
    }

    /// The number of bytes to insert, delete, replace or swap with their neighbour that makes one text the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, leftByte) in left.enumerated() {
            var current = [row + 1]
            for (column, rightByte) in right.enumerated() {
                var cost = min(current[column], last[column + 1]) + 1
                cost = min(cost, last[column] + (leftByte == rightByte ? 0 : 1))
                if row > 0, column > 0, leftByte == right[column - 1], left[row - 1] == rightByte {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
