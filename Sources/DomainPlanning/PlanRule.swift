// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import XMLTree

/// Why the planner makes nodes of the domain document as it does.
///
/// A rule stands beside the planner, not in it; tests hold it against the planner: each node of each plan has a rule,
/// what a rule names changes the node, and what changes a node is named.
struct PlanRule: Sendable, Hashable {
    /// The nodes that it is the reason of.
    let places: [DomainPattern]
    /// The rule, with its ground.
    let sentence: String
    /// The field of the instance document that alone decides where it is given, and the rule is then that it was asked
    /// for. One that ends with `[]` decides only where it is a list.
    let asked: String?
    /// What of the instance document decides where that field is left out.
    let requests: [String]
    /// What of the host's facts decides where that field is left out.
    let facts: [String]

    /// A rule.
    ///
    /// - Parameters:
    ///   - places: Patterns below `/domain`; the root itself is the empty one.
    ///   - sentence: The rule, with its ground, without a full stop.
    ///   - asked: The field that alone decides where it is given. In this and in `requests`, `#` stands for the number
    ///     of the item that the node is made for, and `@name` for that attribute of the node's element.
    ///   - requests: The other fields of the instance document that decide; the empty one is the whole document.
    ///   - facts: The host's facts that decide, by their names in `roost host facts -o json`.
    init(
        _ places: [String], _ sentence: String, asked: String? = nil, requests: [String] = [], facts: [String] = []
    ) {
        self.places = places.map { place in
            let path = place.isEmpty ? "/domain" : "/domain/" + place
            guard let pattern = try? DomainPattern(parsing: path) else { preconditionFailure("no pattern: \(path)") }
            return pattern
        }
        self.sentence = sentence
        self.asked = asked
        self.requests = requests
        self.facts = facts
    }

    /// The rule of what is made as a document asks.
    static let asAsked = "the document asks for it"

    /// Why a node is as it is.
    func reason(for node: DomainNode, asked request: RecordedValue, of host: RecordedValue) -> PlannedNode.Reason {
        let source = { (value: RecordedValue, template: String) in
            let path = Self.path(template, for: node)
            return PlannedNode.Source(path: path, value: value[path].shown)
        }
        let named = named(for: node, asked: request)
        return PlannedNode.Reason(
            rule: isAsked(for: node, in: request) ? Self.asAsked : sentence,
            requests: named.requests.map { source(request, $0) }, facts: named.facts.map { source(host, $0) })
    }

    /// The fields that decide, as the rule has them.
    func named(for node: DomainNode, asked request: RecordedValue) -> (requests: [String], facts: [String]) {
        guard let asked else { return (requests, facts) }
        return isAsked(for: node, in: request) ? ([asked], []) : ([asked] + requests, facts)
    }

    /// Whether the document gives the field that then decides alone.
    func isAsked(for node: DomainNode, in request: RecordedValue) -> Bool {
        guard let asked else { return false }
        switch request[Self.path(asked, for: node)] {
        case .absent: return false
        case .list: return true
        default: return !asked.hasSuffix("[]")
        }
    }

    /// The field that a template means for a node.
    static func path(_ template: String, for node: DomainNode) -> String {
        var path = template.hasSuffix("[]") ? String(template.dropLast(2)) : template
        if path.contains("#") { path.replace("#", with: "\(node.item)") }
        if let mark = path.firstIndex(of: "@") {
            let name = path[path.index(after: mark)...]
            let value = node.steps.last.flatMap { step in
                step.element.attributes.first { $0.name.qualified == name }?.value
            }
            path.replaceSubrange(mark..., with: value ?? String(name))
        }
        return path
    }
}

extension DomainNode {
    /// The number, from 0, of the item of the instance document that the node is made for: a cell's own, that of a
    /// device's alias, else the place among elements of that name.
    fileprivate var item: Int {
        for step in steps.reversed() {
            let own: String?
            switch step.element.name.local {
            case "cell": own = step.element["id"]
            case "memnode": own = step.element["cellid"]
            default:
                let alias = step.element.first("alias")?["name"]
                own = alias?.split(separator: "-").last.map(String.init)
            }
            if let number = own.flatMap({ Int($0) }) { return number }
        }
        return (steps.dropFirst(2).first?.position ?? 1) - 1
    }
}
