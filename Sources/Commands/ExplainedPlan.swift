// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import XMLTree

/// A planned domain document with the reason of each element and attribute.
struct ExplainedPlan {
    /// The elements and attributes, in the document's order.
    let nodes: [Node]

    /// An element or an attribute, and why it is as it is.
    struct Node {
        let place: DomainNode
        let planned: PlannedNode
    }

    /// A node that was asked for, or that is in one.
    struct Found {
        let node: Node
        /// Whether it was asked for.
        let isMeant: Bool
    }

    /// Reads a plan.
    ///
    /// - Throws: `failed` where its document cannot be read.
    init(_ preview: SpawnPreview) throws(ComputeError) {
        let document: DomainDocument
        do throws(DomainXMLError) {
            document = try DomainDocument(parsing: preview.domainXML)
        } catch {
            throw ComputeError(.failed, subject: "the planned domain document", message: "\(error)")
        }
        let planned = Dictionary(preview.nodes.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        nodes = document.nodes.compactMap { place in planned[place.path].map { Node(place: place, planned: $0) } }
    }

    /// What a pattern means, and what is in it, each once.
    func found(by pattern: DomainPattern) -> [Found] {
        var found: [Found] = []
        var depth = Int.max
        for node in nodes {
            // In the document's order, what is in an element follows it at once.
            if node.depth <= depth { depth = .max }
            let isMeant = pattern.matches(node.place)
            if isMeant || depth < .max { found.append(Found(node: node, isMeant: isMeant)) }
            if isMeant { depth = min(depth, node.depth) }
        }
        return found
    }

    /// The places, without what tells siblings apart, that may have been meant by a pattern which nothing matches: of
    /// its last name, or of the one that is nearest to it.
    func places(near pattern: DomainPattern) -> [String] {
        guard let word = pattern.lastName else { return [] }
        let names = Set(nodes.map(\.place.lastName))
        guard let near = names.contains(word) ? word : NearestWord.to(word, in: names.sorted()) else { return [] }
        var isSeen: Set<String> = []
        let places = nodes.filter { $0.place.lastName == near }.map(\.place.names)
        return Array(places.filter { isSeen.insert($0).inserted }.prefix(5))
    }
}

extension ExplainedPlan.Node {
    /// How deep it is, an attribute deeper than its element.
    fileprivate var depth: Int { place.steps.count + (place.attribute == nil ? 0 : 1) }

    /// The element as text; nil for an attribute.
    func xml() throws -> String? {
        guard place.attribute == nil else { return nil }
        return try place.steps.last?.element.serialized(indentation: .twoSpaces)
    }

    /// The node for programs.
    func outputValue(xml: String? = nil) -> OutputValue {
        let sources = { (sources: [PlannedNode.Source]) in
            OutputValue.array(
                sources.map { .object([.init("path", .string($0.path)), .init("value", .optional($0.value))]) })
        }
        return .object([
            .init("path", .string(planned.path)), .init("value", .optional(planned.value)),
            .init("rule", .string(planned.reason.rule)), .init("requests", sources(planned.reason.requests)),
            .init("facts", sources(planned.reason.facts)), .init("xml", .optional(xml)),
        ])
    }
}

extension ExplainedPlan {
    /// A line for each element, and for each attribute that has a reason of its own; the first ones may be those of an
    /// element that was told before.
    func lines(_ nodes: [Node], of told: PlannedNode? = nil) -> String {
        var text = ""
        var element = told
        for node in nodes {
            let isAttribute = node.place.attribute != nil
            if !isAttribute { element = node.planned }
            guard !isAttribute || element?.reason != node.planned.reason else { continue }
            text += TerminalText.line(node.planned.line) + "\n"
        }
        return text
    }

    /// What was asked for with its XML, its reason and what that follows from, and a line for each node in it.
    func text(of found: [Found]) throws -> String {
        var blocks: [String] = []
        var rest = found[...]
        while let next = rest.popFirst() {
            let inner = rest.prefix { !$0.isMeant }
            rest = rest.dropFirst(inner.count)
            let own = next.node.planned
            let xml = try next.node.xml()?.split(separator: "\n").map { "  | " + TerminalText.line(String($0)) } ?? []
            let rows = ([own.path] + own.rows).map(TerminalText.line)
            let block = (rows.prefix(1) + xml + rows.dropFirst()).map { $0 + "\n" }.joined()
            blocks.append(block + lines(inner.map(\.node), of: own))
        }
        return blocks.joined(separator: "\n")
    }
}

extension PlannedNode {
    /// Where, what, why, on one line.
    fileprivate var line: String {
        let sources =
            reason.requests.map { "\($0.shownPath): \($0.shownValue)" }
            + reason.facts.map { "host's \($0.shownPath): \($0.shownFact)" }
        return path + (value.map { " = " + Self.cut($0) } ?? "") + ": " + reason.rule
            + (sources.isEmpty ? "" : " (" + sources.joined(separator: "; ") + ")")
    }

    /// The value, the rule, and each thing that it follows from, on a line each.
    fileprivate var rows: [String] {
        (value.map { ["  value    " + Self.cut($0)] } ?? []) + ["  rule     " + reason.rule]
            + reason.requests.map { "  request  \($0.shownPath): \($0.shownValue)" }
            + reason.facts.map { "  fact     \($0.shownPath): \($0.shownFact)" }
    }

    /// What of a text fits on a line beside others.
    fileprivate static func cut(_ text: String) -> String {
        text.count <= 60 ? text : text.prefix(59) + "…"
    }
}

extension PlannedNode.Source {
    fileprivate var shownPath: String { path.isEmpty ? "the document" : path }
    fileprivate var shownValue: String { value.map(PlannedNode.cut) ?? "default" }
    fileprivate var shownFact: String { value.map(PlannedNode.cut) ?? "not known" }
}
