// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import FoundationEssentials
import Glibc
import SystemPackage

/// A file for an editor, in a directory that nobody else can look into; both are gone with ``remove()``.
struct EditedFile: Sendable {
    let path: FilePath
    private let directory: FilePath

    /// Writes `text` into a file of this name, which only its owner may read.
    ///
    /// - Throws: ``UsageFailure`` where there is no place for it.
    init(named name: String, text: String, below parent: FilePath) throws {
        var template = Array(parent.appending("roost-edit-XXXXXX").string.utf8CString)
        guard let made = mkdtemp(&template) else {
            throw UsageFailure(
                "no file can be made in \(parent): \(Errno(rawValue: errno))", hint: "set TMPDIR to another directory")
        }
        directory = FilePath(platformString: made)
        path = directory.appending(name)
        do {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
            try file.closeAfter { _ = try file.writeAll(text.utf8) }
        } catch {
            remove()
            throw UsageFailure("\(path) cannot be written: \(error)", hint: "set TMPDIR to another directory")
        }
    }

    /// Its text, as the editor left it.
    ///
    /// - Throws: ``UsageFailure`` where it cannot be read.
    func text() throws -> String {
        do throws(TextFile.Problem) {
            return try TextFile.text(ofRegular: path, below: directory, limit: SpecFile.limit)
        } catch {
            throw UsageFailure("the edited document: \(error.words)")
        }
    }

    /// Removes it, and whatever else the editor left beside it.
    func remove() {
        // A directory of this run's own: where that fails, nobody else is in the way of it.
        try? FileManager.default.removeItem(atPath: directory.string)
    }
}
