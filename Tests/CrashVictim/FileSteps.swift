// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Glibc

/// A step whose effect is one file.
struct FileStep: OperationStep {
    let name: String
    let file: String
}

/// Makes and removes files: a step's file is there, or it is not.
struct FileExecutor: OperationExecutor {
    let directory: String

    func perform(_ step: FileStep, context: OperationContext) async throws(ComputeError) {
        let path = "\(directory)/\(step.file)"
        // A deletion's step removes what a spawn's step made.
        if step.name.hasPrefix("remove") {
            try remove(path)
        } else {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            guard descriptor >= 0 else { throw failure("make", path) }
            close(descriptor)
        }
    }

    func undo(_ step: FileStep, context: OperationContext) async throws(ComputeError) {
        try remove("\(directory)/\(step.file)")
    }

    func evidence(of step: FileStep, context: OperationContext) async throws(ComputeError) -> StepEvidence {
        access("\(directory)/\(step.file)", F_OK) == 0 ? .happened : .didNotHappen
    }

    private func remove(_ path: String) throws(ComputeError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    private func failure(_ doing: String, _ path: String) -> ComputeError {
        ComputeError(.failed, subject: path, message: "cannot \(doing) it: errno \(errno)")
    }
}

/// Kills its process, as `kill -9` does, at the point with a given number; writes how many points there were.
final class KillingProbe: OperationProbe {
    private let fatal: Int
    private let count = Counter()

    init(fatal: Int) { self.fatal = fatal }

    /// How many points were reached.
    var reached: Int { count.value }

    func reached(_ point: ProbePoint) {
        guard count.next() == fatal else { return }
        kill(getpid(), SIGKILL)
    }
}

/// A number that tasks count up together.
final class Counter: Sendable {
    private let number = Guarded(0)

    var value: Int { number.withLock { $0 } }

    /// Gives the present number, and counts.
    func next() -> Int {
        number.withLock { number in
            defer { number += 1 }
            return number
        }
    }
}
