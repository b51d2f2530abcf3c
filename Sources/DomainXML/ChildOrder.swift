// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

/// The order in which libvirt writes the children of an element.
struct ChildOrder: Sendable, ExpressibleByArrayLiteral {
    private let ranks: [String: Int]

    init(arrayLiteral names: String...) {
        self.init(names)
    }

    init(_ names: [String]) {
        ranks = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    }

    /// Where a new child of this name belongs: before the first child that libvirt writes after it.
    func index(for name: XMLName, in children: [XMLNode]) -> Int {
        guard let rank = ranks[name.local] else { return children.endIndex }
        var earlier = name.local
        return children.firstIndex { node in
            // Many children of one name mostly stand together.
            guard case .element(let other) = node, other.name.local != earlier, other.name.namespace == nil else {
                return false
            }
            if let otherRank = ranks[other.name.local], otherRank > rank { return true }
            earlier = other.name.local
            return false
        } ?? children.endIndex
    }
}

extension XMLElement {
    /// Puts the element in the place of the first child of that name, or where libvirt would write it; nil removes it.
    mutating func setChild(_ name: XMLName, to element: XMLElement?, in order: ChildOrder) {
        switch (firstIndex(of: name), element) {
        case (let index?, let element?): children[index] = .element(element)
        case (let index?, nil): children.remove(at: index)
        case (nil, let element?): children.insert(.element(element), at: order.index(for: element.name, in: children))
        case (nil, nil): break
        }
    }

    /// Puts the elements in the places of the children of that name, one after another. Those that are left over follow
    /// the last one, or stand where libvirt would write them; places that are left over are removed.
    mutating func setChildren(_ name: XMLName, to elements: [XMLElement], in order: ChildOrder) {
        let places = children.indices.filter { children[$0].element?.name.denotes(name) ?? false }
        for (place, element) in zip(places, elements) { children[place] = .element(element) }
        if places.count > elements.count {
            let surplus = Set(places[elements.count...])
            children = children.indices.filter { !surplus.contains($0) }.map { children[$0] }
        } else {
            let start = places.last.map { $0 + 1 } ?? order.index(for: name, in: children)
            children.insert(contentsOf: elements[places.count...].map { .element($0) }, at: start)
        }
    }

    /// Changes the first child of that name, which is made where it is absent, and removed where nothing is left in it.
    mutating func editChild(_ name: XMLName, in order: ChildOrder, _ change: (inout XMLElement) -> Void) {
        guard let index = firstIndex(of: name), case .element(var child) = children[index] else {
            var child = XMLElement(name)
            change(&child)
            if !child.isEmpty { setChild(name, to: child, in: order) }
            return
        }
        let wasEmpty = child.isEmpty
        // With the tree holding it as well, the child would be copied with each change.
        children[index] = .element(XMLElement(name))
        change(&child)
        if child.isEmpty, !wasEmpty {
            children.remove(at: index)
        } else {
            children[index] = .element(child)
        }
    }

    private var isEmpty: Bool { attributes.isEmpty && children.isEmpty }
}
