// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A value that only one thread at a time can reach.
final class Guarded<Value>: @unchecked Sendable {
    // SAFETY: `value` is reached only inside `withLock`, with `lock` held.
    private let lock = ThreadLock()
    private var value: Value

    init(_ value: Value) {
        self.value = value
    }

    /// Runs `body` with the value; `body` must not come back to this object.
    func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }

    /// Orders what this thread does next after what others did before they last held the lock.
    ///
    /// For values handed over by a continuation: Swift's runtime orders those itself, but where the resume comes
    /// before the wait it does so in a way that the thread sanitizer cannot see.
    func synchronize() {
        lock.whileLocked {}
    }
}
