// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import Compute

@Suite("The operation machine")
struct OperationMachineTests {
    @Test("writes each step before and after it runs", arguments: [OperationRule.undo, .finish])
    func runs(rule: OperationRule) {
        var machine = OperationMachine(beginning: rule, count: 2)
        #expect(machine.steps == [.started, .planned])
        #expect(machine.next(.written) == .perform(0))
        #expect(
            machine.next(.performed(interrupted: false))
                == .write(JournalChange(steps: [0: .done, 1: .started])))
        #expect(machine.next(.written) == .perform(1))
        let release: JournalChange.Release? = rule == .finish ? .instance : nil
        #expect(
            machine.next(.performed(interrupted: true))
                == .write(JournalChange(steps: [1: .done], operation: .done, release: release)))
        #expect(machine.next(.written) == .end(.done))
        #expect(!machine.isSettling)
    }

    @Test("undoes a failed operation newest first, the failed step included")
    func undoes() {
        var machine = OperationMachine(beginning: .undo, count: 3)
        _ = machine.next(.written)
        _ = machine.next(.performed(interrupted: false))
        #expect(machine.next(.written) == .perform(1))
        #expect(machine.next(.performFailed) == .write(JournalChange(steps: [1: .undoing], operation: .undoing)))
        #expect(machine.isSettling)
        #expect(machine.next(.written) == .undo(1))
        #expect(
            machine.next(.undone)
                == .write(JournalChange(steps: [1: .undone, 0: .undoing], operation: .undoing)))
        #expect(machine.next(.written) == .undo(0))
        #expect(
            machine.next(.undone)
                == .write(JournalChange(steps: [0: .undone], operation: .undone, release: .operation)))
        #expect(machine.next(.written) == .end(.undone(recorded: true)))
    }

    @Test("undoes an interrupted operation before the next step starts")
    func interrupted() {
        var machine = OperationMachine(beginning: .undo, count: 2)
        _ = machine.next(.written)
        #expect(
            machine.next(.performed(interrupted: true))
                == .write(JournalChange(steps: [0: .undoing], operation: .undoing)))
        #expect(machine.next(.written) == .undo(0))
    }

    @Test("leaves the rest of an operation to be finished", arguments: [true, false])
    func leavesUnfinished(fails: Bool) {
        var machine = OperationMachine(beginning: .finish, count: 2)
        _ = machine.next(.written)
        let action = machine.next(fails ? .performFailed : .performed(interrupted: true))
        #expect(action == .write(JournalChange(steps: fails ? [:] : [0: .done], operation: .failed)))
        #expect(machine.next(.written) == .end(.unfinished))
        #expect(!machine.isSettling)
    }

    @Test(
        "looks whether a step that failed took effect, and writes down what it saw",
        arguments: [
            (StepEvidence.happened, JournalChange(steps: [0: .done], operation: .done)),
            (.didNotHappen, JournalChange(steps: [0: .undone], operation: .undone)),
            (.unknown, JournalChange(operation: .unknown)),
        ])
    func looks(evidence: StepEvidence, change: JournalChange) {
        var failing = OperationMachine(beginning: .look, count: 1)
        _ = failing.next(.written)
        #expect(failing.next(.performFailed) == .look(0))
        var settled = OperationMachine(settling: .look, steps: [.started])
        #expect(settled.settle() == .look(0))
        for var machine in [failing, settled] {
            #expect(machine.isSettling)
            var action = machine.next(.looked(evidence))
            if evidence == .didNotHappen {
                #expect(action == .undo(0))
                action = machine.next(.undone)
            }
            #expect(action == .write(change))
            #expect(machine.next(.written) == .end(.seen(evidence)))
        }
    }

    @Test("leaves what cannot be seen, or not be undone, to be settled later", arguments: [true, false])
    func looksInVain(sees: Bool) {
        var machine = OperationMachine(settling: .look, steps: [.started])
        _ = machine.settle()
        let action = sees ? machine.next(.looked(.didNotHappen)) : machine.next(.lookFailed)
        let failed = OperationMachine.Action.write(JournalChange(operation: .failed))
        #expect(action == (sees ? .undo(0) : failed))
        if sees { #expect(machine.next(.undoFailed) == failed) }
        #expect(machine.next(.written) == .end(.unfinished))
    }

    @Test("settles at once what happened but for its end")
    func settlesHappened() {
        var settled = OperationMachine(settling: .look, steps: [.done])
        #expect(settled.settle() == .write(JournalChange(operation: .done)))
    }

    @Test("stops where a step cannot be undone")
    func undoFails() {
        var machine = OperationMachine(beginning: .undo, count: 1)
        _ = machine.next(.written)
        _ = machine.next(.performFailed)
        _ = machine.next(.written)
        #expect(machine.next(.undoFailed) == .end(.undoIncomplete(0)))
    }

    @Test("undoes without the journal, and writes what it owes with the next write")
    func undoesUnwritten() {
        var machine = OperationMachine(beginning: .undo, count: 2)
        _ = machine.next(.written)
        _ = machine.next(.performed(interrupted: false))
        #expect(
            machine.next(.writeFailed)
                == .write(JournalChange(steps: [0: .done, 1: .undoing], operation: .undoing)))
        #expect(machine.next(.writeFailed) == .undo(1))
        #expect(
            machine.next(.undone)
                == .write(JournalChange(steps: [0: .undoing, 1: .undone], operation: .undoing)))
        #expect(machine.next(.writeFailed) == .undo(0))
        #expect(
            machine.next(.undone)
                == .write(
                    JournalChange(steps: [0: .undone, 1: .undone], operation: .undone, release: .operation)))
        #expect(machine.next(.writeFailed) == .end(.undone(recorded: false)))
    }

    @Test("does not call an operation done that the journal does not", arguments: OperationRule.allCases)
    func unwrittenEnd(rule: OperationRule) {
        var machine = OperationMachine(beginning: rule, count: 1)
        _ = machine.next(.written)
        _ = machine.next(.performed(interrupted: false))
        let action = machine.next(.writeFailed)
        switch rule {
        case .undo: #expect(action == .write(JournalChange(steps: [0: .undoing], operation: .undoing)))
        case .finish: #expect(action == .end(.unfinished))
        case .look: #expect(action == .end(.seen(.happened)))
        }
    }

    @Test(
        "settles by undoing what may have had an effect",
        arguments: [
            ([.started, .planned], 0), ([.done, .started], 1), ([.done, .undoing], 1), ([.undoing, .undone], 0),
        ] as [([StepState], Int)])
    func settlesUndo(steps: [StepState], first: Int) {
        var machine = OperationMachine(settling: .undo, steps: steps)
        #expect(machine.settle() == .write(JournalChange(steps: [first: .undoing], operation: .undoing)))
        #expect(machine.isSettling)
        #expect(machine.next(.written) == .undo(first))
    }

    @Test("settles at once what is undone but for its end")
    func settlesUndone() {
        var machine = OperationMachine(settling: .undo, steps: [.undone, .planned])
        #expect(machine.settle() == .write(JournalChange(operation: .undone, release: .operation)))
        #expect(machine.next(.written) == .end(.undone(recorded: true)))
    }

    @Test("settles by doing what is not done yet")
    func settlesFinish() {
        var machine = OperationMachine(settling: .finish, steps: [.done, .started, .planned])
        #expect(machine.settle() == .write(JournalChange(steps: [1: .started], operation: .running)))
        #expect(machine.next(.written) == .perform(1))
    }

    @Test("settles at once what is finished but for its end")
    func settlesFinished() {
        var machine = OperationMachine(settling: .finish, steps: [.done])
        #expect(machine.settle() == .write(JournalChange(operation: .done, release: .instance)))
        #expect(machine.next(.written) == .end(.done))
    }
}
