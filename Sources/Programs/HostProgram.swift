// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
public import SystemPackage

/// A program of the host, named by an absolute path or by a name that is looked up in a fixed list of directories.
///
/// The caller's `PATH` is never consulted: who sets it must not decide what runs.
public struct HostProgram: Sendable, Hashable {
    /// The program's name, or the last component of its path.
    public let name: String
    /// The Debian package that has the program, for the error that says how to get it.
    public let package: String
    private let path: FilePath?

    /// A program that is looked up by `name` in ``searchPath``.
    public init(_ name: String, package: String) {
        self.name = name
        self.package = package
        path = nil
    }

    /// The program at an absolute `path`.
    public init(path: FilePath, package: String) {
        name = path.lastComponent?.string ?? path.string
        self.package = package
        self.path = path
    }

    /// Where programs are looked up, in this order; also the `PATH` that they are given.
    public static let searchPath: [FilePath] = [
        "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
    ]

    /// The path of the program's file.
    ///
    /// - Throws: ``ProgramError/notFound(program:package:)`` where there is no regular file that may be executed.
    public func locate() throws(ProgramError) -> FilePath {
        guard let found = candidates.first(where: Self.isExecutable) else {
            throw .notFound(program: name, package: package)
        }
        return found
    }

    private var candidates: [FilePath] {
        if let path { return path.isAbsolute ? [path] : [] }
        // A name with a slash would leave the list of directories.
        guard let component = FilePath.Component(name), component.kind == .regular else { return [] }
        return Self.searchPath.map { $0.appending(component) }
    }

    private static func isExecutable(_ path: FilePath) -> Bool {
        path.withPlatformString { text in
            var status = stat()
            return stat(text, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(text, X_OK) == 0
        }
    }
}
