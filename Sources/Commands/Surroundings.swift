// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import FoundationEssentials
import Glibc
public import SystemPackage

/// Everything around a run that is not an argument: streams, environment, user and signals.
public struct Surroundings: Sendable {
    /// The environment's variables.
    public var environment: [String: String]
    /// The effective user id.
    public var userID: UInt32
    /// The directory that relative paths start from.
    public var workingDirectory: FilePath
    /// Where input comes from.
    public var input: any InputSource
    /// Where results go.
    public var output: any OutputSink
    /// Where progress, notes and errors go.
    public var errorOutput: any OutputSink
    /// The numbers of the signals that ask the run to end; one run reads them.
    public var interruptions: AsyncStream<Int32>
    /// Runs a program, given as its name and arguments, that has the terminal to itself; gives its exit status.
    public var runOnTerminal: @Sendable ([String]) async throws -> Int32

    /// Surroundings of these parts.
    public init(
        environment: [String: String], userID: UInt32, workingDirectory: FilePath, input: any InputSource,
        output: any OutputSink, errorOutput: any OutputSink, interruptions: AsyncStream<Int32>,
        runOnTerminal: (@Sendable ([String]) async throws -> Int32)? = nil
    ) {
        self.environment = environment
        self.userID = userID
        self.workingDirectory = workingDirectory
        self.input = input
        self.output = output
        self.errorOutput = errorOutput
        self.interruptions = interruptions
        self.runOnTerminal = runOnTerminal ?? TerminalProgram.run
    }

    /// This process's own streams, environment, effective user and signals.
    public static func process(_ signals: ProcessSignals) -> Surroundings {
        Surroundings(
            environment: ProcessInfo.processInfo.environment, userID: geteuid(),
            workingDirectory: currentDirectory(),
            input: FileInput(.standardInput), output: FileOutput(.standardOutput),
            errorOutput: FileOutput(.standardError), interruptions: signals.received)
    }

    /// The process's directory, without FileManager, which takes as long as all else here; empty where it was removed.
    private static func currentDirectory() -> FilePath {
        guard let path = getcwd(nil, 0) else { return FilePath() }
        defer { free(path) }
        return FilePath(platformString: path)
    }
}
