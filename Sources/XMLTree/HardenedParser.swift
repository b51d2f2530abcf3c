// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibxml2

/// libxml2's parser with everything refused that a document could reach beyond itself with.
enum HardenedParser {
    /// Reads a document of UTF-8 without zero bytes; depth and number of nodes are bounded while reading.
    static func parse(_ bytes: [UInt8], limits: XMLLimits) throws(XMLError) -> NativeDocument {
        Libxml2.prepare()
        guard let context = xmlNewParserCtxt(), let sax = context.pointee.sax else { throw .outOfMemory }
        defer { xmlFreeParserCtxt(context) }
        sax.pointee.internalSubset = { context, _, _, _ in HardenedParser.stop(context, for: .documentTypeRefused) }
        sax.pointee.startElementNs = {
            context, name, prefix, uri, namespaces, declared, attributes, defaulted, values in
            guard HardenedParser.admits(context, attributes: attributes) else { return }
            xmlSAX2StartElementNs(context, name, prefix, uri, namespaces, declared, attributes, defaulted, values)
        }
        sax.pointee.serror = { context, error in HardenedParser.note(context, error?.pointee) }

        var state = State(limits: limits)
        let document = withUnsafeMutablePointer(to: &state) { state in
            // SAFETY: the callbacks read this pointer only while xmlCtxtReadMemory runs.
            context.pointee._private = UnsafeMutableRawPointer(state)
            defer { context.pointee._private = nil }
            let options = Int32(
                XML_PARSE_NONET.rawValue | XML_PARSE_NOXINCNODE.rawValue | XML_PARSE_BIG_LINES.rawValue)
            return bytes.withUnsafeBytes { buffer in
                let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
                return xmlCtxtReadMemory(context, start, Int32(clamping: buffer.count), nil, nil, options)
            }
        }
        let made = document.map { NativeDocument(adopting: $0) }
        if let error = state.error { throw error }
        guard let made, context.pointee.wellFormed == 1, context.pointee.nsWellFormed == 1 else {
            throw .malformed(line: 1, column: 1, message: "no document")
        }
        return made
    }

    private struct State {
        let limits: XMLLimits
        var nodes = 0
        var error: XMLError?
    }

    private static func state(_ context: xmlParserCtxtPtr) -> UnsafeMutablePointer<State>? {
        // SAFETY: it points to the state, or to nothing, for as long as the parser runs.
        context.pointee._private?.assumingMemoryBound(to: State.self)
    }

    private static func stop(_ context: UnsafeMutableRawPointer?, for reason: XMLError) {
        // SAFETY: libxml2 hands a parser's callbacks the parser itself, whose userData is not changed here.
        guard let context = context?.assumingMemoryBound(to: xmlParserCtxt.self) else { return }
        if let state = state(context), state.pointee.error == nil { state.pointee.error = reason }
        xmlStopParser(context)
    }

    private static func admits(_ raw: UnsafeMutableRawPointer?, attributes: Int32) -> Bool {
        // SAFETY: as in `stop`.
        guard let context = raw?.assumingMemoryBound(to: xmlParserCtxt.self), let state = state(context) else {
            return false
        }
        state.pointee.nodes += 1 + Int(attributes)
        let limits = state.pointee.limits
        if state.pointee.nodes > limits.nodes {
            stop(raw, for: .tooManyNodes(limit: limits.nodes))
            return false
        }
        if Int(context.pointee.nodeNr) >= limits.depth {
            stop(raw, for: .tooDeep(limit: limits.depth))
            return false
        }
        return true
    }

    private static func note(_ raw: UnsafeMutableRawPointer?, _ error: xmlError?) {
        // SAFETY: as in `stop`.
        guard let context = raw?.assumingMemoryBound(to: xmlParserCtxt.self), let state = state(context),
            let error, error.level.rawValue >= XML_ERR_ERROR.rawValue, state.pointee.error == nil
        else { return }
        let line = max(Int(error.line), 1)
        let message = Libxml2.message(error)
        state.pointee.error =
            error.code == XML_ERR_NO_MEMORY.rawValue
            ? .outOfMemory : .malformed(line: line, column: max(Int(error.int2), 1), message: message)
    }
}
