// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// A program of the host, run by a test to look at the host from outside.
struct HostCommand {
    private let arguments: [String]

    /// A program that did not succeed.
    struct Failure: Error {
        let command: String
        let status: Int32
    }

    /// A program by its name, looked up as usual, and its arguments.
    init(_ arguments: String...) {
        self.init(arguments)
    }

    /// A program by its name, looked up as usual, and its arguments.
    init(_ arguments: [String]) {
        self.arguments = arguments
    }

    /// Runs it; gives what it wrote to standard output, or throws ``Failure``.
    @discardableResult
    func output() throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(command: arguments.joined(separator: " "), status: process.terminationStatus)
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The same for a program that takes its time, on a thread of its own.
    func outputAside() async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try output() }) }.start()
        }
    }
}
