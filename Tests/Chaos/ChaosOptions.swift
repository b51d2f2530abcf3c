// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc

/// What a run is made of, out of the command line.
struct ChaosOptions: Sendable {
    var seed: UInt64 = 1
    var seconds = 20
    var guests = 20
    /// The tasks of each process.
    var tasks = 100
    var mutant: Mutant?
    /// Where the state directory is made; its path is short enough for unix sockets.
    var directory = "/var/tmp/roost-chaos.\(getpid())"
    /// Where the history is written.
    var history: String?
    /// Whether a history that is there is judged, and nothing run.
    var judges = false
    /// Set for one of the two processes that make the calls.
    var worker: Worker?

    /// Which of the processes this is.
    struct Worker: Sendable {
        var number = 0
        /// How often the process was started before.
        var incarnation = 0
        /// When it makes no more calls.
        var until: UInt64 = 0
    }

    static let usage = """
        usage: Chaos [--seed N] [--duration SECONDS] [--guests N] [--tasks N] [--mutant NAME] [--directory DIR] \
        [--history DIR] [--judge DIR]

        Two processes, each with as many tasks, make random calls on as many guests of one state directory, while
        processes, daemon and guests are killed and stopped. Then libvirt, database and disk must agree, and each answer
        must have been true. The same seed chooses the same calls and faults; when they happen is the machine's choice.
        --judge judges the history that a run has left, and runs nothing.
        mutants: \(Mutant.allCases.map(\.rawValue).joined(separator: ", "))
        """

    init(_ arguments: [String]) throws {
        var left = arguments[...]
        while let name = left.popFirst() {
            guard let value = left.popFirst() else { throw ChaosFailure(Self.usage) }
            switch name {
            case "--seed": seed = try Self.number(value)
            case "--duration": seconds = try Self.number(value)
            case "--guests": guests = try Self.number(value)
            case "--tasks": tasks = try Self.number(value)
            case "--directory": directory = value
            case "--history": history = value
            case "--judge":
                history = value
                judges = true
            case "--mutant":
                guard let named = Mutant(rawValue: value) else { throw ChaosFailure(Self.usage) }
                mutant = named
            case "--worker": worker = Worker(number: try Self.number(value))
            case "--incarnation": worker?.incarnation = try Self.number(value)
            case "--until": worker?.until = try Self.number(value)
            default: throw ChaosFailure(Self.usage)
            }
        }
        guard guests > 0, tasks > 0, seconds > 0 else { throw ChaosFailure(Self.usage) }
    }

    var statePath: String { directory + "/s" }
    var historyPath: String { history ?? directory + "/history" }

    /// The arguments that make a process one of the two.
    func arguments(for worker: Worker) -> [String] {
        [
            "--seed", "\(seed)", "--guests", "\(guests)", "--tasks", "\(tasks)", "--directory", directory,
            "--history", historyPath, "--worker", "\(worker.number)", "--incarnation", "\(worker.incarnation)",
            "--until", "\(worker.until)",
        ] + (mutant.map { ["--mutant", $0.rawValue] } ?? [])
    }

    /// How the same run is started again.
    var replay: String {
        "--seed \(seed) --duration \(seconds) --guests \(guests) --tasks \(tasks)"
            + (mutant.map { " --mutant \($0.rawValue)" } ?? "")
    }

    private static func number<Number: FixedWidthInteger>(_ text: String) throws -> Number {
        guard let number = Number(text) else { throw ChaosFailure("\(text) is no number that fits\n\(usage)") }
        return number
    }
}

/// A run that could not be made, or was started wrongly.
struct ChaosFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A clock that all processes share, in nanoseconds.
func monotonicTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
