// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Collects the children of an element: elements and text, optional ones and lists of them, `if`, `switch` and `for`.
@resultBuilder
public enum XMLBuilder {
    /// One element.
    public static func buildExpression(_ element: XMLElement) -> [XMLNode] { [.element(element)] }

    /// An element that may be absent.
    public static func buildExpression(_ element: XMLElement?) -> [XMLNode] { element.map { [.element($0)] } ?? [] }

    /// Elements, in order.
    public static func buildExpression(_ elements: [XMLElement]) -> [XMLNode] { elements.map { .element($0) } }

    /// One node of any kind.
    public static func buildExpression(_ node: XMLNode) -> [XMLNode] { [node] }

    /// Nodes of any kind, in order.
    public static func buildExpression(_ nodes: [XMLNode]) -> [XMLNode] { nodes }

    /// Text, unescaped.
    public static func buildExpression(_ text: String) -> [XMLNode] { [.text(text)] }

    /// The statements of a block, one after another.
    public static func buildBlock(_ parts: [XMLNode]...) -> [XMLNode] { parts.flatMap { $0 } }

    /// An `if` without an `else`.
    public static func buildOptional(_ part: [XMLNode]?) -> [XMLNode] { part ?? [] }

    /// The first branch of a choice.
    public static func buildEither(first part: [XMLNode]) -> [XMLNode] { part }

    /// The second branch of a choice.
    public static func buildEither(second part: [XMLNode]) -> [XMLNode] { part }

    /// The rounds of a `for` loop.
    public static func buildArray(_ parts: [[XMLNode]]) -> [XMLNode] { parts.flatMap { $0 } }
}
