// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import Compute

@Suite("Every order of events at a line")
struct LineExplorationTests {
    @Test("serves up to four tasks in their order, each once, and leaves nobody behind", arguments: 1...4)
    func holds(tasks: Int) {
        var explorer = LineExplorer<WaitingLine<Int>>(tasks: tasks)
        #expect(explorer.firstFault() == nil)
        // Fewer would mean that the explorer does not see what can happen.
        #expect(explorer.states > [0, 5, 100, 1_000, 10_000][tasks])
    }

    @Test("shows each flaw of a flawed line, and none of one without")
    func flaws() {
        func fault<Kind: LineFlaw>(_: Kind.Type) -> String? {
            var explorer = LineExplorer<FlawedLine<Kind>>(tasks: 3)
            return explorer.firstFault()
        }
        #expect(fault(NoFlaw.self) == nil)
        #expect(fault(DropsWakeUp.self)?.hasPrefix("the turn is free, and somebody waits") == true)
        #expect(fault(ForgetsEarlyTurn.self)?.hasPrefix("the turn is free, and somebody waits") == true)
        #expect(fault(FreesTooEarly.self)?.hasPrefix("the turn is free, and somebody waits") == true)
        #expect(fault(GrantsTwice.self)?.hasPrefix("two have the turn") == true)
        #expect(fault(ServesLast.self)?.hasPrefix("2 was served out of order") == true)
        #expect(fault(Barges.self)?.hasPrefix("2 was served out of order") == true)
        #expect(fault(TakesTurnBack.self)?.hasPrefix("the line is empty: true") == true)
        #expect(fault(ForgetsWhoLeft.self)?.hasPrefix("the line is empty: true") == true)
        #expect(fault(KeepsWhoLeft.self)?.hasPrefix("the line is empty: false") == true)
        #expect(fault(StaysInLine.self)?.hasPrefix("2 was told twice") == true)
    }

    private struct NoFlaw: LineFlaw { static let flaw = Flaw.none }
    private struct DropsWakeUp: LineFlaw { static let flaw = Flaw.dropsWakeUp }
    private struct ForgetsEarlyTurn: LineFlaw { static let flaw = Flaw.forgetsEarlyTurn }
    private struct GrantsTwice: LineFlaw { static let flaw = Flaw.grantsTwice }
    private struct ServesLast: LineFlaw { static let flaw = Flaw.servesLast }
    private struct Barges: LineFlaw { static let flaw = Flaw.barges }
    private struct TakesTurnBack: LineFlaw { static let flaw = Flaw.takesTurnBack }
    private struct StaysInLine: LineFlaw { static let flaw = Flaw.staysInLine }
    private struct ForgetsWhoLeft: LineFlaw { static let flaw = Flaw.forgetsWhoLeft }
    private struct KeepsWhoLeft: LineFlaw { static let flaw = Flaw.keepsWhoLeft }
    private struct FreesTooEarly: LineFlaw { static let flaw = Flaw.freesTooEarly }
}
