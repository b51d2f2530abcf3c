// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension XMLElement {
    /// The value of the attribute of this name (prefixes do not matter); setting nil removes the attribute, setting a
    /// value keeps its place or appends it.
    public subscript(name: XMLName) -> String? {
        get { attributes.first { $0.name.denotes(name) }?.value }
        set {
            guard let newValue else { return attributes.removeAll { $0.name.denotes(name) } }
            if let index = attributes.firstIndex(where: { $0.name.denotes(name) }) {
                attributes[index].value = newValue
            } else {
                attributes.append(XMLAttribute(name, newValue))
            }
        }
    }

    /// The child elements, in order.
    public var elements: [XMLElement] { children.compactMap(\.element) }

    /// The first child element of this name.
    public func first(_ name: XMLName) -> XMLElement? {
        for case .element(let element) in children where element.name.denotes(name) { return element }
        return nil
    }

    /// The child elements of this name, in order.
    public func all(_ name: XMLName) -> [XMLElement] {
        var found: [XMLElement] = []
        for case .element(let element) in children where element.name.denotes(name) { found.append(element) }
        return found
    }

    /// The text and CDATA directly inside this element, joined; empty where there is none.
    ///
    /// Setting it replaces all children by that text.
    public var text: String {
        get { children.lazy.compactMap(\.characters).joined() }
        set { children = [.text(newValue)] }
    }

    /// The element that is reached by taking the first child of each name in turn.
    public func descendant(_ path: XMLName...) -> XMLElement? {
        descendant(path[...])
    }

    /// All elements that are reached by taking every child of each name in turn, in document order.
    public func descendants(_ path: XMLName...) -> [XMLElement] {
        path.reduce([self]) { reached, name in reached.flatMap { $0.all(name) } }
    }

    private func descendant(_ path: ArraySlice<XMLName>) -> XMLElement? {
        var reached = self
        for name in path {
            guard let next = reached.first(name) else { return nil }
            reached = next
        }
        return reached
    }
}
