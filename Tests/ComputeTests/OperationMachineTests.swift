// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import Compute

@Suite("The operation machine")
struct OperationMachineTests {
    @Test("writes each step before and after it runs", arguments: OperationRule.allCases)
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
        #expect(!machine.isUndoing)
    }

    @Test("undoes a failed operation newest first, the failed step included")
    func undoes() {
        var machine = OperationMachine(beginning: .undo, count: 3)
        _ = machine.next(.written)
        _ = machine.next(.performed(interrupted: false))
        #expect(machine.next(.written) == .perform(1))
        #expect(machine.next(.performFailed) == .write(JournalChange(steps: [1: .undoing], operation: .undoing)))
        #expect(machine.isUndoing)
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
        #expect(!machine.isUndoing)
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
        #expect(machine.isUndoing)
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
