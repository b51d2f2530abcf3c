// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// An element or an attribute of a definition, and where it is.
public struct DomainNode: Sendable, Hashable {
    /// Where: an XPath below the root, as ``DomainDifference/path`` tells places.
    public let path: String
    /// The elements on the way, the root first; the last one is the element, or has the attribute.
    public let steps: [Step]
    /// The attribute's name, with its prefix; nil for an element.
    public let attribute: String?
    /// The attribute's value, or the text directly inside the element; nil where there is none.
    public let value: String?

    /// An element on the way to a node.
    public struct Step: Sendable, Hashable {
        /// The element, with everything in it.
        public let element: XMLElement
        /// Its place among its siblings of the same name, from 1.
        public let position: Int
    }

    /// The element's name, or the attribute's with an `@`.
    public var lastName: String {
        attribute.map { "@" + $0 } ?? steps.last?.element.name.shown ?? ""
    }

    /// The names on the way, and that of the attribute: the path without what tells siblings apart.
    public var names: String {
        "/" + steps.map(\.element.name.shown).joined(separator: "/") + (attribute.map { "/@" + $0 } ?? "")
    }
}

extension DomainDocument {
    /// Each element, and behind it its attributes and what is in it, in the document's order.
    public var nodes: [DomainNode] {
        var nodes: [DomainNode] = []
        Self.collect(
            at: ChangePlace(root: root), [DomainNode.Step(element: root, position: 1)], of: root, into: &nodes)
        return nodes
    }

    private static func collect(
        at place: ChangePlace, _ steps: [DomainNode.Step], of element: XMLElement, into nodes: inout [DomainNode]
    ) {
        nodes.append(DomainNode(path: place.xpath, steps: steps, attribute: nil, value: element.ownText))
        for attribute in element.attributes {
            nodes.append(
                DomainNode(
                    path: place.entering(attribute: attribute.name).xpath, steps: steps,
                    attribute: attribute.name.shown, value: attribute.value))
        }
        for child in Sibling.all(in: element, crowded: element.crowdedNames) {
            let step = DomainNode.Step(element: child.element, position: child.position)
            collect(at: place.entering(child), steps + [step], of: child.element, into: &nodes)
        }
    }
}
