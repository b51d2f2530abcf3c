// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc

/// The process that reads inputs: one that it dies of lies in the run's directory, for whoever started it.
struct FuzzWorker {
    private let options: FuzzOptions
    private let corpus: FuzzCorpus
    private let paths: FuzzPaths

    init(_ options: FuzzOptions) throws {
        self.options = options
        corpus = try FuzzCorpus(directories: options.corpora, seed: options.seed)
        paths = FuzzPaths(directory: options.directory)
        Self.bound(memory: options.memory)
    }

    /// Reads inputs until time is up.
    func run() throws {
        let input = open(paths.input, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard input >= 0 else { throw FuzzFailure("\(paths.input) cannot be opened") }
        let end = ContinuousClock.now + .seconds(options.seconds)
        var mutator = Mutator(corpus, seed: options.seed)
        var counts: [FuzzSubject: (inputs: Int, read: Int)] = [:]
        let subjects = options.subject.map { [$0] } ?? FuzzSubject.allCases
        while ContinuousClock.now < end {
            for subject in subjects {
                try Data(subject.rawValue.utf8).write(to: URL(filePath: paths.subject))
                for _ in 0..<20 where ContinuousClock.now < end {
                    let bytes = mutator.next(for: subject)
                    guard ftruncate(input, 0) == 0, pwrite(input, bytes, bytes.count, 0) == bytes.count else {
                        throw FuzzFailure("\(paths.input) cannot be written")
                    }
                    Self.bound(seconds: options.inputSeconds)
                    let isRead = try Self.read(bytes, subject, options.flaw)
                    Self.bound(seconds: 0)
                    counts[subject, default: (0, 0)].inputs += 1
                    counts[subject, default: (0, 0)].read += isRead ? 1 : 0
                }
            }
        }
        for subject in subjects {
            let count = counts[subject] ?? (0, 0)
            print("\(subject.rawValue): \(count.inputs) inputs, \(count.read) of them read")
        }
    }

    /// Reads a kept input once more, under the same bounds.
    static func replay(_ path: String, _ options: FuzzOptions) throws {
        guard let subject = options.subject, let bytes = FileManager.default.contents(atPath: path) else {
            throw FuzzFailure("\(path) cannot be read")
        }
        bound(memory: options.memory)
        bound(seconds: options.inputSeconds)
        print(try read(Array(bytes), subject, options.flaw) ? "read" : "refused")
    }

    private static func read(
        _ bytes: [UInt8], _ subject: FuzzSubject, _ flaw: FuzzOptions.Flaw?
    ) throws(UntrueAnswer) -> Bool {
        let isRead = try subject.read(bytes)
        // One in some hundred inputs: what the flaw is, the input decides, and so it can be had again.
        guard let flaw, bytes.reduce(into: UInt8(0), { $0 = $0 &* 31 &+ $1 }) == 7 else { return isRead }
        switch flaw {
        case .crash: abort()
        case .hang: while true {}
        case .hunger: return [UInt8](repeating: 1, count: 1 << 40).isEmpty
        case .untruth: throw UntrueAnswer("a flaw that was put in")
        }
    }

    private static func bound(memory mebibytes: Int) {
        let bytes = UInt(mebibytes) << 20
        var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    /// Ends the process by SIGPROF after so much processor time; none of it where that is 0.
    private static func bound(seconds: Int) {
        var timer = itimerval(
            it_interval: timeval(tv_sec: 0, tv_usec: 0), it_value: timeval(tv_sec: seconds, tv_usec: 0))
        setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    }
}

/// The files of a run.
struct FuzzPaths: Sendable {
    let directory: String

    /// The input that is being read.
    var input: String { directory + "/input" }
    /// What is asked about it.
    var subject: String { directory + "/subject" }
    /// Where an input is kept of which something was found.
    func found(_ subject: String, seed: UInt64) -> String { directory + "/found-\(subject)-\(seed)" }
}
