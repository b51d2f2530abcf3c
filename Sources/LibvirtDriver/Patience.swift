// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Waiting for what goes on without the one who waits.
enum Patience {
    /// Waits for a task's end, until the deadline passes or the waiting task is cancelled; the task goes on.
    ///
    /// - Returns: Whether it ended.
    static func wait<Value: Sendable>(
        for task: Task<Value, Never>, until deadline: ContinuousClock.Instant?
    ) async -> Bool {
        let (end, signal) = AsyncStream<Void>.makeStream()
        Task {
            _ = await task.value
            signal.yield()
            signal.finish()
        }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in end { return true }
                return false
            }
            if let deadline {
                group.addTask {
                    try? await Task.sleep(until: deadline)
                    return false
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
