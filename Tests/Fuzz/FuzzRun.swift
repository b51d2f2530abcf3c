// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc

/// A whole run, from which the reading process may die.
struct FuzzRun {
    private let options: FuzzOptions
    private let paths: FuzzPaths

    init(_ options: FuzzOptions) {
        self.options = options
        paths = FuzzPaths(directory: options.directory)
    }

    /// Gives exit status 0 where nothing was found, 1 where something was.
    func run() throws -> Int32 {
        try FileManager.default.createDirectory(atPath: options.directory, withIntermediateDirectories: true)
        // At once, whatever becomes of the rest.
        let line = "fuzz: --seed \(options.seed) --seconds \(options.seconds)\n"
        try FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = options.workerArguments
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        if process.terminationReason == .exit, process.terminationStatus == 0 {
            print("nothing was found")
            try FileManager.default.removeItem(atPath: options.directory)
            return 0
        }
        guard process.terminationReason == .uncaughtSignal || process.terminationStatus == 1 else {
            return process.terminationStatus
        }
        let subject = try String(contentsOfFile: paths.subject, encoding: .utf8)
        let kept = paths.found(subject, seed: options.seed)
        try? FileManager.default.removeItem(atPath: kept)
        try FileManager.default.moveItem(atPath: paths.input, toPath: kept)
        print("FOUND \(subject): \(Self.cause(of: process))")
        print("input: \(kept)")
        print("replay: Fuzz --subject \(subject) --replay \(kept)")
        return 1
    }

    private static func cause(of process: Process) -> String {
        guard process.terminationReason == .uncaughtSignal else { return "an untrue answer" }
        switch process.terminationStatus {
        case SIGPROF: return "it takes too long"
        case let signal: return "the reader crashes (signal \(signal))"
        }
    }
}
