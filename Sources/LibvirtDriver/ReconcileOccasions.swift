// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// Occasions to compare a host that were not met yet: those that come while a comparison is made are one together.
///
/// For one who takes them.
final class ReconcileOccasions: Sendable {
    private let pending = Guarded<Set<Reconciliation.Occasion>>([])
    private let signal: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (signal, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// There is one more.
    func note(_ occasion: Reconciliation.Occasion) {
        pending.withLock { _ = $0.insert(occasion) }
        continuation.yield()
    }

    /// Waits for one; gives all that came. nil where the task is cancelled.
    func next() async -> Set<Reconciliation.Occasion>? {
        for await _ in signal {
            let taken = pending.withLock { pending in
                defer { pending = [] }
                return pending
            }
            if !taken.isEmpty { return taken }
        }
        return nil
    }
}
