// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import SystemPackage

/// A process of the program `SpawnVictim`, which lies beside the tests' own.
struct Victim {
    private let process = Process()
    private let output = Pipe()

    /// Starts the program in the lab's state directory.
    init(in lab: Lab, _ arguments: String...) throws {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "SpawnVictim")
        process.arguments = [lab.state.path.string] + arguments
        process.standardOutput = output
        try process.run()
    }

    /// Waits for its end, and gives what it printed, by lines; nil where it was killed, and did not crash.
    func finish() throws -> [String]? {
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
