// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage

/// A file that a user named, opened without waiting and read up to a limit.
struct BoundedFile {
    private let descriptor: FileDescriptor
    private let kind: mode_t

    /// Why a file cannot be read.
    enum Problem: Error, Sendable, Hashable {
        case missing
        case directory
        case notRegular
        case unreadable(Errno)
        case tooLarge(limit: Int)
        case notText

        /// The problem in words that follow the file's name.
        var words: String {
            switch self {
            case .missing: "there is no such file"
            case .directory: "it is a directory"
            case .notRegular: "it is not a regular file"
            case .unreadable(let errno): "it cannot be read: \(errno)"
            case .tooLarge(let limit): "it is larger than \(limit >> 10) KiB"
            case .notText: "it is not text in UTF-8"
            }
        }
    }

    /// Opens a file, gives it to `body`, and closes it.
    static func with<Result>(_ path: FilePath, _ body: (BoundedFile) throws -> Result) throws -> Result {
        let file = try BoundedFile(opening: path)
        // Nothing was written, so a close that fails loses nothing.
        defer { try? file.descriptor.close() }
        return try body(file)
    }

    /// The text of a regular file.
    static func text(ofRegular path: FilePath, limit: Int) throws(Problem) -> String {
        do {
            return try with(path) { try text(of: try $0.regularBytes(limit: limit)) }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .unreadable(.ioError)
        }
    }

    /// The text of a file, or of a pipe or device until its end.
    static func text(ofAny path: FilePath, limit: Int) async throws -> String {
        let file = try BoundedFile(opening: path)
        defer { try? file.descriptor.close() }
        guard file.kind != S_IFREG else { return try text(of: try file.regularBytes(limit: limit)) }
        guard file.kind != S_IFDIR else { throw Problem.directory }
        return try await text(of: FileInput(file.descriptor), limit: limit)
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

    private init(opening path: FilePath) throws(Problem) {
        do {
            descriptor = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
        } catch let errno as Errno {
            throw errno == .noSuchFileOrDirectory || errno == .notDirectory ? .missing : .unreadable(errno)
        } catch {
            throw .unreadable(.ioError)
        }
        var facts = stat()
        guard fstat(descriptor.rawValue, &facts) == 0 else {
            try? descriptor.close()
            throw .unreadable(Errno(rawValue: errno))
        }
        kind = facts.st_mode & S_IFMT
    }

    private func regularBytes(limit: Int) throws(Problem) -> [UInt8] {
        guard kind != S_IFDIR else { throw .directory }
        guard kind == S_IFREG else { throw .notRegular }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        do {
            while true {
                // SAFETY: the pointer is used only while the call lasts.
                let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
                guard count > 0 else { return bytes }
                bytes += buffer.prefix(count)
                guard bytes.count <= limit else { throw Problem.tooLarge(limit: limit) }
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .unreadable(error as? Errno ?? .ioError)
        }
    }

    private static func text(of bytes: [UInt8]) throws(Problem) -> String {
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        return text
    }
}
