// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import HostFiles
import SystemPackage

/// Text that a user gives in a file or an input, read up to a limit.
enum TextFile {
    /// Why there is no text to be had.
    enum Problem: Error, Sendable, Hashable {
        case missing
        case directory
        case notRegular
        case link
        case unreadable(Errno)
        case tooLarge(limit: Int)
        case notText

        /// The problem in words that follow the file's name.
        var words: String {
            switch self {
            case .missing: "there is no such file"
            case .directory: "it is a directory"
            case .notRegular: "it is not a regular file"
            case .link: "it is a link, or is reached through one"
            case .unreadable(let errno): "it cannot be read: \(errno)"
            case .tooLarge(let limit): "it is larger than \(limit >> 10) KiB"
            case .notText: "it is not text in UTF-8"
            }
        }

        fileprivate init(_ error: HostFileError) {
            switch error {
            case .missing: self = .missing
            case .notRegular: self = .notRegular
            case .untrusted: self = .link
            case .unreadable(_, let errno): self = .unreadable(errno)
            }
        }
    }

    /// The text of a document that a command line names; `-` is standard input.
    ///
    /// - Throws: ``UsageFailure`` where it cannot be read.
    static func document(
        at path: String, limit: Int, hint: String, in surroundings: Surroundings
    ) async throws -> String {
        do {
            guard path == "-" else {
                return try await text(ofAny: surroundings.workingDirectory.pushing(FilePath(path)), limit: limit)
            }
            if surroundings.input.isTerminal {
                CommandScope.current.presenter.note("reading the document from the terminal, until Ctrl-D")
            }
            return try await text(of: surroundings.input, limit: limit)
        } catch let problem as Problem {
            throw UsageFailure("document \(path): \(problem.words)", hint: hint)
        }
    }

    /// The text of a regular file below a directory; no link leads out of it.
    static func text(ofRegular path: FilePath, below directory: FilePath, limit: Int) throws(Problem) -> String {
        let file: HostFile
        do throws(HostFileError) {
            file = try HostFile.open(path, below: directory)
        } catch {
            throw Problem(error)
        }
        return try text(of: regular(file, limit: limit))
    }

    /// The text of a file, or of a pipe or device until its end.
    static func text(ofAny path: FilePath, limit: Int) async throws -> String {
        let file = try opened(path)
        defer { withExtendedLifetime(file) {} }
        switch file.kind {
        case .directory: throw Problem.directory
        case .regular: return try text(of: regular(file, limit: limit))
        case .other: return try await text(of: FileInput(file.descriptor), limit: limit)
        }
    }

    /// The text of an input until its end.
    static func text(of input: any InputSource, limit: Int) async throws -> String {
        var bytes: [UInt8] = []
        while let more = await input.next() {
            bytes += more
            guard bytes.count <= limit else { throw Problem.tooLarge(limit: limit) }
        }
        try Task.checkCancellation()
        return try text(of: bytes)
    }

    private static func opened(_ path: FilePath) throws(Problem) -> HostFile {
        do throws(HostFileError) {
            return try HostFile.open(path)
        } catch {
            throw Problem(error)
        }
    }

    private static func regular(_ file: HostFile, limit: Int) throws(Problem) -> [UInt8] {
        guard file.kind != .directory else { throw .directory }
        let bytes: [UInt8]
        do throws(HostFileError) {
            bytes = try file.bytes(atMost: limit + 1)
        } catch {
            throw Problem(error)
        }
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        return bytes
    }

    private static func text(of bytes: [UInt8]) throws(Problem) -> String {
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        return text
    }
}
