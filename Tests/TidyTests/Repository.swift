// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

/// The files of this repository, as they are kept or would be.
enum Repository {
    /// A file's path from the root, and its text.
    struct File: Sendable, CustomTestStringConvertible {
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var testDescription: String { path }

        /// The file's name without folders and without its extension.
        var stem: String {
            let name = path.split(separator: "/").last ?? ""
            return String(name.prefix { $0 != "." })
        }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL

    /// The text files that are tracked, or would be.
    static func files() throws -> [File] {
        try run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split(separator: "\0")
            .compactMap { path in
                guard let text = try? text(String(path)) else { return nil }
                return File(path: String(path), text: text)
            }
    }

    /// The Swift sources of the product and of its tests.
    static func swiftFiles() throws -> [File] {
        try files().filter { $0.path.hasSuffix(".swift") }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Runs a program in the root; gives its standard output.
    static func run(_ arguments: String...) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = root
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(arguments.joined(separator: " "))")
        return String(decoding: output, as: UTF8.self)
    }
}
