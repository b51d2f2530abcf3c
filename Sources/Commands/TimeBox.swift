// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Work that may take only so long.
enum TimeBox {
    /// Runs `body` to its end, or cancels it when the time is over.
    ///
    /// - Parameters:
    ///   - limit: the time; nil: as long as it takes.
    ///   - body: the work, which heeds its task's cancellation.
    /// - Returns: what `body` returned; nil where the time was over first.
    /// - Throws: what `body` throws; `CancellationError` where the task is cancelled.
    static func run<Result: Sendable>(
        within limit: Duration?, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result? {
        guard let limit else { return try await body() }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
