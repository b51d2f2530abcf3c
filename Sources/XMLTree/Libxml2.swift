// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibxml2

/// The process's one initialisation of libxml2.
enum Libxml2 {
    /// Makes libxml2 ready for any thread, and keeps every document load of this process off the network.
    ///
    /// RELAX NG includes are loaded without parser options, so that only the entity loader can refuse an address there.
    static func prepare() {
        _ = prepared
    }

    private static let prepared: Void = {
        xmlInitParser()
        xmlSetExternalEntityLoader(xmlNoNetExternalEntityLoader)
        xmlSchemaInitTypes()
        _ = xmlRelaxNGInitTypes()
    }()

    /// The text of one of libxml2's messages, which end with a line feed.
    static func message(_ error: xmlError) -> String {
        guard let text = error.message else { return "error \(error.code)" }
        var message = Substring(String(cString: text))
        while let last = message.last, last.isWhitespace { message.removeLast() }
        return String(message)
    }
}
