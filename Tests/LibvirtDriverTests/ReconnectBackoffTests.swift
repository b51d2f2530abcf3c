// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import LibvirtDriver

@Suite("Waits before a connection is tried again")
struct ReconnectBackoffTests {
    /// Draws the least or the greatest number each time.
    private struct Extreme: RandomNumberGenerator {
        let number: UInt64
        mutating func next() -> UInt64 { number }
    }

    private static func waits(_ count: Int, drawing number: UInt64, _ backoff: inout ReconnectBackoff) -> [Duration] {
        var generator = Extreme(number: number)
        return (0..<count).map { _ in backoff.next(using: &generator) }
    }

    @Test("double up to a limit, and stay there")
    func doubling() {
        var backoff = ReconnectBackoff()
        let waits = Self.waits(12, drawing: 0, &backoff)
        #expect(waits[0] == ReconnectBackoff.first / 2)
        for (one, next) in zip(waits, waits.dropFirst()) {
            #expect(next == min(one * 2, ReconnectBackoff.limit / 2))
        }
        #expect(waits.suffix(2) == [ReconnectBackoff.limit / 2, ReconnectBackoff.limit / 2])
    }

    @Test("lie between a half and the whole of what they may be, and differ")
    func jitter() {
        var generator = SystemRandomNumberGenerator()
        var seen: Set<Duration> = []
        for _ in 0..<200 {
            var backoff = ReconnectBackoff()
            let wait = backoff.next(using: &generator)
            #expect((ReconnectBackoff.first / 2...ReconnectBackoff.first).contains(wait))
            seen.insert(wait)
        }
        #expect(seen.count > 100)
    }

    @Test("begin anew after a good connection, and grow on after one that was lost at once")
    func flapping() {
        var backoff = ReconnectBackoff()
        _ = Self.waits(5, drawing: 0, &backoff)
        backoff.lost(after: .seconds(1))
        #expect(Self.waits(1, drawing: 0, &backoff) == [ReconnectBackoff.first * 16])
        backoff.lost(after: ReconnectBackoff.goodLifetime)
        #expect(Self.waits(1, drawing: 0, &backoff) == [ReconnectBackoff.first / 2])
    }
}
