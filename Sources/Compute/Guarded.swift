// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// A value that one thread at a time may use, for moments: nothing waits in it.
///
/// Over POSIX's mutex and not the standard library's, whose way through a contended lock the thread sanitizer does not
/// see, and reports as a race.
package final class Guarded<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    // SAFETY: the value is only used while the lock is held.
    private var value: Value

    /// Guards a value.
    package init(_ value: Value) {
        self.value = value
    }

    /// Runs `body` with the value; `body` must not come back to this object.
    package func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
