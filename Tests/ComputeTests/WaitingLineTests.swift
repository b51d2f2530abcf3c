// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import Compute

@Suite("A waiting line")
struct WaitingLineTests {
    @Test("gives the turn to the first, and then in the order of joining")
    func order() {
        var line = WaitingLine<String>()
        let tickets = (0..<3).map { _ in line.join() }
        #expect(line.wait(tickets[0], "a") == .granted)
        #expect(line.wait(tickets[2], "c") == nil)
        #expect(line.wait(tickets[1], "b") == nil)
        #expect(line.advance() == "b")
        #expect(line.advance() == "c")
        #expect(line.advance() == nil)
        #expect(line.isEmpty)
    }

    @Test("keeps the turn for one that does not wait yet")
    func earlyTurn() {
        var line = WaitingLine<String>()
        let (first, second) = (line.join(), line.join())
        #expect(line.wait(first, "a") == .granted)
        #expect(line.advance() == nil)
        #expect(!line.isEmpty)
        #expect(line.wait(second, "b") == .granted)
    }

    @Test("lets one leave while it waits, and before", arguments: [true, false])
    func leaves(waits: Bool) {
        var line = WaitingLine<String>()
        _ = line.join()
        let ticket = line.join()
        if waits {
            #expect(line.wait(ticket, "b") == nil)
            #expect(line.leave(ticket, because: .expired) == "b")
        } else {
            #expect(line.leave(ticket, because: .expired) == nil)
            #expect(line.wait(ticket, "b") == .expired)
        }
        #expect(line.advance() == nil)
        #expect(line.isEmpty)
    }

    @Test("does not take the turn back from one that has it")
    func keepsTurn() {
        var line = WaitingLine<String>()
        let ticket = line.join()
        #expect(line.leave(ticket, because: .cancelled) == nil)
        #expect(line.wait(ticket, "a") == .granted)
    }

    @Test("lets somebody try only where nobody has the turn")
    func tries() {
        var line = WaitingLine<String>()
        #expect(line.joinIfEmpty() != nil)
        #expect(line.joinIfEmpty() == nil)
        #expect(line.count == 0)
    }
}
