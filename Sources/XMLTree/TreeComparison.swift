// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// One comparison of two trees, collecting what differs.
struct TreeComparison {
    enum Extras {
        case reported
        case allowed
    }

    private(set) var differences: [XMLDifference] = []
    private let extras: Extras
    private let order: XMLElement.OrderRule

    init(extras: Extras, order: XMLElement.OrderRule) {
        self.extras = extras
        self.order = order
    }

    mutating func compareRoots(expected: XMLElement, actual: XMLElement) {
        guard expected.name.denotes(actual.name) else {
            note("/\(expected.name.qualified)", .missingElement)
            if extras == .reported { note("/\(actual.name.qualified)", .unexpectedElement) }
            return
        }
        compare(expected: expected, actual: actual, path: "/\(expected.name.qualified)")
    }

    private mutating func note(_ path: String, _ kind: XMLDifference.Kind) {
        differences.append(XMLDifference(path: path, kind: kind))
    }

    private mutating func compare(expected: XMLElement, actual: XMLElement, path: String) {
        compareAttributes(expected: expected, actual: actual, path: path)
        let texts = (expected: expected.meaningfulText, actual: actual.meaningfulText)
        if texts.expected != texts.actual, extras == .reported || !texts.expected.isEmpty {
            note(path, .value(expected: texts.expected, actual: texts.actual))
        }
        compareChildren(expected: expected.elements, actual: actual.elements, path: path)
    }

    private mutating func compareAttributes(expected: XMLElement, actual: XMLElement, path: String) {
        for attribute in expected.attributes {
            let place = "\(path)/@\(attribute.name.qualified)"
            guard let value = actual[attribute.name] else {
                note(place, .missingAttribute(expected: attribute.value))
                continue
            }
            if value != attribute.value { note(place, .value(expected: attribute.value, actual: value)) }
        }
        guard extras == .reported else { return }
        for attribute in actual.attributes where expected[attribute.name] == nil {
            note("\(path)/@\(attribute.name.qualified)", .unexpectedAttribute(actual: attribute.value))
        }
    }

    private mutating func compareChildren(expected: [XMLElement], actual: [XMLElement], path: String) {
        var names: [XMLName] = []
        for name in expected.map(\.name) + actual.map(\.name) where !names.contains(where: { $0.denotes(name) }) {
            names.append(name)
        }
        let before = differences.count
        for name in names {
            let wanted = expected.filter { $0.name.denotes(name) }
            let found = actual.filter { $0.name.denotes(name) }
            let base = "\(path)/\((wanted.first ?? found.first)?.name.qualified ?? name.qualified)"
            switch extras {
            case .reported: compareInStep(wanted, found, base)
            case .allowed: compareLoosely(wanted, found, base)
            }
        }
        guard order == .amongAll, differences.count == before else { return }
        let sequences = (expected: expected.map(\.name.qualified), actual: actual.map(\.name.qualified))
        if sequences.expected != sequences.actual {
            note(path, .order(expected: sequences.expected, actual: sequences.actual))
        }
    }

    private mutating func compareInStep(_ wanted: [XMLElement], _ found: [XMLElement], _ base: String) {
        let isNumbered = max(wanted.count, found.count) > 1
        for index in 0..<max(wanted.count, found.count) {
            let path = isNumbered ? "\(base)[\(index + 1)]" : base
            if index >= found.count {
                note(path, .missingElement)
            } else if index >= wanted.count {
                note(path, .unexpectedElement)
            } else {
                compare(expected: wanted[index], actual: found[index], path: path)
            }
        }
    }

    /// Takes for each wanted element the first found one after the last taken that holds all of it. One that nothing
    /// holds is reported against the closest of those that no later wanted element needs.
    private mutating func compareLoosely(_ wanted: [XMLElement], _ found: [XMLElement], _ base: String) {
        var next = 0
        for (index, element) in wanted.enumerated() {
            let path = wanted.count > 1 ? "\(base)[\(index + 1)]" : base
            var closest: (index: Int, differences: [XMLDifference])?
            for candidate in next..<max(found.count, next) {
                let result = compared(element, found[candidate], path)
                if result.count < closest?.differences.count ?? .max { closest = (candidate, result) }
                if result.isEmpty { break }
            }
            guard let closest else {
                note(path, .missingElement)
                continue
            }
            differences += closest.differences
            if closest.differences.isEmpty {
                next = closest.index + 1
            } else if found.count - next >= wanted.count - index {
                // As many are left as are wanted: this one is the changed one, not an absent one.
                next += 1
            }
        }
    }

    private func compared(_ expected: XMLElement, _ actual: XMLElement, _ path: String) -> [XMLDifference] {
        var inner = TreeComparison(extras: extras, order: order)
        inner.compare(expected: expected, actual: actual, path: path)
        return inner.differences
    }
}

extension XMLElement {
    /// The element's own text without layout.
    fileprivate var meaningfulText: String {
        children.hasOnlyLayoutText ? "" : text
    }
}
