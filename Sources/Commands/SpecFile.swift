// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel
import SystemPackage

/// A file that holds an instance document; `-` is standard input.
struct SpecFile: Sendable, Hashable {
    let path: String

    /// The largest document, and the largest file that one may name.
    static let limit = 1 << 20

    /// Reads and parses the document.
    ///
    /// - Throws: ``UsageFailure`` where the file cannot be read, `ComputeError` with code `invalid` and all problems
    ///   where the document breaks rules.
    func instance(in surroundings: Surroundings) async throws -> Instance {
        let text = try await TextFile.document(
            at: path, limit: Self.limit, hint: "give the file of an instance document, or - for standard input",
            in: surroundings)
        let directory =
            isStandardInput
            ? surroundings.workingDirectory
            : surroundings.workingDirectory.pushing(FilePath(path)).removingLastComponent()
        do {
            return try InstanceDocument.parse(text) { name throws(RuleViolation) in
                try Self.attachment(name, besides: directory)
            }
        } catch {
            let count = error.problems.count
            throw ComputeError(
                .invalid, subject: "document \(path)",
                message: count == 1 ? "it has a problem" : "it has \(count) problems", problems: error.problems)
        }
    }

    private var isStandardInput: Bool { path == "-" }

    /// The text of a file that a document names; it stays within the document's directory, since a document may come
    /// from somebody else than the one who runs it.
    private static func attachment(_ name: String, besides directory: FilePath) throws(RuleViolation) -> String {
        let relative = FilePath(name).lexicallyNormalized()
        guard relative.lastComponent != nil, !name.utf8.contains(0), relative.isRelative,
            !relative.components.contains(where: { $0.kind == .parentDirectory })
        else {
            throw RuleViolation(
                value: name, rule: "a file is named relative to the document's directory, and lies in it",
                remedy: "put the file beside the document, and give its name")
        }
        do {
            return try TextFile.text(ofRegular: directory.pushing(relative), below: directory, limit: limit)
        } catch {
            throw RuleViolation(
                value: name, rule: "the file must be regular text of at most 1 MiB, but \(error.words)",
                remedy: "correct the name, which is relative to the document's directory, or the file")
        }
    }
}
