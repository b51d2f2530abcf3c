// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import XMLTree

/// A file that holds a domain document of libvirt's; `-` is standard input.
struct DomainFile: Sendable, Hashable {
    let path: String

    /// Reads the document.
    ///
    /// - Throws: ``UsageFailure`` where the file cannot be read, `ComputeError` with code `invalid` where it is no
    ///   domain document.
    func document(in surroundings: Surroundings) async throws -> DomainDocument {
        let text = try await TextFile.document(
            at: path, limit: XMLLimits.standard.bytes,
            hint: "give the file of a domain document, or - for standard input", in: surroundings)
        do {
            return try DomainDocument(parsing: text)
        } catch {
            throw ComputeError(.invalid, subject: subject, message: "\(error)")
        }
    }

    /// What errors call it.
    var subject: String { "document \(path)" }
}
