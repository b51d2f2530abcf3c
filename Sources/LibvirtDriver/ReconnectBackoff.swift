// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// How long to wait before a connection is tried again: each time up to twice as long as before, and never the same
/// for all who wait, so that a daemon that comes back is not met by everybody at once.
///
/// A value that knows no clock: it is told how long a connection lasted, and draws from the numbers it is given.
struct ReconnectBackoff: Sendable, Equatable {
    /// The longest first wait.
    static let first: Duration = .milliseconds(100)
    /// The longest wait of all.
    static let limit: Duration = .seconds(30)
    /// A connection that lasted so long was a good one: the next wait is a first one.
    static let goodLifetime: Duration = .seconds(30)

    private var ceiling = first

    /// A connection was lost that lasted this long.
    mutating func lost(after lifetime: Duration) {
        if lifetime >= Self.goodLifetime { ceiling = Self.first }
    }

    /// The next wait: at least half of what it may be at most.
    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = ceiling
        self.ceiling = min(ceiling * 2, Self.limit)
        // One number is drawn, whatever it is; 53 bits are what a fraction holds.
        let fraction = Double(generator.next() >> 11) / Double(1 << 53 as UInt64)
        return ceiling / 2 + ceiling / 2 * fraction
    }
}
