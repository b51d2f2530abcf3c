// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Dispatch
import Synchronization

/// Runs calls that wait for a disk on threads of their own, never on those that run Swift's tasks.
enum BlockingWork {
    /// Runs `body` and waits for it; a cancelled task's body is told through its argument.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable (CancellationFlag) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let flag = CancellationFlag()
        let result: Result<Value, StorageError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    do throws(StorageError) {
                        continuation.resume(returning: .success(try body(flag)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
        } onCancel: {
            flag.set()
        }
        return try result.get()
    }
}

/// Tells a thread that the task it works for was cancelled.
final class CancellationFlag: Sendable {
    private let isSet = Atomic<Bool>(false)

    func set() {
        isSet.store(true, ordering: .relaxed)
    }

    /// - Throws: ``StorageError/cancelled``.
    func check() throws(StorageError) {
        if isSet.load(ordering: .relaxed) { throw .cancelled }
    }
}
