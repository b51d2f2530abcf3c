// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import XMLTree

/// Libvirt's own schema of domain documents, compiled once in a process.
enum DomainSchema {
    private static let compiled = Guarded<XMLSchema?>(nil)

    /// The schema that this host's libvirt brings.
    ///
    /// - Throws: ``XMLError`` where it is missing or cannot be compiled.
    static func installed() throws(XMLError) -> XMLSchema {
        try compiled.withLock { schema throws(XMLError) in
            if let schema { return schema }
            let fresh = try XMLSchema(path: DomainDocument.schemaPath)
            schema = fresh
            return fresh
        }
    }
}
