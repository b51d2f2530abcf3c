// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Dispatch
import Foundation
import Glibc
import RoostKit
import SystemPackage
import Testing

/// The built command `roost`, which lies beside the tests' own program, on one lab's state directory.
struct CommandRun: Sendable {
    let stateDirectory: String
    /// After how long a command that did not end is killed.
    var limit: Duration = Lab.patience
    /// A program and its first arguments that run the command, such as in another namespace.
    var prefix: [String] = []

    /// How a command ended.
    struct Outcome: Sendable {
        let status: Int32
        let output: Data
        let errorOutput: Data

        var text: String { String(decoding: output, as: UTF8.self) }
        var errorText: String { String(decoding: errorOutput, as: UTF8.self) }

        /// Standard output, read as JSON.
        var json: JSONValue {
            get throws { try JSONDecoder().decode(JSONValue.self, from: output) }
        }

        /// The error object of `-o json`, which is all that standard error holds.
        var error: JSONValue {
            get throws { try JSONDecoder().decode(JSONValue.self, from: errorOutput) }
        }
    }

    /// Runs one command line to its end.
    func callAsFunction(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await self(arguments, input: input)
    }

    /// Runs one command line to its end.
    func callAsFunction(_ arguments: [String], input: String = "") async throws -> Outcome {
        try await start(arguments, input: input).outcome()
    }

    /// Runs one command line, which succeeds; gives its standard output read as JSON.
    @discardableResult
    func json(_ arguments: String..., input: String = "") async throws -> JSONValue {
        let outcome = try await self(arguments + ["-o", "json"], input: input)
        try #require(outcome.status == 0, "\(arguments): \(outcome.errorText)")
        return try outcome.json
    }

    /// The orphans of which `roost host sweep` tells, without tap devices: suites beside this one make some.
    func orphans(deleting: Bool = false) async throws -> [JSONValue] {
        let report = try await deleting ? json("host", "sweep", "--delete") : json("host", "sweep")
        return report["orphans"]?.elements.filter { $0["kind"] != "tap" } ?? []
    }

    /// Starts one command line.
    func start(_ arguments: [String], input: String = "") throws -> RunningCommand {
        try RunningCommand(words: prefix + [try Self.program.path] + arguments, environment: environment, limit: limit)
        {
            .pipes(input: Data(input.utf8))
        }
    }

    /// Starts one command line on a pseudo terminal.
    func start(_ arguments: [String], on terminal: PseudoTerminal) throws -> RunningCommand {
        try RunningCommand(words: prefix + [try Self.program.path] + arguments, environment: environment, limit: limit)
        {
            .terminal(terminal)
        }
    }

    /// Nothing of the surroundings that a test did not give, but what a sanitizer is told.
    private var environment: [String: String] {
        let given = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent",
            "LC_ALL": "C", "TERM": "xterm", "ROOST_STATE_DIR": stateDirectory, "ROOST_CONNECT": "private",
        ]
        let sanitizers = ["TSAN_OPTIONS", "ASAN_OPTIONS"]
        return given.merging(ProcessInfo.processInfo.environment.filter { sanitizers.contains($0.key) }) { own, _ in own
        }
    }

    private static var program: URL {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(filePath: tests).deletingLastPathComponent().appending(path: "roost")
        }
    }
}

extension Lab {
    /// The command `roost` on this lab's state directory.
    var roost: CommandRun { CommandRun(stateDirectory: state.path.string) }
}

/// A command that was started.
final class RunningCommand: Sendable {
    /// What it writes to standard output, or to its terminal.
    let output: Transcript
    private let errorOutput: Transcript?
    private let ending = Ending()
    let processID: Int32

    /// What a command's standard streams are.
    enum Streams {
        case pipes(input: Data)
        case terminal(PseudoTerminal)
    }

    fileprivate init(
        words: [String], environment: [String: String], limit: Duration, _ streams: () -> Streams
    ) throws {
        let process = Process()
        // Where the tests run in the background, signals may be ignored, which programs inherit.
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["--default-signal"] + words
        process.environment = environment
        let ending = ending
        process.terminationHandler = { process in
            let signalled = process.terminationReason == .uncaughtSignal
            ending.settle(process.terminationStatus + (signalled ? 128 : 0))
        }
        switch streams() {
        case .pipes(let input):
            let (inputPipe, outputPipe, errorPipe) = (Pipe(), Pipe(), Pipe())
            process.standardInput = inputPipe
            process.standardOutput = outputPipe
            process.standardError = errorPipe
            output = Transcript(reading: outputPipe.fileHandleForReading)
            errorOutput = Transcript(reading: errorPipe.fileHandleForReading)
            // A pipe holds 64 KiB, and no test types more.
            try inputPipe.fileHandleForWriting.write(contentsOf: input)
            try process.run()
            try inputPipe.fileHandleForWriting.close()
        case .terminal(let terminal):
            process.standardInput = terminal.commandEnd
            process.standardOutput = terminal.commandEnd
            process.standardError = terminal.commandEnd
            output = terminal.output
            errorOutput = nil
            try process.run()
        }
        processID = process.processIdentifier
        DispatchQueue.global().asyncAfter(deadline: .now() + limit / .seconds(1)) { [weak self] in
            self?.send(SIGKILL)
        }
    }

    /// Sends the signal, where it still runs.
    func send(_ signal: Int32) {
        if ending.known == nil { kill(processID, signal) }
    }

    /// Waits until this is part of standard error; fails the test where the command ends without.
    func waitForError(_ text: String) async throws {
        let errorOutput = try #require(errorOutput)
        let found = await errorOutput.wait(for: text)
        try #require(found != nil, "it ended without '\(text)': \(errorOutput.text)")
    }

    /// Waits for its end; 128 and the signal's number where one ended it.
    func status() async -> Int32 {
        await ending.status()
    }

    /// Waits for its end and all that it wrote.
    func outcome() async -> CommandRun.Outcome {
        let status = await status()
        let written = await errorOutput?.whole() ?? Data()
        return CommandRun.Outcome(status: status, output: await output.whole(), errorOutput: written)
    }
}

/// How a process ended, for those who wait for that.
private final class Ending: Sendable {
    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Guarded(State())

    /// The status; nil while the process runs.
    var known: Int32? { state.withLock { $0.status } }

    /// Waits for the status.
    func status() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Tells all who wait.
    func settle(_ status: Int32) {
        let waiting = state.withLock { state in
            state.status = status
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }
}
