// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Foundation
import XMLTree

/// The elements that libvirt's schema (RELAX NG) allows in a domain's document.
struct DomainFormat {
    /// What an element can have, `@NAME` for an attribute and `text` for text, by the element's path below `<domain>`.
    private(set) var items: [String: Set<String>] = [:]

    private var definitions: [String: [XMLElement]] = [:]
    private var files: Set<String> = []

    /// Reads the schema, and what it includes.
    init(path: String = DomainDocument.schemaPath) throws {
        let file = URL(filePath: path)
        let start = try load(file.lastPathComponent, in: file.deletingLastPathComponent())
        for root in elements(in: start) { walk(root, at: [], above: []) }
    }

    /// Takes down the definitions of a file; gives what a document starts with there.
    @discardableResult
    private mutating func load(_ name: String, in directory: URL) throws -> XMLElement {
        var start = XMLElement("start")
        guard files.insert(name).inserted else { return start }
        let grammar = try XMLElement.parse(String(contentsOf: directory.appending(path: name), encoding: .utf8))
        for part in grammar.withParts {
            switch part.name.local {
            case "include": try load(part["href"] ?? "", in: directory)
            case "define": definitions[part["name"] ?? "", default: []].append(part)
            case "start": start = part
            default: break
            }
        }
        return start
    }

    private mutating func walk(_ element: XMLElement, at path: [String], above: Set<String>) {
        for name in element.names {
            let place = path + [name]
            let key = place.dropFirst().joined(separator: "/")
            items[key, default: []].formUnion(items(of: element))
            // What holds itself, such as a backing store, is told once.
            guard !above.contains(name) else { continue }
            for child in elements(in: element) { walk(child, at: place, above: above.union([name])) }
        }
    }

    /// The elements that may stand right in an element.
    private func elements(in pattern: XMLElement) -> [XMLElement] {
        find(in: pattern, inside: []) { $0.name.local == "element" ? [$0] : nil }
    }

    private func items(of element: XMLElement) -> Set<String> {
        let found: [[String]] = find(in: element, inside: []) { pattern in
            switch pattern.name.local {
            case "element": []
            case "attribute": [pattern.names.map { "@\($0)" }]
            case "text", "data", "value": [["text"]]
            default: nil
            }
        }
        return Set(found.joined())
    }

    /// What `take` gives of the patterns below one, through the definitions that they refer to.
    private func find<Found>(
        in pattern: XMLElement, inside references: Set<String>, _ take: (XMLElement) -> [Found]?
    ) -> [Found] {
        pattern.elements.flatMap { child -> [Found] in
            if let found = take(child) { return found }
            switch child.name.local {
            case "ref":
                let name = child["name"] ?? ""
                guard !references.contains(name) else { return [] }
                return (definitions[name] ?? []).flatMap {
                    find(in: $0, inside: references.union([name]), take)
                }
            // The names of elements, and parameters of types.
            case "name", "anyName", "nsName",
                "choice" where child.isNameClass, "param", "except":
                return []
            default: return find(in: child, inside: references, take)
            }
        }
    }
}

extension XMLElement {
    /// The parts of a grammar, also those in divisions and in what is included.
    fileprivate var withParts: [XMLElement] {
        elements.flatMap { part in
            ["div", "include"].contains(part.name.local) ? [part] + part.withParts : [part]
        }
    }

    /// The names of an element or attribute pattern; none where it takes any.
    fileprivate var names: [String] {
        if let name = self["name"] { return [name] }
        return elements.prefix(1).flatMap { first in
            first.name.local == "name" ? [first.text] : first.isNameClass ? first.elements.map(\.text) : []
        }
    }

    /// Whether this is a choice of names, and not of patterns.
    fileprivate var isNameClass: Bool {
        name.local == "choice" && !elements.isEmpty && elements.allSatisfy { $0.name.local == "name" }
    }
}
