// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import InstanceGenerator
import InstanceModel

@testable import DomainPlanning

/// A planned document, what it was planned for, and what its reasons name.
struct ExplainedPlan {
    /// The instance as it was asked for, in its stored form.
    let request: RecordedValue
    let facts: HostFacts
    let document: DomainDocument
    let nodes: [DomainNode]
    /// What the nodes have, by path.
    let values: [String: String?]

    /// A field or a fact that a rule names.
    struct Name: Hashable {
        let rule: PlanRule
        /// Whether the document gives what then decides alone.
        let isAsked: Bool
        /// The field as the rule has it, such as `disks[#].cache`.
        let template: String
        /// Whether it is one of the host's facts.
        let isFact: Bool
    }

    /// Plans an instance in its stored form.
    init(_ stored: String, facts: HostFacts) throws {
        let asked = try InstanceDocument.parseStored(stored)
        let planner = DomainPlanner(facts: facts)
        try planner.refuseWhatIsLacking(asked)
        let resolved = try asked.resolved(
            diskSize: { _ in nil }, macAddress: { .derived(for: Scene.id, index: $0) })
        let placed = try planner.place(resolved, among: HostClaims())
        request = RecordedValue(json: stored)
        self.facts = facts
        document = try Scene.replan(placed, facts: facts).document
        nodes = document.nodes
        values = Dictionary(nodes.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// What the reason of a node names: the fields as its rule has them, with their paths.
    func names(of node: DomainNode) -> [(name: Name, path: String)] {
        PlanRules.rules(of: node).flatMap { rule in
            let isAsked = rule.isAsked(for: node, in: request)
            let named = rule.named(for: node, asked: request)
            return (named.requests.map { ($0, false) } + named.facts.map { ($0, true) }).map { template, isFact in
                (
                    Name(rule: rule, isAsked: isAsked, template: template, isFact: isFact),
                    PlanRule.path(template, for: node)
                )
            }
        }
    }

    /// Whether a node of this plan is another one, or is not there, in another plan.
    func isChanged(_ node: DomainNode, in other: ExplainedPlan) -> Bool {
        guard let value = other.values[node.path] else { return true }
        return value != node.value
    }

    /// The differences from another plan of which no reason, here or there, names any of what was changed.
    func unnamed(in other: ExplainedPlan, changed: [String], isFact: Bool) -> [String] {
        document.changes(to: other.document).filter { difference in
            let names = [self, other].flatMap { plan in
                plan.nodes(of: difference).flatMap { plan.names(of: $0) }
            }
            return !names.contains { named in
                named.name.isFact == isFact && changed.contains { Self.isRelated(named.path, $0) }
            }
        }.map(\.description)
    }

    private func nodes(of difference: DomainDifference) -> [DomainNode] {
        if case .order = difference.change { return nodes.filter { $0.path.hasPrefix(difference.path + "[") } }
        return nodes.filter { $0.path == difference.path }
    }

    /// Whether one of two fields is the other, or in it.
    private static func isRelated(_ left: String, _ right: String) -> Bool {
        let isIn = { (inner: String, outer: String) in
            outer.isEmpty || inner == outer || inner.hasPrefix(outer + ".") || inner.hasPrefix(outer + "[")
        }
        return isIn(left, right) || isIn(right, left)
    }
}

extension RecordedValue {
    /// The paths of what differs from another value.
    func differences(from other: RecordedValue, at path: String = "") -> [String] {
        guard self != other else { return [] }
        switch (self, other) {
        case (.mapping(let mine), .mapping(let others)):
            return Set(mine.keys).union(others.keys).sorted().flatMap { key in
                (mine[key] ?? .absent)
                    .differences(from: others[key] ?? .absent, at: path.isEmpty ? key : "\(path).\(key)")
            }
        case (.list(let mine), .list(let others)):
            return (0..<max(mine.count, others.count)).flatMap { index in
                (index < mine.count ? mine[index] : .absent)
                    .differences(from: index < others.count ? others[index] : .absent, at: "\(path)[\(index)]")
            }
        default: return [path]
        }
    }

    /// The value as one that can be changed.
    var value: DocumentValue? {
        switch self {
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        case .flag(let flag): .flag(flag)
        case .list(let values): .list(values.compactMap(\.value))
        case .mapping(let members): .mapping(members.compactMapValues(\.value))
        case .absent: nil
        }
    }
}
