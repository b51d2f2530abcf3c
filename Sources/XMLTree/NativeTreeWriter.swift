// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibxml2

/// Copies a tree into a libxml2 document, checking every name and value on the way.
struct NativeTreeWriter {
    private let document: xmlDocPtr
    /// The namespaces in scope, innermost last.
    private var scope: [(prefix: String?, uri: String, pointer: xmlNsPtr)] = []
    private var depth = 0

    init(document: xmlDocPtr) {
        self.document = document
    }

    /// Makes the element the document's root.
    mutating func write(_ root: XMLElement) throws(XMLError) {
        try write(root, into: nil)
    }

    private mutating func write(_ element: XMLElement, into parent: xmlNodePtr?) throws(XMLError) {
        guard depth < XMLLimits.standard.depth else { throw .tooDeep(limit: XMLLimits.standard.depth) }
        try EncodingRules.checkName(element.name.local)
        guard let node = xmlNewDocNode(document, nil, element.name.local, nil) else { throw .outOfMemory }
        // From here on the document owns the node, and frees it whatever is thrown.
        if let parent {
            xmlAddChild(parent, node)
        } else {
            xmlDocSetRootElement(document, node)
        }
        let outer = scope.count
        for namespace in element.namespaces { try declare(namespace, on: node, of: element) }
        node.pointee.ns = try resolve(element.name)
        try writeAttributes(of: element, on: node)
        depth += 1
        for child in element.children { try write(child, of: element, into: node) }
        depth -= 1
        scope.removeLast(scope.count - outer)
    }

    private mutating func write(
        _ child: XMLNode, of element: XMLElement, into node: xmlNodePtr
    ) throws(XMLError) {
        let made: xmlNodePtr?
        switch child {
        case .element(let element):
            return try write(element, into: node)
        case .text(let text):
            try EncodingRules.check(text, place: element.name.qualified)
            made = bytes(of: text) { xmlNewDocTextLen(document, $0, $1) }
        case .cdata(let text):
            try EncodingRules.check(text, escaped: false, place: element.name.qualified)
            made = bytes(of: text) { xmlNewCDataBlock(document, $0, $1) }
        case .comment(let text):
            try EncodingRules.checkComment(text, place: element.name.qualified)
            made = xmlNewDocComment(document, text)
        case .processingInstruction(let target, let data):
            try EncodingRules.checkInstruction(target: target, data: data, place: element.name.qualified)
            made = xmlNewDocPI(document, target, data.isEmpty ? nil : data)
        }
        guard let made else { throw .outOfMemory }
        xmlAddChild(node, made)
    }

    private func writeAttributes(of element: XMLElement, on node: xmlNodePtr) throws(XMLError) {
        if element.attributes.count > 1 { try refuseDuplicates(in: element) }
        for attribute in element.attributes {
            try EncodingRules.checkName(attribute.name.local)
            try EncodingRules.check(
                attribute.value, place: "\(element.name.qualified)/@\(attribute.name.qualified)")
            let namespace = try resolveAttribute(attribute.name, on: node)
            guard xmlNewNsProp(node, namespace, attribute.name.local, attribute.value) != nil else {
                throw .outOfMemory
            }
        }
    }

    private func refuseDuplicates(in element: XMLElement) throws(XMLError) {
        struct Meaning: Hashable {
            let local: String
            let namespace: String?
        }
        // Most elements have a handful of attributes, where comparing each with each is cheaper than a set.
        if element.attributes.count <= 8 {
            for (index, attribute) in element.attributes.enumerated() {
                for other in element.attributes[..<index] where other.name.denotes(attribute.name) {
                    throw .duplicateAttribute(
                        element: element.name.qualified, attribute: attribute.name.qualified)
                }
            }
            return
        }
        var seen: Set<Meaning> = []
        for name in element.attributes.map(\.name) {
            guard seen.insert(Meaning(local: name.local, namespace: name.namespace)).inserted else {
                throw .duplicateAttribute(element: element.name.qualified, attribute: name.qualified)
            }
        }
    }

    private mutating func declare(
        _ namespace: XMLNamespace, on node: xmlNodePtr, of element: XMLElement
    ) throws(XMLError) {
        if let prefix = namespace.prefix {
            try EncodingRules.checkName(prefix)
            guard prefix != "xml", prefix != "xmlns", !namespace.uri.isEmpty else { throw .invalidName(prefix) }
        }
        try EncodingRules.checkNamespace(namespace.uri, place: element.name.qualified)
        // libxml2 answers nil for a second declaration of one prefix.
        guard let made = xmlNewNs(node, namespace.uri, namespace.prefix) else {
            let attribute = namespace.prefix.map { "xmlns:\($0)" } ?? "xmlns"
            throw .duplicateAttribute(element: element.name.qualified, attribute: attribute)
        }
        scope.append((namespace.prefix, namespace.uri, made))
    }

    /// What an element's name is bound to where it stands; nil for no namespace.
    private func resolve(_ name: XMLName) throws(XMLError) -> xmlNsPtr? {
        let bound = scope.last { $0.prefix == name.prefix }
        switch (bound, name.namespace) {
        case (let bound?, let namespace?) where bound.uri == namespace && !namespace.isEmpty:
            return bound.pointer
        case (nil, nil) where name.prefix == nil:
            return nil
        case (let bound?, nil) where name.prefix == nil && bound.uri.isEmpty:
            return nil
        default:
            throw .unboundNamespace(name: name.qualified, namespace: name.namespace)
        }
    }

    private func resolveAttribute(_ name: XMLName, on node: xmlNodePtr) throws(XMLError) -> xmlNsPtr? {
        switch (name.prefix, name.namespace) {
        case (nil, nil): return nil
        case ("xml", XMLName.xmlNamespace): return xmlSearchNs(document, node, "xml")
        case (nil, _): throw .unboundNamespace(name: name.qualified, namespace: name.namespace)
        default: return try resolve(name)
        }
    }

    private func bytes(of text: String, _ make: (UnsafePointer<UInt8>?, Int32) -> xmlNodePtr?) -> xmlNodePtr? {
        var text = text
        return text.withUTF8 { make($0.baseAddress, Int32(clamping: $0.count)) }
    }
}
