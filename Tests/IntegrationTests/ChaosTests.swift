// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

/// The random run of `make chaos`, made short; `hack/chaos` makes a long one.
@Suite("Two processes with many tasks under random faults", .serialized)
struct ChaosTests {
    @Test("agree with libvirt, the database and the disk at the end, and were told the truth")
    func truth() throws {
        let run = try ChaosProgram("--seed", "7", "--duration", "20", "--guests", "6", "--tasks", "20")
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("nothing was found"))
    }

    @Test(
        "are caught where a flaw is put in",
        arguments: [
            ("lock-removed", "FOUND"), ("undo-skipped", "orphan files"), ("event-dropped", "heard nothing of"),
            ("reply-invented", "cannot be true"),
        ])
    func mutants(name: String, finding: String) throws {
        var outputs: [String] = []
        // What a seed comes to depends on the machine, too: one of these finds the flaw, within five minutes.
        for (seed, seconds) in [(3, 20), (4, 40), (5, 80), (6, 120)] {
            let run = try ChaosProgram(
                "--mutant", name, "--seed", "\(seed)", "--duration", "\(seconds)", "--guests", "4", "--tasks", "12")
            if run.status == 1, run.output.contains(finding) { return }
            outputs.append(run.output)
        }
        Issue.record("\(name) was not found: \(outputs)")
    }

    @Test("refuse an option that there is not")
    func usage() throws {
        let run = try ChaosProgram("--sed", "7")
        #expect(run.status == 2)
    }
}

/// A run of the program `Chaos`, which lies beside the tests' own.
private struct ChaosProgram {
    let status: Int32
    let output: String

    init(_ arguments: String...) throws {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let directory = try Lab.base + "/c" + UUID().uuidString.prefix(3)
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "Chaos")
        process.arguments = arguments + ["--directory", directory]
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }
}
