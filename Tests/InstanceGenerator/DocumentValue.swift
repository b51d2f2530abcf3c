// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A value of a document that is being made.
public enum DocumentValue: Sendable, Hashable {
    /// Text, quoted.
    case text(String)
    /// A whole number.
    case number(Int)
    /// `true` or `false`.
    case flag(Bool)
    /// A list.
    case list([DocumentValue])
    /// A mapping; its keys are written in order.
    case mapping([String: DocumentValue])

    /// The value as JSON, in ASCII alone.
    public var json: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
        case .mapping(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { Self.quoted($0.key) + ":" + $0.value.json }
                .joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for unit in text.utf16 {
            let isPlain = (0x20..<0x7F).contains(unit) && unit != 0x22 && unit != 0x5C
            if isPlain, let scalar = UnicodeScalar(unit) {
                quoted.unicodeScalars.append(scalar)
            } else {
                let digits = String(unit, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }
        }
        return quoted + "\""
    }

    /// Calls `visit` with each value and its path in a schema, such as `disks[].size`.
    public func visit(path: String = "", _ visit: (String, DocumentValue) -> Void) {
        visit(path, self)
        switch self {
        case .text, .number, .flag: break
        case .list(let values): for value in values { value.visit(path: path + "[]", visit) }
        case .mapping(let members):
            for (key, value) in members { value.visit(path: path.isEmpty ? key : "\(path).\(key)", visit) }
        }
    }

    /// The same value with each text in it that `change` gives another for, by its path, such as `disks[1].serial`.
    public func replacingTexts(path: String = "", _ change: (String) -> String?) -> DocumentValue {
        switch self {
        case .text: return change(path).map(DocumentValue.text) ?? self
        case .number, .flag: return self
        case .list(let values):
            return .list(
                values.enumerated().map { index, value in
                    value.replacingTexts(path: "\(path)[\(index)]", change)
                })
        case .mapping(let members):
            let changed = members.map { key, value in
                (key, value.replacingTexts(path: path.isEmpty ? key : "\(path).\(key)", change))
            }
            return .mapping(Dictionary(uniqueKeysWithValues: changed))
        }
    }

    /// The value that a path leads to.
    subscript(path: ArraySlice<DocumentStep>) -> DocumentValue? {
        get {
            guard let step = path.first else { return self }
            switch (step, self) {
            case (.key(let key), .mapping(let members)): return members[key]?[path.dropFirst()]
            case (.index(let index), .list(let values)) where values.indices.contains(index):
                return values[index][path.dropFirst()]
            default: return nil
            }
        }
        set {
            guard let step = path.first else {
                if let newValue { self = newValue }
                return
            }
            let rest = path.dropFirst()
            switch (step, self) {
            case (.key(let key), .mapping(var members)):
                if rest.isEmpty { members[key] = newValue } else { members[key]?[rest] = newValue }
                self = .mapping(members)
            case (.index(let index), .list(var values)) where values.indices.contains(index):
                if !rest.isEmpty {
                    values[index][rest] = newValue
                } else if let newValue {
                    values[index] = newValue
                } else {
                    values.remove(at: index)
                }
                self = .list(values)
            default: break
            }
        }
    }
}

/// A step on the way to a value.
enum DocumentStep: Sendable, Hashable {
    case key(String)
    case index(Int)

    /// The steps of a path as problems name it, such as `disks[1].size`.
    static func steps(of path: String) -> [DocumentStep] {
        path.split(separator: ".").flatMap { part -> [DocumentStep] in
            let pieces = part.split(separator: "[")
            let indices = pieces.dropFirst().compactMap { Int($0.dropLast()).map(DocumentStep.index) }
            return (part.hasPrefix("[") ? [] : pieces.prefix(1).map { .key(String($0)) }) + indices
        }
    }
}
