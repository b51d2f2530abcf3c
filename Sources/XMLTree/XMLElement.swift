// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// An element: its name, what it declares, its attributes and its children, each in document order.
///
/// A plain value. Its content is free until it is written: characters and names that XML cannot carry are refused by
/// ``serialized(indentation:)`` and by ``XMLSchema``, never escaped into something else. Children are always in the
/// form that a parser would give back: empty text is dropped, neighbouring texts are one.
public struct XMLElement: Sendable, Hashable {
    /// The element's name.
    public var name: XMLName
    /// The namespaces that this element declares, in order.
    public var namespaces: [XMLNamespace]
    /// The attributes, in order, without namespace declarations.
    public var attributes: [XMLAttribute]
    /// The children, in order.
    public var children: [XMLNode] {
        get { storedChildren }
        set { storedChildren = newValue.coalesced() }
        _modify {
            yield &storedChildren
            storedChildren = storedChildren.coalesced()
        }
    }

    private var storedChildren: [XMLNode]

    /// Makes an element of its parts.
    public init(name: XMLName, namespaces: [XMLNamespace], attributes: [XMLAttribute], children: [XMLNode]) {
        self.name = name
        self.namespaces = namespaces
        self.attributes = attributes
        self.storedChildren = children.coalesced()
    }

    /// Makes an element; an attribute whose value is nil is left out.
    ///
    /// - Parameters:
    ///   - name: The element's name.
    ///   - attributes: Names and values, in the order in which they are written.
    ///   - namespaces: The namespaces that the element declares.
    ///   - content: The children: elements, text, lists of either, with `if` and `for`.
    public init(
        _ name: XMLName, _ attributes: KeyValuePairs<XMLName, String?> = [:], namespaces: [XMLNamespace] = [],
        @XMLBuilder content: () -> [XMLNode] = { [] }
    ) {
        self.init(
            name: name,
            namespaces: namespaces,
            attributes: attributes.compactMap { name, value in value.map { XMLAttribute(name, $0) } },
            children: content()
        )
    }

    /// Makes an element that holds text alone.
    public init(_ name: XMLName, _ attributes: KeyValuePairs<XMLName, String?> = [:], text: String) {
        self.init(name, attributes) { text }
    }
}
