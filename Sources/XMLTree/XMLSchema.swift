// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibxml2

/// A compiled RELAX NG schema, used by any number of threads at once.
///
/// Compiling libvirt's domain schema takes milliseconds, validating against it microseconds: keep one for as long as
/// its file stays the same.
public final class XMLSchema: Sendable {
    /// The file that the schema was compiled from.
    public let path: String

    // SAFETY: libxml2 only reads a compiled schema; what a validation changes is in its own context.
    private nonisolated(unsafe) let schema: OpaquePointer

    /// Compiles a schema, with the files that it includes, which are found relative to it and never by network.
    ///
    /// Blocks for as long as reading and compiling takes (about 10 ms for libvirt's domain schema).
    ///
    /// - Throws: `schema` with libxml2's first message.
    public init(path: String) throws(XMLError) {
        Libxml2.prepare()
        let log = ErrorLog()
        // The included files are read by parsers that only the thread's handler reaches.
        let previous = roost_xml_install_handler(ErrorLog.handler, log.context)
        defer { roost_xml_restore_handler(previous) }
        guard let parser = xmlRelaxNGNewParserCtxt(path) else { throw .outOfMemory }
        defer { xmlRelaxNGFreeParserCtxt(parser) }
        xmlRelaxNGSetParserStructuredErrors(parser, ErrorLog.handler, log.context)
        guard let schema = xmlRelaxNGParse(parser) else {
            throw .schema(path: path, message: log.messages.first ?? "not a RELAX NG schema")
        }
        self.path = path
        self.schema = schema
    }

    deinit {
        xmlRelaxNGFree(schema)
    }

    /// Checks an element, as the root of a document, against the schema.
    ///
    /// - Throws: `invalid` with what the schema has against it; what XML cannot carry, as for writing.
    public func validate(_ element: XMLElement) throws(XMLError) {
        let document = try NativeDocument.building(element)
        try validate(document, of: element)
    }

    /// Checks an element against the schema and writes it, making libxml2's document only once.
    ///
    /// - Throws: As for ``validate(_:)``.
    public func validatedText(of element: XMLElement, indentation: XMLIndentation = .none) throws(XMLError) -> String {
        let document = try NativeDocument.building(element)
        // Written first: a validation may regroup the children of an interleave while it runs.
        let text = try document.text(indentation)
        try validate(document, of: element)
        return text
    }

    private func validate(_ document: borrowing NativeDocument, of element: XMLElement) throws(XMLError) {
        guard let reported = try violations(in: document) else { return }
        var search = ViolationSearch { candidate in
            guard let document = try? NativeDocument.building(candidate) else { return false }
            return (try? self.violations(in: document)) == .some(nil)
        }
        let places = search.places(in: element)
        // Only a document that was read has lines.
        let numbered = try HardenedParser.parse(Array(document.text(.twoSpaces).utf8), limits: .unbounded)
        let message = reported.joined(separator: "; ")
        throw .invalid(places.map { numbered.violation(at: $0, message: message) })
    }

    /// What libxml2 says against a document; nil where it is valid.
    private func violations(in document: borrowing NativeDocument) throws(XMLError) -> [String]? {
        guard let validator = xmlRelaxNGNewValidCtxt(schema) else { throw .outOfMemory }
        defer { xmlRelaxNGFreeValidCtxt(validator) }
        let log = ErrorLog()
        xmlRelaxNGSetValidStructuredErrors(validator, ErrorLog.handler, log.context)
        let status = withExtendedLifetime(log) { xmlRelaxNGValidateDoc(validator, document.pointer) }
        guard status != 0 else { return nil }
        return log.messages.isEmpty ? ["status \(status)"] : log.messages
    }
}

/// Collects what libxml2 reports during one call.
private final class ErrorLog {
    private(set) var messages: [String] = []

    /// A refused document can be refused at each of its nodes; the first reports tell enough.
    private static let limit = 8

    // SAFETY: whoever hands this out keeps the log until the call that it was given to is over.
    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static let handler: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<xmlError>?) -> Void = {
        context, error in
        guard let context, let error = error?.pointee else { return }
        // SAFETY: the log outlives the libxml2 call that its context was given to.
        let log = Unmanaged<ErrorLog>.fromOpaque(context).takeUnretainedValue()
        guard log.messages.count < limit, error.level.rawValue >= XML_ERR_ERROR.rawValue else { return }
        let message = Libxml2.message(error)
        if !log.messages.contains(message) { log.messages.append(message) }
    }
}

extension NativeDocument {
    /// What is reported for a place of the tree that this document was written from.
    fileprivate borrowing func violation(at place: ViolationSearch.Place, message: String) -> XMLViolation {
        var node = xmlDocGetRootElement(pointer)
        for ordinal in place.elements {
            node = node.flatMap { xmlFirstElementChild($0) }
            for _ in 0..<ordinal { node = node.flatMap { xmlNextElementSibling($0) } }
        }
        guard let node, let text = xmlGetNodePath(node) else {
            return XMLViolation(line: 1, path: "/", message: message)
        }
        defer { roost_xml_free(text) }
        let attribute = place.attribute.map { "/@\($0.qualified)" } ?? ""
        return XMLViolation(
            line: Int(xmlGetLineNo(node)), path: String(cString: text) + attribute, message: message)
    }
}
