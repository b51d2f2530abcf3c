// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

/// A pattern of places in a definition, in the part of XPath that people write: `cputune`, `devices/disk`,
/// `disk/driver/@cache`, `/domain/devices/disk[target/@dev='vda']`, `disk[2]/@*`.
///
/// Without a slash at the beginning, the steps may begin anywhere. A step is a name or `*`, with conditions behind it:
/// a place among siblings of the same name, from 1, or values joined by `and`. `/**` at the end means all that is in
/// an element, at any depth, and not the element.
public struct DomainPattern: Sendable, Hashable {
    /// Whether the steps begin at the root.
    let isAnchored: Bool
    /// The elements on the way.
    let steps: [Step]
    /// What is meant of the last of them.
    let goal: Goal

    /// What is meant of the element that the steps lead to.
    enum Goal: Sendable, Hashable {
        /// The element itself.
        case element
        /// The attribute of this name, or every one for `*`.
        case attribute(String)
        /// All that is in it.
        case content
    }

    /// An element on the way.
    struct Step: Sendable, Hashable {
        let name: String
        let conditions: [Condition]
    }

    /// What tells an element from its siblings.
    enum Condition: Sendable, Hashable {
        /// The place among those of its name, from 1.
        case position(Int)
        /// What is found by the names below the element, the last one maybe an attribute's, is this.
        case value([String], String)
    }

    /// Whether a node is one of those that are meant.
    public func matches(_ node: DomainNode) -> Bool {
        switch goal {
        case .element:
            return node.attribute == nil && ends(in: node, before: node.steps.count)
        case .attribute(let name):
            guard let attribute = node.attribute, name == "*" || name == attribute else { return false }
            return ends(in: node, before: node.steps.count)
        case .content:
            let last = node.attribute == nil ? node.steps.count - 1 : node.steps.count
            return steps.count <= last && (steps.count...last).contains { ends(in: node, before: $0) }
        }
    }

    /// How many conditions it makes: of two patterns that match a node, the one with more tells it more closely.
    public var conditionCount: Int { steps.reduce(0) { $0 + $1.conditions.count } }

    /// The last name of the pattern, an attribute's with its `@`; nil where it can be any.
    public var lastName: String? {
        switch goal {
        case .element: steps.last.flatMap { $0.name == "*" ? nil : $0.name }
        case .attribute(let name): name == "*" ? nil : "@" + name
        case .content: nil
        }
    }

    /// Whether the steps fit those of a node's way that end before this one.
    private func ends(in node: DomainNode, before end: Int) -> Bool {
        let start = end - steps.count
        guard isAnchored ? start == 0 : start >= 0 else { return false }
        return zip(steps, node.steps[start..<end]).allSatisfy { $0.fits($1) }
    }
}

extension DomainPattern.Step {
    fileprivate func fits(_ step: DomainNode.Step) -> Bool {
        let own = step.element.name
        guard name == "*" || name == own.local || name == own.qualified else { return false }
        return conditions.allSatisfy { condition in
            switch condition {
            case .position(let place): place == step.position
            case .value(let path, let text): Self.values(at: path, in: step.element).contains(text)
            }
        }
    }

    private static func values(at path: [String], in element: XMLElement) -> [String] {
        var reached = [element]
        for name in path {
            if name.hasPrefix("@") { return reached.compactMap { $0[XMLName(String(name.dropFirst()))] } }
            reached = reached.flatMap { $0.all(XMLName(name)) }
        }
        return reached.map(\.text)
    }
}
