// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// Why a text is not a document of libvirt's.
public enum DomainXMLError: Error, Sendable, Hashable {
    /// The text could not be read.
    case unreadable(XMLError)
    /// The root element is another one.
    case root(expected: String, found: String)
}

extension DomainXMLError: CustomStringConvertible {
    /// The error as a sentence without a full stop.
    public var description: String {
        switch self {
        case .unreadable(let error): "the document cannot be read: \(error)"
        case .root(let expected, let found): "the document is a \(found), not a \(expected)"
        }
    }
}

extension XMLElement {
    /// Reads a document whose root element has this name.
    static func document(_ name: XMLName, parsing text: String) throws(DomainXMLError) -> XMLElement {
        let root: XMLElement
        do {
            root = try XMLElement.parse(text)
        } catch {
            throw .unreadable(error)
        }
        return try root.named(name)
    }

    /// This element, where it has this name.
    func named(_ name: XMLName) throws(DomainXMLError) -> XMLElement {
        guard self.name.denotes(name) else {
            throw .root(expected: name.qualified, found: self.name.qualified)
        }
        return self
    }
}
