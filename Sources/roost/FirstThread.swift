// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Dispatch

/// Runs a command's tasks on the thread that the program begins with.
///
/// A short command has no work for a second one, and to start the threads that Swift would have takes longer than what
/// they would do at the same time.
final class FirstThread: TaskExecutor {
    private let jobs = Guarded<[UnownedJob]>([])
    private let count = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        count.signal()
    }

    /// Runs what is enqueued, in that order, for the rest of the process's life.
    func run() -> Never {
        while true { runNext() }
    }

    /// Not part of the loop above: Swift 6.3's optimizer never ends on a loop without an exit that holds this.
    @inline(never)
    private func runNext() {
        count.wait()
        jobs.withLock { $0.removeFirst() }.runSynchronously(on: asUnownedTaskExecutor())
    }
}
