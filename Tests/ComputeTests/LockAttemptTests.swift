// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import Compute

@Suite("Every order of calls to the table of locks")
struct LockAttemptTests {
    @Test(
        "has one holder at a time, overtakes nobody in line, and leaves nobody behind, whoever dies",
        arguments: [(2, 3), (3, 2)])
    func holds(processes: Int, rounds: Int) {
        var explorer = AttemptExplorer(processes: processes, rounds: rounds)
        #expect(explorer.firstFault() == nil)
        #expect(explorer.states > 500)
    }

    @Test(
        "shows what goes wrong where a step is left out",
        arguments: [
            (.takesAnyLock, "two hold the lock"), (.ignoresTicketsBefore, "overtook"), (.ignoresLine, "overtook"),
            (.keepsTicket, "nobody gets the free lock"), (.keepsTicketInDeath, "nobody gets the free lock"),
        ] as [(AttemptExplorer.Flaw, String)])
    func flaws(flaw: AttemptExplorer.Flaw, fault: String) {
        var explorer = AttemptExplorer(processes: 3, rounds: 2, flaw: flaw)
        #expect(explorer.firstFault()?.contains(fault) == true)
    }

    @Test("takes a free lock in two calls, and no place in the line where it does not wait")
    func calls() {
        var attempt = LockAttempt(isWaiting: false, lastTicket: 9)
        #expect(attempt.start() == .findLastTicket)
        #expect(attempt.next(after: .findLastTicket, .last(nil)) == .call(.takeLock))
        #expect(attempt.next(after: .takeLock, .locked(true)) == .done)
        #expect(attempt.next(after: .takeLock, .locked(false)) == .pause)
        #expect(attempt.next(after: .findLastTicket, .last(1)) == .pause)
    }

    @Test("waits without a ticket where all are taken")
    func full() {
        var attempt = LockAttempt(isWaiting: true, lastTicket: 9)
        #expect(attempt.next(after: .findLastTicket, .last(9)) == .pause)
        #expect(attempt.start() == .findLastTicket)
        #expect(attempt.next(after: .findLastTicket, .last(8)) == .call(.lockTicket(9)))
    }
}
