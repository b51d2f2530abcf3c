// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Collections in brackets and braces, which include all of JSON.
extension DocumentParser {
    mutating func flowNode() throws(InvalidSpec) -> DocumentNode {
        let start = position
        switch current {
        case UInt8(ascii: "["): return try flowSequence()
        case UInt8(ascii: "{"): return try flowMapping()
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return DocumentNode(content: .scalar(try quoted(), isPlain: false), position: start)
        default:
            try requirePlainStart(inFlow: true)
            return DocumentNode(content: .scalar(try flowPlainText(), isPlain: true), position: start)
        }
    }

    private mutating func flowSequence() throws(InvalidSpec) -> DocumentNode {
        try enter()
        defer { leave() }
        let start = position
        var items: [DocumentNode] = []
        index += 1
        try skipFlowSpace()
        while current != UInt8(ascii: "]") {
            items.append(try flowNode())
            try skipFlowSpace()
            if current == UInt8(ascii: ":") {
                throw failure("a list in brackets holds no `key: value`", remedy: "put it in braces")
            }
            try skipSeparator(or: UInt8(ascii: "]"))
        }
        index += 1
        return DocumentNode(content: .sequence(items), position: start)
    }

    private mutating func flowMapping() throws(InvalidSpec) -> DocumentNode {
        try enter()
        defer { leave() }
        let start = position
        var entries: [DocumentNode.Entry] = []
        index += 1
        try skipFlowSpace()
        while current != UInt8(ascii: "}") {
            let place = position
            let key = try flowKey()
            try skipFlowSpace()
            var value = DocumentNode(content: .scalar("", isPlain: true), position: place)
            if current != UInt8(ascii: ","), current != UInt8(ascii: "}") { value = try flowNode() }
            entries.append(DocumentNode.Entry(key: key, position: place, value: value))
            try skipFlowSpace()
            try skipSeparator(or: UInt8(ascii: "}"))
        }
        index += 1
        return DocumentNode(content: .mapping(entries), position: start)
    }

    /// A key with the `:` behind it.
    private mutating func flowKey() throws(InvalidSpec) -> String {
        let place = position
        let text: String
        switch current {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            throw failure("a key is text", remedy: "write key: value")
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            text = try quoted()
            try skipFlowSpace()
        default:
            try requirePlainStart(inFlow: true)
            text = plainLine(inFlow: true)
            try refuseMerge(text, isPlain: true, at: place)
        }
        guard current == UInt8(ascii: ":") else {
            throw failure("each key in braces has a value", remedy: "write key: value, with a space after the colon")
        }
        index += 1
        return text
    }

    private mutating func skipSeparator(or end: UInt8) throws(InvalidSpec) {
        if current == UInt8(ascii: ",") {
            index += 1
            try skipFlowSpace()
        } else if current != end {
            throw failure("commas stand between the parts of a list or mapping", remedy: "write [a, b] or {a: 1, b: 2}")
        }
    }
}
