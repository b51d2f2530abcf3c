// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// When a call counts as slow, and when as hanging.
public struct CallPatience: Sendable, Hashable {
    /// After how long a call that runs no longer keeps others of its lane waiting: a thread is added for them.
    public let slowAfter: Duration
    /// How long a call must have run to count as hanging once nobody waits for it any more: a caller's short deadline
    /// says nothing against a domain.
    public let hungAfter: Duration
    /// How much longer a caller who gave up waits for a call that is under way and makes or ends a domain: whoever
    /// puts things back, or looks what became of them, would else come before the call takes effect.
    public let endsWithin: Duration

    /// A patience.
    ///
    /// - Parameters:
    ///   - slowAfter: After how long a call is slow.
    ///   - hungAfter: How long a call must have run to count as hanging.
    ///   - endsWithin: How much longer a call that makes or ends a domain is waited for.
    public init(
        slowAfter: Duration = .milliseconds(500), hungAfter: Duration = .seconds(1), endsWithin: Duration = .seconds(10)
    ) {
        self.slowAfter = slowAfter
        self.hungAfter = hungAfter
        self.endsWithin = endsWithin
    }
}
