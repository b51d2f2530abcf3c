// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

/// What tells an element from its siblings of the same name, as an XPath predicate.
enum ElementIdentity {
    /// The longest identity, in bytes: what is longer is none that libvirt would take, and would make paths long.
    static let longest = 128

    /// What tells this element apart; nil where only its place does.
    static func predicate(of element: XMLElement) -> String? {
        guard element.name.namespace == nil, let keys = keys[element.name.local] else { return nil }
        var parts: [String] = []
        for key in keys {
            guard let value = key.value(in: element) else { continue }
            guard value.utf8.count <= longest else { return nil }
            parts.append("\(key.path)=\(literal(value))")
        }
        return parts.isEmpty ? nil : parts.joined(separator: " and ")
    }

    /// An XPath 1.0 literal; it has no escapes, so that a text with both quotes is shown with one kind of them.
    private static func literal(_ text: String) -> String {
        text.contains("'") ? "\"\(text.replacing("\"", with: "'"))\"" : "'\(text)'"
    }

    private struct Key: Sendable, ExpressibleByStringLiteral {
        let path: String
        private let child: String?
        private let attribute: String?

        init(stringLiteral path: String) {
            self.path = path
            let parts = path.split(separator: "/").map(String.init)
            child = parts.first { !$0.hasPrefix("@") }
            attribute = parts.last { $0.hasPrefix("@") }.map { String($0.dropFirst()) }
        }

        func value(in element: XMLElement) -> String? {
            let place = child.map { element.first(XMLName($0)) } ?? element
            return attribute.map { place?[XMLName($0)] } ?? place?.text
        }
    }

    /// By element, what libvirt, or the guest, tells elements of that name by.
    private static let keys: [String: [Key]] = [
        "audio": ["@id"], "cachetune": ["@vcpus"], "capability": ["@name"], "cell": ["@id"],
        "channel": ["target/@name"], "console": ["target/@type", "target/@port"], "controller": ["@type", "@index"],
        "device": ["path"], "disk": ["target/@dev"], "entry": ["@name"], "feature": ["@name"],
        "filesystem": ["target/@dir"], "graphics": ["@type"], "input": ["@type", "@bus"],
        "interface": ["mac/@address"], "iothread": ["@id"], "iothreadpin": ["@iothread"],
        "iothreadsched": ["@iothreads"], "memnode": ["@cellid"], "memorytune": ["@vcpus"], "node": ["@id"],
        "page": ["@size", "@nodeset"], "parallel": ["target/@port"], "parameter": ["@name"],
        "seclabel": ["@type", "@model"], "serial": ["target/@port"], "sibling": ["@id"], "sysinfo": ["@type"],
        "timer": ["@name"], "vcpu": ["@id"], "vcpupin": ["@vcpu"], "vcpusched": ["@vcpus"],
    ]
}
