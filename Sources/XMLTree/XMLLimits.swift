// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// How much of a document is read before it is refused.
public struct XMLLimits: Sendable, Hashable {
    /// The most bytes of text.
    public var bytes: Int
    /// The deepest nesting of elements, 1 to 256.
    public var depth: Int
    /// The most elements, attributes, texts, comments and processing instructions together.
    public var nodes: Int

    /// Makes limits; a depth outside 1 to 256 is brought inside, since libxml2 itself stops at 256.
    public init(bytes: Int = 4 << 20, depth: Int = 256, nodes: Int = 200_000) {
        self.bytes = bytes
        self.depth = min(max(depth, 1), 256)
        self.nodes = nodes
    }

    /// 4 MiB, 256 levels, 200,000 nodes: many times what libvirt sends.
    public static let standard = XMLLimits()

    /// The most bytes of a namespace's URI, which each element may have for its own.
    static let namespaceBytes = 1_000

    /// For documents that were just written here.
    static let unbounded = XMLLimits(bytes: .max, nodes: .max)
}

/// What a parser does with white space that only lays out elements.
///
/// White space lays out where an element has children other than text and no text but white space. Everywhere else
/// it is content.
public enum XMLWhitespace: Sendable, Hashable {
    /// It is left out.
    case dropped
    /// It is kept as text.
    case kept
}

/// How a document is laid out in writing.
public enum XMLIndentation: Sendable, Hashable {
    /// On one line, exactly the tree's own characters.
    case none
    /// Two spaces a level, as libvirt writes; white space is added only where no text stands.
    case twoSpaces
}
