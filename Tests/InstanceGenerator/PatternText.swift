// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import TestSupport

/// Text that a regular expression matches: of ECMA 262 what the patterns of documents use, which is literals, classes,
/// groups, alternatives and quantifiers between `^` and `$`.
struct PatternText {
    private let pattern: [Character]
    private var place = 0
    private var random: SeededRandom

    /// Text that `pattern` matches; nil where the pattern uses something else.
    static func matching(_ pattern: String, using random: inout SeededRandom) -> String? {
        guard pattern.hasPrefix("^"), pattern.hasSuffix("$") else { return nil }
        var maker = PatternText(pattern: Array(pattern.dropFirst().dropLast()), random: random)
        defer { random = maker.random }
        guard let text = maker.alternatives()?.text(&maker.random), maker.place == maker.pattern.count else {
            return nil
        }
        return text
    }

    private init(pattern: [Character], random: SeededRandom) {
        self.pattern = pattern
        self.random = random
    }

    private indirect enum Node: Sendable {
        case characters([Character])
        case sequence([Node])
        case alternatives([Node])
        case repeated(Node, ClosedRange<Int>)

        func text(_ random: inout SeededRandom) -> String {
            switch self {
            case .characters(let set): return String(set.randomElement(using: &random) ?? "a")
            case .sequence(let nodes): return nodes.reduce(into: "") { $0 += $1.text(&random) }
            case .alternatives(let nodes): return nodes.randomElement(using: &random)?.text(&random) ?? ""
            case .repeated(let node, let range):
                // Mostly few, sometimes as many as there may be.
                let few = range.lowerBound...min(range.upperBound, range.lowerBound + 3)
                let count =
                    switch Int.random(in: 0..<8, using: &random) {
                    case 0: range.upperBound
                    case 1: Int.random(in: range, using: &random)
                    default: Int.random(in: few, using: &random)
                    }
                return (0..<count).reduce(into: "") { text, _ in text += node.text(&random) }
            }
        }
    }

    private mutating func alternatives() -> Node? {
        var nodes: [Node] = []
        repeat {
            guard let node = sequence() else { return nil }
            nodes.append(node)
        } while take("|")
        return nodes.count == 1 ? nodes[0] : .alternatives(nodes)
    }

    private mutating func sequence() -> Node? {
        var nodes: [Node] = []
        while let next = peek, next != "|", next != ")" {
            guard let atom = atom(), let node = quantified(atom) else { return nil }
            nodes.append(node)
        }
        return .sequence(nodes)
    }

    private mutating func atom() -> Node? {
        guard let character = next() else { return nil }
        switch character {
        case "(":
            if take("?"), !take(":") { return nil }
            guard let inner = alternatives(), take(")") else { return nil }
            return inner
        case "[": return characterClass()
        case "\\":
            return next().flatMap { $0.isLetter && $0 != "d" ? nil : $0 == "d" ? Self.digits : .characters([$0]) }
        case "*", "+", "?", "{", "^", "$": return nil
        case ".": return .characters(Array("aZ0-"))
        default: return .characters([character])
        }
    }

    private static let digits = Node.characters(Array("0123456789"))

    private mutating func characterClass() -> Node? {
        guard peek != "^" else { return nil }
        var set: [Character] = []
        while let character = next(), character != "]" {
            if character == "\\" {
                guard let escaped = next(), !escaped.isLetter else { return nil }
                set.append(escaped)
            } else if peek == "-", place + 1 < pattern.count, pattern[place + 1] != "]" {
                place += 1
                guard let first = character.asciiValue, let last = next()?.asciiValue, first <= last else { return nil }
                set += (first...last).map { Character(UnicodeScalar($0)) }
            } else {
                set.append(character)
            }
        }
        return .characters(set)
    }

    private mutating func quantified(_ node: Node) -> Node? {
        switch peek {
        case "?":
            place += 1
            return .repeated(node, 0...1)
        case "*":
            place += 1
            return .repeated(node, 0...4)
        case "+":
            place += 1
            return .repeated(node, 1...4)
        case "{":
            place += 1
            guard let lowest = number() else { return nil }
            let highest = take(",") ? number() ?? lowest + 4 : lowest
            guard take("}"), lowest <= highest else { return nil }
            return .repeated(node, lowest...highest)
        default: return node
        }
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let digit = peek, digit.isNumber { digits.append(digit); place += 1 }
        return Int(digits)
    }

    private var peek: Character? { place < pattern.count ? pattern[place] : nil }

    private mutating func next() -> Character? {
        guard let character = peek else { return nil }
        place += 1
        return character
    }

    private mutating func take(_ character: Character) -> Bool {
        guard peek == character else { return false }
        place += 1
        return true
    }
}
