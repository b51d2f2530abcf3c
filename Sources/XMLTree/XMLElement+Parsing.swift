// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibxml2

extension XMLElement {
    /// Reads a document's root element.
    ///
    /// No network, no entities beyond XML's own five, no document type, no inclusion; safe on any bytes.
    ///
    /// - Parameters:
    ///   - text: The document. What stands outside its root element is checked and left out.
    ///   - limits: How much is read at most.
    ///   - whitespace: What happens to white space that only lays out elements.
    /// - Returns: The root element.
    /// - Throws: `malformed`, `unsupportedEncoding`, `documentTypeRefused`, `tooLarge`, `tooDeep`, `tooManyNodes`,
    ///   `namespaceTooLong` or `outOfMemory`.
    public static func parse(
        _ text: String, limits: XMLLimits = .standard, whitespace: XMLWhitespace = .dropped
    ) throws(XMLError) -> XMLElement {
        try parse(utf8: text.utf8, limits: limits, whitespace: whitespace)
    }

    /// Reads a document's root element from bytes, which must be UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: The document.
    ///   - limits: How much is read at most.
    ///   - whitespace: What happens to white space that only lays out elements.
    /// - Returns: The root element.
    /// - Throws: As for text, and `notUTF8`.
    public static func parse(
        bytes: [UInt8], limits: XMLLimits = .standard, whitespace: XMLWhitespace = .dropped
    ) throws(XMLError) -> XMLElement {
        guard bytes.count <= limits.bytes else { throw .tooLarge(bytes: bytes.count, limit: limits.bytes) }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
        return try parse(utf8: bytes, limits: limits, whitespace: whitespace)
    }

    private static func parse(
        utf8: some Collection<UInt8>, limits: XMLLimits, whitespace: XMLWhitespace
    ) throws(XMLError) -> XMLElement {
        guard utf8.count <= limits.bytes else { throw .tooLarge(bytes: utf8.count, limit: limits.bytes) }
        let bytes = Array(utf8)
        // libxml2 takes a zero byte for the end of its input.
        if let zero = bytes.firstIndex(of: 0) {
            let lines = bytes[..<zero].split(separator: 0x0A, omittingEmptySubsequences: false)
            let column = (lines.last?.count ?? 0) + 1
            throw .malformed(line: lines.count, column: column, message: "a zero byte")
        }
        if let encoding = DeclaredEncoding.find(in: bytes), !encoding.isUTF8 {
            throw .unsupportedEncoding(encoding.name)
        }
        let document = try HardenedParser.parse(bytes, limits: limits)
        guard let root = xmlDocGetRootElement(document.pointer) else {
            throw .malformed(line: 1, column: 1, message: "no element")
        }
        var reader = NativeTreeReader(whitespace: whitespace, limit: limits.nodes)
        return try reader.element(root)
    }
}

/// The encoding that a document's XML declaration names.
private struct DeclaredEncoding {
    let name: String

    var isUTF8: Bool {
        ["utf-8", "utf8", "us-ascii", "ascii"].contains(name.lowercased())
    }

    static func find(in bytes: [UInt8]) -> DeclaredEncoding? {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard bytes[start...].starts(with: Array("<?xml".utf8)), let end = bytes[start...].firstIndex(of: 0x3E) else {
            return nil
        }
        let declaration = String(decoding: bytes[start..<end], as: UTF8.self)
        let fields = declaration.split { $0.isWhitespace || $0 == "=" || $0 == "\"" || $0 == "'" || $0 == "?" }
        guard let key = fields.firstIndex(of: "encoding"), key + 1 < fields.endIndex else { return nil }
        return DeclaredEncoding(name: String(fields[key + 1]))
    }
}
