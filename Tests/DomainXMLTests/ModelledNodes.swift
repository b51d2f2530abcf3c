// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import XMLTree

/// What in documents is written by the types: what they make of nothing, and what changing a field changes.
struct ModelledNodes {
    /// The items, as ``DomainFormat`` names them, and "" for the element itself, by path.
    private(set) var items: [String: Set<String>] = [:]

    init() throws {
        record(Self.nodes(of: try DomainDocument.typical().root).keys)
        let before = try Fixtures.domain("q35-running")
        for change in FieldChange.all {
            var after = before
            change.apply(&after)
            let (old, new) = (Self.nodes(of: before.root), Self.nodes(of: after.root))
            record(new.keys.filter { old[$0] != new[$0] })
            // What only went with its element was not changed by itself.
            record(old.keys.filter { new[$0] == nil && old[$0.element] == new[$0.element] })
        }
    }

    private struct Node: Hashable {
        let path: String
        let item: String
        let value: String

        /// The element that this is of.
        var element: Node { Node(path: path, item: "", value: "") }
    }

    private mutating func record(_ nodes: some Sequence<Node>) {
        for node in nodes { items[node.path, default: []].insert(node.item) }
    }

    /// How often each node is there.
    private static func nodes(of root: XMLElement) -> [Node: Int] {
        var nodes: [Node: Int] = [:]
        root.visit { path, element in
            let own = ["": ""].merging(element.elements.isEmpty && !element.text.isEmpty ? ["text": element.text] : [:])
            {
                first, _ in first
            }
            for (item, value) in own { nodes[Node(path: path, item: item, value: value), default: 0] += 1 }
            for attribute in element.attributes {
                nodes[Node(path: path, item: "@\(attribute.name.qualified)", value: attribute.value), default: 0] += 1
            }
        }
        return nodes
    }
}

extension XMLElement {
    /// Calls `visit` with each element and its path below the root.
    func visit(path: String = "", _ visit: (String, XMLElement) -> Void) {
        visit(path, self)
        for child in elements {
            child.visit(path: path.isEmpty ? child.name.qualified : "\(path)/\(child.name.qualified)", visit)
        }
    }
}
