// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ComputeTestKit
import TestSupport

/// A call that a task is to make, as its seed decides.
struct Choice: Sendable {
    /// What is asked.
    enum Asked: Sendable, Hashable {
        case guest(GuestRequest)
        /// What it used so far, and its state.
        case figures
        case list
    }

    let asked: Asked
    let guest: Int
    /// Until when the caller waits.
    let limit: Duration
    /// When it changes its mind; nil: never.
    let patience: Duration?
    /// How long the task does nothing before.
    let pause: Duration

    private static let requests: [(weight: Int, value: Asked)] = [
        (18, .guest(.look)), (4, .list), (4, .figures), (22, .guest(.spawn)), (12, .guest(.start)),
        (8, .guest(.stop)), (6, .guest(.shutdown)), (6, .guest(.reset)), (4, .guest(.reboot)), (12, .guest(.pause)),
        (12, .guest(.resume)), (5, .guest(.delete)), (4, .guest(.deleteStopped)),
    ]

    /// The next choice; a pause is given in milliseconds.
    init(guests: Int, longestPause: Int, using random: inout SeededRandom) {
        asked = random.pick(Self.requests)
        guest = Int.random(in: 0..<guests, using: &random)
        let long = Int.random(in: 5_000...30_000, using: &random)
        let short = Int.random(in: 1...300, using: &random)
        limit = .milliseconds(random.pick([(5, long), (1, short)]))
        let change = Int.random(in: 0...400, using: &random)
        patience = random.pick([(9, nil), (1, .milliseconds(change))])
        pause = .milliseconds(Int.random(in: 0...longestPause, using: &random))
    }
}
