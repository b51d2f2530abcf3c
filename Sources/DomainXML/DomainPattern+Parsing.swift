// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Why a text is no pattern of places.
public enum DomainPatternError: Error, Sendable, Hashable {
    /// A step has no name, or something stands behind its conditions.
    case step(String)
    /// A condition is neither a place from 1 nor a value.
    case condition(String)
    /// A bracket or a quotation mark is not closed.
    case open(String)
}

extension DomainPatternError: CustomStringConvertible {
    /// The error as a sentence without a full stop.
    public var description: String {
        switch self {
        case .step(let text): "\"\(text)\" is no step: a name, * or @name, with conditions in brackets behind it"
        case .condition(let text): "\"\(text)\" is no condition: a number from 1, or such as target/@dev='vda'"
        case .open(let text): "\"\(text)\" has a bracket or a quotation mark that is not closed"
        }
    }
}

extension DomainPattern {
    /// Reads a pattern.
    ///
    /// - Throws: ``DomainPatternError`` where the text is none.
    public init(parsing text: String) throws(DomainPatternError) {
        var parts = try Self.split(text, at: "/")
        let slashes = parts.prefix(while: \.isEmpty).count
        guard slashes < parts.count, slashes <= 2 else { throw .step(text) }
        parts.removeFirst(slashes)
        isAnchored = slashes == 1
        switch parts.last {
        case "**" where parts.count > 1:
            parts.removeLast()
            goal = .content
        case let last? where last.hasPrefix("@"):
            parts.removeLast()
            goal = .attribute(try Self.name(String(last.dropFirst())))
        default: goal = .element
        }
        var steps: [Step] = []
        for part in parts { steps.append(try Self.step(part)) }
        self.steps = steps
    }

    private static func step(_ text: String) throws(DomainPatternError) -> Step {
        let end = text.firstIndex(of: "[") ?? text.endIndex
        var conditions: [Condition] = []
        var rest = text[end...]
        while !rest.isEmpty {
            guard rest.first == "[" else { throw .step(text) }
            let inner = try split(String(rest.dropFirst()), at: "]", most: 1)
            guard inner.count == 2 else { throw .open(text) }
            conditions += try Self.conditions(inner[0])
            rest = inner[1][...]
        }
        return Step(name: try name(String(text[..<end])), conditions: conditions)
    }

    private static func conditions(_ text: String) throws(DomainPatternError) -> [Condition] {
        let trimmed = text.trimmingBlanks
        if let place = Int(trimmed) {
            guard place > 0 else { throw .condition(trimmed) }
            return [.position(place)]
        }
        let parts = try split(text, at: " ").split(separator: "and", omittingEmptySubsequences: false)
        var found: [Condition] = []
        for part in parts { found.append(try value(part.joined())) }
        return found
    }

    private static func value(_ text: String) throws(DomainPatternError) -> Condition {
        let sides = try split(text, at: "=", most: 1)
        guard sides.count == 2, let mark = sides[1].first, mark == "'" || mark == "\"", sides[1].count >= 2,
            sides[1].last == mark
        else { throw .condition(text) }
        var path: [String] = []
        for part in try split(sides[0], at: "/") {
            let isAttribute = part.hasPrefix("@")
            path.append((isAttribute ? "@" : "") + (try name(isAttribute ? String(part.dropFirst()) : part)))
        }
        guard path.dropLast().allSatisfy({ !$0.hasPrefix("@") }) else { throw .condition(text) }
        return .value(path, String(sides[1].dropFirst().dropLast()))
    }

    private static func name(_ text: String) throws(DomainPatternError) -> String {
        let isName = text.allSatisfy { $0.isLetter || $0.isNumber || "_-.:".contains($0) }
        guard !text.isEmpty, isName || text == "*" else { throw .step(text) }
        return text
    }

    /// The parts between separators that are neither quoted nor in brackets.
    private static func split(
        _ text: String, at separator: Character, most: Int = .max
    ) throws(DomainPatternError) -> [String] {
        var parts = [""]
        var depth = 0
        var quote: Character?
        for character in text {
            let isFree = quote == nil && depth == 0
            if isFree, character == separator, parts.count <= most {
                parts.append("")
                continue
            }
            parts[parts.count - 1].append(character)
            guard most == .max || parts.count <= most else { continue }
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "[" {
                depth += 1
            } else if character == "]" {
                depth -= 1
            }
        }
        guard quote == nil, depth == 0 else { throw .open(text) }
        return parts
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
