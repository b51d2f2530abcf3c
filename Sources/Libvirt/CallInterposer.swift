// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Makes the calls of some ``CallThreads`` in their place, on the lane's thread: before a call, after it, or instead of
/// it anything may happen. For tests; none is there otherwise.
protocol CallInterposer: Sendable {
    /// Answers for the C function of this name, with what `body` returns or throws or without running it.
    func make<Value: Sendable>(
        _ call: String, _ body: @escaping @Sendable () throws(LibvirtError) -> Value
    ) throws(LibvirtError) -> Value
}
