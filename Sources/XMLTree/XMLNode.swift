// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What stands inside an element.
public enum XMLNode: Sendable, Hashable {
    /// An element with all that is in it.
    case element(XMLElement)
    /// Character data, unescaped.
    case text(String)
    /// A comment's text, without the marks around it.
    case comment(String)
    /// The content of a CDATA section: the same characters as text, written differently.
    case cdata(String)
    /// A processing instruction: its target and the rest of it, which may be empty.
    case processingInstruction(target: String, data: String)

    /// The element, where the node is one.
    public var element: XMLElement? {
        guard case .element(let element) = self else { return nil }
        return element
    }

    /// The characters, where the node is text or a CDATA section.
    public var characters: String? {
        switch self {
        case .text(let text), .cdata(let text): text
        case .element, .comment, .processingInstruction: nil
        }
    }

    /// Whether the node is text (not CDATA) of nothing but XML's four white space characters.
    var isWhitespace: Bool {
        guard case .text(let text) = self else { return false }
        return text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 || $0 == 0x0D }
    }
}

extension [XMLNode] {
    /// The form that a parser would give back: no empty text, and no two texts or CDATA sections side by side.
    func coalesced() -> [XMLNode] {
        guard needsCoalescing else { return self }
        var nodes: [XMLNode] = []
        nodes.reserveCapacity(count)
        for node in self {
            switch (nodes.last, node) {
            case (_, .text("")): continue
            case (.text(let before)?, .text(let text)): nodes[nodes.count - 1] = .text(before + text)
            case (.cdata(let before)?, .cdata(let text)): nodes[nodes.count - 1] = .cdata(before + text)
            default: nodes.append(node)
            }
        }
        return nodes
    }

    private var needsCoalescing: Bool {
        var previousIsText = false
        var previousIsData = false
        for node in self {
            switch node {
            case .text(let text):
                if previousIsText || text.isEmpty { return true }
                (previousIsText, previousIsData) = (true, false)
            case .cdata:
                if previousIsData { return true }
                (previousIsText, previousIsData) = (false, true)
            case .element, .comment, .processingInstruction:
                (previousIsText, previousIsData) = (false, false)
            }
        }
        return false
    }

    /// Whether white space between these nodes only lays them out: they hold something else than text, and all text
    /// among them is blank.
    var hasOnlyLayoutText: Bool {
        var others = false
        for node in self {
            switch node {
            case .text: if !node.isWhitespace { return false }
            case .cdata: return false
            case .element, .comment, .processingInstruction: others = true
            }
        }
        return others
    }

    /// The nodes without the white space that only lays them out.
    func droppingLayout() -> [XMLNode] {
        hasOnlyLayoutText ? filter { !$0.isWhitespace } : self
    }
}
