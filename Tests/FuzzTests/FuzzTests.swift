// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import TestSupport
import Testing

/// A short run of `make fuzz`, and whether it finds what there is to find.
@Suite("Fuzzing")
struct FuzzTests {
    @Test("finds nothing in the readers of documents")
    func clean() throws {
        let seconds = Sanitizer.isThere ? "30" : "2"
        let run = try FuzzProgram("--seed", "7", "--seconds", seconds, "--corpus", FuzzProgram.root + "/Templates")
        #expect(run.status == 0, "\(run.output)")
        let counts = run.output.matches(of: /(\w+): (\d+) inputs, (\d+) of them read/)
        #expect(counts.map { String($0.1) } == ["tree", "domain", "difference", "instance"])
        #expect(counts.allSatisfy { Int($0.2) ?? 0 > 20 && Int($0.3) ?? 0 > 0 }, "\(run.output)")
        #expect(!FileManager.default.fileExists(atPath: run.directory))
    }

    @Test(
        "finds a flaw that was put in, and keeps the input that shows it",
        arguments: [
            // A sanitizer ends a process in its own way.
            ("crash", Sanitizer.isThere ? "" : "crashes (signal 6)"), ("hang", "takes too long"),
            ("untruth", "an untrue answer"),
        ] + (Sanitizer.isThere ? [] : [("hunger", "crashes (signal")]))
    func flaws(name: String, finding: String) throws {
        let flaw = ["--flaw", name, "--subject", "instance"]
        let run = try FuzzProgram(flaw + ["--seed", "3", "--seconds", "60", "--input-seconds", "1"])
        defer { try? FileManager.default.removeItem(atPath: run.directory) }
        #expect(run.status == 1)
        #expect(run.output.contains("FOUND instance: "), "\(run.output)")
        #expect(finding.isEmpty || run.output.contains(finding), "\(run.output)")
        let kept = run.directory + "/found-instance-3"
        let replayed = try FuzzProgram(flaw + ["--input-seconds", "1", "--replay", kept])
        #expect(replayed.status != 0)
        #expect(try FuzzProgram("--subject", "instance", "--replay", kept).status == 0)
    }

    @Test(
        "refuses what it does not know", arguments: [["--sed", "7"], ["--seed"], ["--seed", "x"], ["--replay", "/"]])
    func usage(arguments: [String]) throws {
        #expect(try FuzzProgram(arguments).status == 2)
    }
}

/// A run of the program `Fuzz`, which lies beside the tests' own.
private struct FuzzProgram {
    let status: Int32
    let output: String
    let directory: String

    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL.path

    init(_ arguments: String...) throws {
        try self.init(arguments)
    }

    init(_ arguments: [String]) throws {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        directory = NSTemporaryDirectory() + "/roost-fuzz-\(UUID().uuidString)"
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "Fuzz")
        // What a sanitizer keeps of memory is many times the memory: 2^48 bytes.
        let memory = Sanitizer.isThere ? ["--memory", "\(1 << 28)"] : []
        process.arguments = memory + arguments + ["--directory", directory]
        // Swift's own look at a crash reads what a sanitizer guards.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        // What a signal ended counts as failed, too.
        status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }
}
