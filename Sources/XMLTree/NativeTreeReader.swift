// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibxml2

/// Copies a libxml2 element and what is in it into a tree.
struct NativeTreeReader {
    private let whitespace: XMLWhitespace
    private let limit: Int
    private var count = 0
    /// The URI of each declaration: a document may use a long one for each of its elements.
    private var namespaces: [xmlNsPtr: String] = [:]

    init(whitespace: XMLWhitespace, limit: Int) {
        self.whitespace = whitespace
        self.limit = limit
    }

    /// Copies an element; its depth was bounded when it was parsed.
    mutating func element(_ node: xmlNodePtr) throws(XMLError) -> XMLElement {
        try countOne()
        var namespaces: [XMLNamespace] = []
        var namespace = node.pointee.nsDef
        while let declared = namespace {
            let prefix = declared.pointee.prefix.map { String(cString: $0) }
            let uri = uri(of: declared) ?? ""
            guard uri.utf8.count <= XMLLimits.namespaceBytes else {
                throw .namespaceTooLong(limit: XMLLimits.namespaceBytes)
            }
            namespaces.append(XMLNamespace(prefix: prefix, uri: uri))
            namespace = declared.pointee.next
        }
        return XMLElement(
            name: name(node.pointee.name, node.pointee.ns),
            namespaces: namespaces,
            attributes: try attributes(of: node),
            children: try children(of: node)
        )
    }

    private mutating func attributes(of node: xmlNodePtr) throws(XMLError) -> [XMLAttribute] {
        var attributes: [XMLAttribute] = []
        var next = node.pointee.properties
        while let attribute = next?.pointee {
            try countOne()
            var value = ""
            var part = attribute.children
            while let text = part?.pointee {
                guard text.type == XML_TEXT_NODE else { throw .documentTypeRefused }
                if let content = text.content { value += String(cString: content) }
                part = text.next
            }
            attributes.append(XMLAttribute(name(attribute.name, attribute.ns), value))
            next = attribute.next
        }
        return attributes
    }

    private mutating func children(of node: xmlNodePtr) throws(XMLError) -> [XMLNode] {
        var children: [XMLNode] = []
        var next = node.pointee.children
        while let child = next {
            if let made = try self.node(child) { children.append(made) }
            next = child.pointee.next
        }
        return whitespace == .dropped ? children.droppingLayout() : children
    }

    private mutating func node(_ node: xmlNodePtr) throws(XMLError) -> XMLNode? {
        let content = { node.pointee.content.map { String(cString: $0) } ?? "" }
        switch node.pointee.type {
        case XML_ELEMENT_NODE: return .element(try element(node))
        case XML_TEXT_NODE:
            try countOne()
            return .text(content())
        case XML_CDATA_SECTION_NODE:
            try countOne()
            return .cdata(content())
        case XML_COMMENT_NODE:
            try countOne()
            return .comment(content())
        case XML_PI_NODE:
            try countOne()
            return .processingInstruction(target: String(cString: node.pointee.name), data: content())
        default:
            // Entity references and the like need a document type, which the parser has refused.
            throw .documentTypeRefused
        }
    }

    private mutating func countOne() throws(XMLError) {
        count += 1
        if count > limit { throw .tooManyNodes(limit: limit) }
    }

    private mutating func name(_ local: UnsafePointer<xmlChar>?, _ namespace: xmlNsPtr?) -> XMLName {
        let uri = namespace.flatMap { self.uri(of: $0) }
        return XMLName(
            local.map { String(cString: $0) } ?? "",
            prefix: namespace?.pointee.prefix.map { String(cString: $0) },
            namespace: uri == "" ? nil : uri
        )
    }

    private mutating func uri(of namespace: xmlNsPtr) -> String? {
        if let known = namespaces[namespace] { return known }
        let uri = namespace.pointee.href.map { String(cString: $0) }
        namespaces[namespace] = uri
        return uri
    }
}
