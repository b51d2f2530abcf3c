// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// When a call counts as slow, and when as hanging.
public struct CallPatience: Sendable, Hashable {
    /// After how long a call that runs no longer keeps others of its lane waiting: a thread is added for them.
    public let slowAfter: Duration
    /// How long a call must have run to count as hanging once nobody waits for it any more: a caller's short deadline
    /// says nothing against a domain.
    public let hungAfter: Duration

    /// A patience.
    ///
    /// - Parameters:
    ///   - slowAfter: After how long a call is slow.
    ///   - hungAfter: How long a call must have run to count as hanging.
    public init(slowAfter: Duration = .milliseconds(500), hungAfter: Duration = .seconds(1)) {
        self.slowAfter = slowAfter
        self.hungAfter = hungAfter
    }
}
