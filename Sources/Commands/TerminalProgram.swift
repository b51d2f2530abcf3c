// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Dispatch
import FoundationEssentials
import Glibc
import SystemPackage

/// Runs a program that has the terminal to itself, such as an editor: its streams are this process's own.
enum TerminalProgram {
    /// Runs a program that is looked for in `PATH`, and waits for its end, however long that takes.
    ///
    /// - Parameter words: The program and its arguments; no shell reads them.
    /// - Returns: Its exit status; 128 and the signal's number where a signal ended it (`waitpid`).
    /// - Throws: Why it could not be started (`posix_spawnp`).
    @Sendable static func run(_ words: [String]) async throws -> Int32 {
        let process = try start(words)
        return await withCheckedContinuation { continuation in
            DispatchQueue(label: "roost.program").async { continuation.resume(returning: status(of: process)) }
        }
    }

    private static func start(_ words: [String]) throws(Errno) -> pid_t {
        guard let program = words.first, !words.contains(where: { $0.utf8.contains(0) }) else {
            throw .invalidArgument
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let variables = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var process: pid_t = 0
        let failure = posix_spawnp(&process, program, nil, nil, &arguments, &environment)
        guard failure == 0 else { throw Errno(rawValue: failure) }
        return process
    }

    private static func status(of process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { return -1 }
        }
        // As WIFEXITED, WEXITSTATUS and WTERMSIG have it, which are macros.
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}
