// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibxml2
import Synchronization

/// The owner of one libxml2 document, freed with it.
struct NativeDocument: ~Copyable {
    let pointer: xmlDocPtr
    private let ledger = DocumentLedger.current

    /// Takes over a document that libxml2 made.
    init(adopting pointer: xmlDocPtr) {
        self.pointer = pointer
        ledger?.made.wrappingAdd(1, ordering: .relaxed)
    }

    /// Builds the document of a tree.
    ///
    /// - Throws: What is in the tree and XML cannot carry, or `outOfMemory`.
    static func building(_ root: XMLElement) throws(XMLError) -> NativeDocument {
        Libxml2.prepare()
        guard let pointer = xmlNewDoc("1.0") else { throw .outOfMemory }
        let document = NativeDocument(adopting: pointer)
        // Without it, characters in attributes outside ASCII are written as numbers.
        // SAFETY: the copy is libxml2's own, and freed with the document.
        pointer.pointee.encoding = UnsafePointer(xmlStrdup("UTF-8"))
        var writer = NativeTreeWriter(document: pointer)
        try writer.write(root)
        return document
    }

    deinit {
        // SAFETY: this value is the only owner, and nothing keeps a node beyond a call.
        xmlFreeDoc(pointer)
        ledger?.freed.wrappingAdd(1, ordering: .relaxed)
    }

    /// The root element's text, in UTF-8, without an XML declaration.
    func text(_ indentation: XMLIndentation) throws(XMLError) -> String {
        guard let root = xmlDocGetRootElement(pointer), let buffer = xmlBufferCreateSize(4096) else {
            throw .outOfMemory
        }
        defer { xmlBufferFree(buffer) }
        xmlBufferSetAllocationScheme(buffer, XML_BUFFER_ALLOC_DOUBLEIT)
        if indentation == .twoSpaces { roost_xml_indent_by_two_spaces() }
        let count = xmlNodeDump(buffer, pointer, root, 0, indentation == .twoSpaces ? 1 : 0)
        guard count >= 0, let content = xmlBufferContent(buffer) else { throw .outOfMemory }
        // SAFETY: the buffer outlives this call and holds that many bytes.
        let bytes = UnsafeBufferPointer(start: content, count: Int(xmlBufferLength(buffer)))
        return String(decoding: bytes, as: UTF8.self)
    }
}
