// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import SystemPackage

/// A child process of the program `CrashVictim`, which lies beside the tests' own.
final class Victim {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Starts the program.
    init(_ directory: StateDirectory, _ id: InstanceID, _ arguments: String...) throws {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "CrashVictim")
        process.arguments = [directory.path.string, id.description] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    var processID: Int32 { process.processIdentifier }

    /// Waits for its first line.
    func firstLine() throws -> String {
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// Gives it a line, for which it waits.
    func go() throws { try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8)) }

    /// Kills it, as `kill -9` does, and waits for its end.
    func kill() {
        Glibc.kill(processID, SIGKILL)
        process.waitUntilExit()
    }

    /// Lets it end, and gives all that it printed, by lines; nil where it was killed, and did not crash.
    func finish() throws -> [String]? {
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationReason == .uncaughtSignal, process.terminationStatus == SIGKILL { return nil }
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
        return text.split(separator: "\n").map(String.init)
    }

    struct Failure: Error {
        let status: Int32
    }
}
