// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Random numbers that follow from a seed (SplitMix64, Steele, Lea and Flood 2014), so that a failure can be had again.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The numbers of a seed.
    public init(seed: UInt64) {
        state = seed
    }

    /// The numbers of one of several who share a seed.
    public init(seed: UInt64, _ path: Int...) {
        state = seed
        for part in path { state = next() ^ UInt64(truncatingIfNeeded: part) }
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
