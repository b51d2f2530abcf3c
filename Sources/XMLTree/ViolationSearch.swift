// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Finds what in a refused document a schema does not allow, by leaving parts out.
///
/// libxml2 names only the outermost interleave that failed, which for any wrong device is all of `/domain/devices`. A
/// part is to blame when the document without it is valid, and within it the same question is asked again.
struct ViolationSearch {
    /// A place in the document: which child element to take at each level, and an attribute there.
    struct Place: Hashable {
        var elements: [Int]
        var attribute: XMLName?
    }

    /// The most documents that are tried; a search that needs more ends with the places found so far.
    private var tries = 1000
    private let isValid: (XMLElement) -> Bool

    init(isValid: @escaping (XMLElement) -> Bool) {
        self.isValid = isValid
    }

    /// The innermost places that the schema does not allow; the root itself where nothing inside it is to blame.
    mutating func places(in root: XMLElement) -> [Place] {
        search(root, at: [], holding: { $0 })
    }

    /// Searches an element without which the rest is valid, or the root; `holding` makes the whole document around a
    /// changed form of it.
    private mutating func search(
        _ element: XMLElement, at path: [Int], holding: (XMLElement) -> XMLElement
    ) -> [Place] {
        for attribute in element.attributes {
            var without = element
            without[attribute.name] = nil
            if allows(holding(without)) { return [Place(elements: path, attribute: attribute.name)] }
        }
        let culprits = culprits(in: element, holding: holding)
        guard !culprits.isEmpty else { return [Place(elements: path, attribute: nil)] }
        return culprits.flatMap { culprit -> [Place] in
            let others = Set(culprits).subtracting([culprit])
            guard let child = element.children[culprit].element else { return [] }
            let ordinal = element.children[..<culprit].count { $0.element != nil }
            return search(child, at: path + [ordinal]) { changed in
                var whole = element
                whole.children[culprit] = .element(changed)
                return holding(whole.leavingOut(others))
            }
        }
    }

    /// Which children have to go for the document to be valid.
    private mutating func culprits(in element: XMLElement, holding: (XMLElement) -> XMLElement) -> [Int] {
        let candidates = element.children.indices.filter { element.children[$0].element != nil }
        guard allows(holding(element.leavingOut(Set(candidates)))) else {
            return candidates.first { allows(holding(element.leavingOut([$0]))) }.map { [$0] } ?? []
        }
        var left = Set(candidates)
        for candidate in candidates {
            left.remove(candidate)
            if !allows(holding(element.leavingOut(left))) { left.insert(candidate) }
        }
        return left.sorted()
    }

    private mutating func allows(_ document: XMLElement) -> Bool {
        guard tries > 0 else { return false }
        tries -= 1
        return isValid(document)
    }
}

extension XMLElement {
    fileprivate func leavingOut(_ indices: Set<Int>) -> XMLElement {
        guard !indices.isEmpty else { return self }
        var element = self
        element.children = children.indices.filter { !indices.contains($0) }.map { children[$0] }
        return element
    }
}
