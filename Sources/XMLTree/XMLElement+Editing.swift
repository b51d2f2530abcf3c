// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension XMLElement {
    /// Adds an element after all children.
    public mutating func append(_ element: XMLElement) {
        children.append(.element(element))
    }

    /// Adds a node after all children.
    public mutating func append(_ node: XMLNode) {
        children.append(node)
    }

    /// Removes the child elements of this name, and says how many there were.
    @discardableResult
    public mutating func removeAll(_ name: XMLName) -> Int {
        removeAll(name) { _ in true }
    }

    /// Removes the child elements of this name for which the condition holds, and says how many there were.
    @discardableResult
    public mutating func removeAll(_ name: XMLName, where condition: (XMLElement) -> Bool) -> Int {
        let before = children.count
        children.removeAll { node in
            node.element.map { $0.name.denotes(name) && condition($0) } ?? false
        }
        return before - children.count
    }

    /// Puts an element in the place of the first child of its name, or after all children where there is none.
    public mutating func replaceFirst(with element: XMLElement) {
        guard let index = firstIndex(of: element.name) else { return append(element) }
        children[index] = .element(element)
    }

    /// Changes the first child element of this name in place; false where there is none.
    @discardableResult
    public mutating func modifyFirst<Failure: Error>(
        _ name: XMLName, _ change: (inout XMLElement) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        guard let index = firstIndex(of: name), var element = children[index].element else { return false }
        try change(&element)
        children[index] = .element(element)
        return true
    }

    /// Where among ``children`` the first element of this name stands.
    public func firstIndex(of name: XMLName) -> Int? {
        children.firstIndex { $0.element?.name.denotes(name) ?? false }
    }
}
