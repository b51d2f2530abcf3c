// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Yams

extension OutputValue {
    /// The value as a YAML document, ended by a newline.
    ///
    /// - Throws: `YamlError` where libyaml runs out of memory.
    func yaml() throws -> String {
        // libyaml escapes every character beyond ASCII or none: none, unless one of them would act on a terminal.
        let readable = try Yams.serialize(node: node, width: -1, allowUnicode: true, sortKeys: false)
        guard readable.unicodeScalars.contains(where: { $0 != "\n" && !TerminalText.isSafe($0) }) else {
            return readable
        }
        return try Yams.serialize(node: node, width: -1, allowUnicode: false, sortKeys: false)
    }

    /// Reads a document in JSON; keys of an instance document come in the order in which people write them.
    ///
    /// - Throws: `YamlError` where the text is neither JSON nor YAML.
    init(document: String) throws {
        self = try Yams.compose(yaml: document).map(Self.value(of:)) ?? .null
    }

    private static let customaryOrder = [
        "version", "name", "vcpus", "memory", "boot", "disks", "interfaces", "cloud_init", "agent", "labels",
    ]

    private static func value(of node: Node) -> OutputValue {
        switch node {
        case .mapping(let mapping):
            let members = mapping.map { Member($0.key.string ?? "", value(of: $0.value)) }
            let place = { (key: String) in customaryOrder.firstIndex(of: key) ?? customaryOrder.count }
            return .object(members.sorted { (place($0.key), $0.key) < (place($1.key), $1.key) })
        case .sequence(let sequence): return .array(sequence.map(value(of:)))
        default:
            if node.tag == Tag(.int), let number = node.int { return .integer(Int64(number)) }
            if node.tag == Tag(.bool), let flag = node.bool { return .boolean(flag) }
            return node.tag == Tag(.null) ? .null : .string(node.string ?? "")
        }
    }

    private var node: Node {
        switch self {
        case .null: return Node("null", Tag(.null))
        case .boolean(let value): return Node(value ? "true" : "false", Tag(.bool))
        case .integer(let value): return Node(String(value), Tag(.int))
        case .string(let value): return Self.node(value)
        case .array(let values): return Node(values.map(\.node), Tag(.seq), values.isEmpty ? .flow : .block)
        case .object(let members):
            let pairs = members.map { (Self.node($0.key), $0.value.node) }
            return Node(pairs, Tag(.map), members.isEmpty ? .flow : .block)
        }
    }

    /// A string that reads back as a string: quoted where a reader would take it for something else.
    private static func node(_ value: String) -> Node {
        let isClean = value.unicodeScalars.allSatisfy { $0 == "\n" || TerminalText.isSafe($0) }
        if isClean, value.contains("\n") { return Node(value, Tag(.str), .literal) }
        let plain = Node(value)
        let isText = value.first.map { !$0.isNumber && !"+-.~".contains($0) } ?? false
        if isClean, isText, plain.tag == Tag(.str) { return plain }
        return Node(value, Tag(.str), isClean ? .singleQuoted : .doubleQuoted)
    }
}
