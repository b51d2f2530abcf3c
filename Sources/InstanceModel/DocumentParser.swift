// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Reads one document of YAML 1.2 or JSON into a tree, strictly.
///
/// All that people write by hand is read: block and flow collections, plain, quoted and block scalars, comments.
/// What makes a document mean more than it shows is refused: anchors, aliases, merge keys, tags, directives, keys that
/// are not text, several documents. So no input expands, and the depth is checked while reading, before any recursion
/// gets deep. JSON is read as the part of YAML 1.2 that it is, with its surrogate pairs in `\u` escapes.
struct DocumentParser {
    /// The text, and zeros behind it, so that looking a few bytes ahead needs no check.
    let bytes: [UInt8]
    var index = 0
    var line = 1
    var lineStart = 0
    private var depth = 0

    /// The deepest nesting of collections.
    static let maximumDepth = 32

    private init(_ source: DocumentSource) {
        bytes = source.bytes + [0, 0, 0, 0]
    }

    /// The tree of the document in `bytes`.
    ///
    /// - Throws: ``InvalidSpec`` with one problem, at the first place that cannot be read.
    static func parse(_ bytes: [UInt8]) throws(InvalidSpec) -> DocumentNode {
        var parser = DocumentParser(try DocumentSource(bytes))
        return try parser.document()
    }

    private mutating func document() throws(InvalidSpec) -> DocumentNode {
        try skipToContent()
        if current == UInt8(ascii: "%"), column == 0 {
            throw failure("directives are not read", remedy: "remove the line", value: "%")
        }
        if atMarker(UInt8(ascii: "-")) {
            index += 3
            try finishLine(after: "---")
            try skipToContent()
        }
        guard !atEnd else {
            throw failure("a document describes an instance; this one is empty", remedy: "start with version: 1")
        }
        let root = try blockNode(parent: -1)
        try skipToContent()
        if atMarker(UInt8(ascii: ".")) {
            index += 3
            try finishLine(after: "...")
            try skipToContent()
        }
        guard current == 0 else {
            if atMarker(UInt8(ascii: "-")) {
                throw failure("a file holds one document", remedy: "put each instance in a file of its own")
            }
            throw failure("the text does not belong to what stands above it", remedy: "check the indentation")
        }
        return root
    }

    /// The value after a key's `:` or an item's `-`, whose column is `parent`.
    private mutating func blockValue(parent: Int, afterKey: Bool) throws(InvalidSpec) -> DocumentNode {
        let indicator = position
        skipBlanks()
        switch current {
        case UInt8(ascii: "|"), UInt8(ascii: ">"):
            return try blockScalar(parent: parent)
        case 0, UInt8(ascii: "\n"), UInt8(ascii: "#"):
            try finishLine(after: "the indicator")
            try skipToContent()
            if !atEnd {
                if column > parent { return try blockNode(parent: parent) }
                if afterKey, column == parent, atIndicator(UInt8(ascii: "-")) {
                    return try blockSequence(isIndented: false)
                }
            }
            return DocumentNode(content: .scalar("", isPlain: true), position: indicator)
        default:
            guard afterKey else {
                guard bytes[index - 1] != UInt8(ascii: "\t") else { throw tabFailure() }
                return try blockNode(parent: parent)
            }
            guard !atIndicator(UInt8(ascii: "-")) else {
                throw failure("a list starts on the line after its key", remedy: "or write it as [a, b]")
            }
            return try inlineValue(parent: parent)
        }
    }

    /// A collection or scalar that starts here, at a line's first column or right after an item's `-`.
    private mutating func blockNode(parent: Int) throws(InvalidSpec) -> DocumentNode {
        if atIndicator(UInt8(ascii: "-")) { return try blockSequence(isIndented: true) }
        if atIndicator(UInt8(ascii: "?")) {
            throw failure("keys marked with `?` are not read", remedy: "write key: value")
        }
        if let key = try keyOnThisLine() { return try blockMapping(first: key) }
        return try inlineValue(parent: parent)
    }

    /// A scalar or flow collection, with nothing but a comment behind it.
    private mutating func inlineValue(parent: Int) throws(InvalidSpec) -> DocumentNode {
        let start = position
        let value: DocumentNode
        switch current {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            value = try flowNode()
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            value = DocumentNode(content: .scalar(try quoted(), isPlain: false), position: start)
        default:
            try requirePlainStart(inFlow: false)
            let text = try plainText(parent: parent)
            value = DocumentNode(content: .scalar(text, isPlain: true), position: start)
        }
        try finishLine(after: "the value")
        return value
    }

    private typealias Key = (text: String, position: DocumentNode.Position)

    /// The key that this line starts with, read up to behind its `:`; nil, with nothing read, where it has none.
    private mutating func keyOnThisLine() throws(InvalidSpec) -> Key? {
        let start = self
        let place = position
        let text: String
        let isPlain: Bool
        switch current {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            return nil
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            text = try quoted()
            isPlain = false
            skipBlanks()
        default:
            try requirePlainStart(inFlow: false)
            text = plainLine(inFlow: false)
            isPlain = true
        }
        guard line == start.line, atIndicator(UInt8(ascii: ":")) else {
            self = start
            return nil
        }
        try refuseMerge(text, isPlain: isPlain, at: place)
        index += 1
        return (text, place)
    }

    private mutating func blockMapping(first: Key) throws(InvalidSpec) -> DocumentNode {
        try enter()
        defer { leave() }
        var key = first
        var entries: [DocumentNode.Entry] = []
        while true {
            let value = try blockValue(parent: first.position.column, afterKey: true)
            entries.append(DocumentNode.Entry(key: key.text, position: key.position, value: value))
            try skipToContent()
            guard !atEnd, column >= first.position.column else { break }
            guard column == first.position.column, !atIndicator(UInt8(ascii: "-")), let next = try keyOnThisLine()
            else {
                throw failure(
                    "each line of a mapping is `key: value`, and its keys start in one column",
                    remedy: "check the indentation, and put text that holds `: ` or ` #` in quotes")
            }
            key = next
        }
        return DocumentNode(content: .mapping(entries), position: first.position)
    }

    /// A list whose first `-` stands here. Items that are not indented stand in the column of the key that they belong
    /// to, and end where the next key starts.
    private mutating func blockSequence(isIndented: Bool) throws(InvalidSpec) -> DocumentNode {
        try enter()
        defer { leave() }
        let start = position
        var items: [DocumentNode] = []
        while true {
            index += 1
            items.append(try blockValue(parent: start.column, afterKey: false))
            try skipToContent()
            guard !atEnd, column >= start.column else { break }
            if column == start.column, atIndicator(UInt8(ascii: "-")) { continue }
            if column == start.column, !isIndented { break }
            throw failure("the items of a list start in one column with `- `", remedy: "check the indentation")
        }
        return DocumentNode(content: .sequence(items), position: start)
    }

    mutating func enter() throws(InvalidSpec) {
        depth += 1
        guard depth <= Self.maximumDepth else {
            throw failure("a document nests at most \(Self.maximumDepth) levels", remedy: "no key of it goes so deep")
        }
    }

    mutating func leave() {
        depth -= 1
    }
}
