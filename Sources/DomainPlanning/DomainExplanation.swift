// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import DomainXML
public import InstanceModel

/// Why a planned domain document is as it is.
public struct DomainExplanation: Sendable, Hashable {
    /// Each element and attribute with its reason, in the document's order.
    public let nodes: [PlannedNode]

    /// The reasons of a planned document.
    ///
    /// - Parameters:
    ///   - document: What ``DomainPlanner`` planned.
    ///   - instance: The instance as it was asked for, before what was left open was filled in.
    ///   - facts: The host that it was planned for.
    public init(of document: DomainDocument, asked instance: Instance, facts: HostFacts) {
        let request = RecordedValue(json: InstanceDocument.stored(instance))
        let host = RecordedValue(facts)
        nodes = document.nodes.map { node in
            let reason = PlanRules.rules(of: node).first?.reason(for: node, asked: request, of: host)
            return PlannedNode(path: node.path, value: node.value, reason: reason ?? Self.unexplained)
        }
    }

    /// What is said where the rules lag behind the planner, which tests keep from happening.
    static let unexplained = PlannedNode.Reason(rule: "no rule tells")
}

/// All rules, each beside the part of the planner that it speaks of.
enum PlanRules {
    static let all = [machine, resources, processor, platform, disks, interfaces, devices, peripherals].flatMap(\.self)

    /// The rules of a node, of which there is to be one: those that tell it most closely.
    static func rules(of node: DomainNode) -> [PlanRule] {
        let candidates = (byName[node.lastName] ?? []) + (byName[nil] ?? [])
        let fitting = candidates.filter { $0.pattern.matches(node) }
        let closest = fitting.map { $0.pattern.conditionCount }.max()
        return fitting.filter { $0.pattern.conditionCount == closest }.map { all[$0.rule] }
    }

    private typealias Place = (pattern: DomainPattern, rule: Int)

    /// The places by the last name of their patterns; those of any name under nil.
    private static let byName: [String?: [Place]] = {
        let places = all.enumerated().flatMap { index, rule in rule.places.map { (pattern: $0, rule: index) } }
        return Dictionary(grouping: places) { $0.pattern.lastName }
    }()
}
