// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Decides what an operation does next; knows neither the database nor the steps' effects.
///
/// Every effect lies between two writes: a step is `started` in the journal before it runs. The end of a step and the
/// start of the next are one write, since nothing happens between them.
struct OperationMachine: Sendable, Equatable {
    /// What happened.
    enum Event: Sendable, Hashable {
        /// The change that was asked for is in the journal.
        case written
        /// The journal could not be written.
        case writeFailed
        /// The step ran; `interrupted` tells that the caller cancelled, or that the deadline passed.
        case performed(interrupted: Bool)
        /// The step failed; its effect may be there in part.
        case performFailed
        /// The step failed, and is known to have had no effect that lasts.
        case performRefused
        /// Nothing of the step is left.
        case undone
        /// Something of the step may be left.
        case undoFailed
        /// It was seen whether the step took effect.
        case looked(StepEvidence)
        /// It cannot be seen now.
        case lookFailed
    }

    /// What to do next.
    enum Action: Sendable, Hashable {
        /// Write the change.
        case write(JournalChange)
        /// Run the step at this position.
        case perform(Int)
        /// Undo the step at this position.
        case undo(Int)
        /// See whether the step at this position took effect.
        case look(Int)
        /// Nothing: it ended.
        case end(Ending)
    }

    /// How an operation ended, for now.
    enum Ending: Sendable, Hashable {
        /// All steps are done.
        case done
        /// All is put back; where that is not recorded, the claims stay until the operation is settled.
        case undone(recorded: Bool)
        /// The step at this position, and those before it, could not be undone.
        case undoIncomplete(Int)
        /// It is to be finished later.
        case unfinished
        /// Its step failed, or its process died, and this is what was seen of the step since.
        case seen(StepEvidence)
    }

    private enum Stage: Hashable {
        case perform(Int)
        case undo(Int)
        case look(Int)
        case end(Ending)

        var action: Action {
            switch self {
            case .perform(let position): .perform(position)
            case .undo(let position): .undo(position)
            case .look(let position): .look(position)
            case .end(let ending): .end(ending)
            }
        }
    }

    private let rule: OperationRule
    /// Whether it is one part of what was asked for, and not all of it.
    var isPartOfRequest: Bool { rule == .look }
    private(set) var steps: [StepState]
    /// What comes after the write that is under way, or what is under way.
    private var stage: Stage
    private var isWriting: Bool
    /// The change that is being written; what of it could not be written goes with the next one.
    private var change: JournalChange

    /// The machine of an operation that is being begun with `count` steps: its first event is how that write went.
    init(beginning rule: OperationRule, count: Int) {
        precondition(count > 0, "an operation has at least one step")
        precondition(rule != .look || count == 1, "an operation that is looked at has one step")
        self.rule = rule
        steps = [.started] + [StepState](repeating: .planned, count: count - 1)
        stage = .perform(0)
        isWriting = true
        change = JournalChange()
    }

    /// The machine of an unfinished operation that is settled: see ``settle()``.
    init(settling rule: OperationRule, steps: [StepState]) {
        self.rule = rule
        self.steps = steps
        stage = .end(.unfinished)
        isWriting = false
        change = JournalChange()
    }

    /// Whether it is being undone or looked at: then nothing may interrupt it.
    var isSettling: Bool {
        switch stage {
        case .undo, .look, .end(.undone), .end(.undoIncomplete), .end(.seen): true
        case .perform, .end(.done), .end(.unfinished): false
        }
    }

    /// Begins to settle an operation that did not get to its end, by its rule.
    mutating func settle() -> Action {
        switch rule {
        case .undo:
            return undo()
        case .finish:
            guard let position = steps.firstIndex(where: { $0 != .done }) else { return complete() }
            steps[position] = .started
            return write([position: .started], operation: .running, then: .perform(position))
        case .look:
            guard steps != [.done] else { return complete() }
            stage = .look(0)
            return stage.action
        }
    }

    /// What to do after `event`.
    mutating func next(_ event: Event) -> Action {
        switch (stage, isWriting, event) {
        case (_, true, .written):
            isWriting = false
            change = JournalChange()
            return stage.action
        case (_, true, .writeFailed):
            isWriting = false
            return unwritten()
        case (.perform(let position), false, .performed(let interrupted)):
            return performed(position, interrupted: interrupted)
        case (.perform(let position), false, .performFailed):
            return failed(position)
        case (.perform(let position), false, .performRefused):
            return rule == .look ? looked(position, .didNotHappen) : failed(position)
        case (.look(let position), false, .looked(let evidence)):
            return looked(position, evidence)
        case (.look, false, .lookFailed):
            return write([:], operation: .failed, then: .end(.unfinished))
        case (.undo(let position), false, .undone):
            steps[position] = .undone
            guard rule == .undo else { return seen(.didNotHappen, [position: .undone], .undone) }
            return undo(after: [position: .undone])
        case (.undo(let position), false, .undoFailed):
            guard rule == .undo else { return write([:], operation: .failed, then: .end(.unfinished)) }
            stage = .end(.undoIncomplete(position))
            return stage.action
        default:
            preconditionFailure("\(event) in stage \(stage), writing: \(isWriting)")
        }
    }

    private mutating func performed(_ position: Int, interrupted: Bool) -> Action {
        steps[position] = .done
        let next = position + 1
        guard next < steps.count else { return complete(after: [position: .done]) }
        if interrupted {
            return rule == .undo
                ? undo(after: [position: .done])
                : write([position: .done], operation: .failed, then: .end(.unfinished))
        }
        steps[next] = .started
        return write([position: .done, next: .started], then: .perform(next))
    }

    private mutating func failed(_ position: Int) -> Action {
        switch rule {
        case .undo: return undo()
        case .finish: return write([:], operation: .failed, then: .end(.unfinished))
        case .look:
            stage = .look(position)
            return stage.action
        }
    }

    private mutating func looked(_ position: Int, _ evidence: StepEvidence) -> Action {
        switch evidence {
        case .happened:
            steps[position] = .done
            return seen(.happened, [position: .done], .done)
        case .didNotHappen:
            // A part of it may have happened.
            steps[position] = .undoing
            stage = .undo(position)
            return stage.action
        case .unknown: return seen(.unknown, [:], .unknown)
        }
    }

    private mutating func seen(
        _ evidence: StepEvidence, _ changes: [Int: StepState], _ state: OperationState
    ) -> Action {
        write(changes, operation: state, then: .end(.seen(evidence)))
    }

    private mutating func complete(after changes: [Int: StepState] = [:]) -> Action {
        write(changes, operation: .done, release: rule == .finish ? .instance : nil, then: .end(.done))
    }

    /// Undoes the newest step that may have had an effect; an operation without one is undone.
    private mutating func undo(after changes: [Int: StepState] = [:]) -> Action {
        guard let position = steps.lastIndex(where: { $0 != .planned && $0 != .undone }) else {
            return write(changes, operation: .undone, release: .operation, then: .end(.undone(recorded: true)))
        }
        steps[position] = .undoing
        return write(
            changes.merging([position: .undoing]) { $1 }, operation: .undoing, then: .undo(position))
    }

    /// Goes on without the journal: what took effect is undone all the same, and what is to be finished waits.
    private mutating func unwritten() -> Action {
        switch stage {
        case .perform, .end(.done):
            switch rule {
            case .undo: return undo()
            case .finish: stage = .end(.unfinished)
            case .look:
                // Before its step nothing happened; after it, only the journal does not know yet.
                if steps == [.started] { return looked(0, .didNotHappen) }
                stage = .end(.seen(.happened))
            }
        case .end(.undone):
            stage = .end(.undone(recorded: false))
        case .undo, .look, .end(.undoIncomplete), .end(.unfinished), .end(.seen): break
        }
        return stage.action
    }

    private mutating func write(
        _ steps: [Int: StepState], operation: OperationState? = nil, release: JournalChange.Release? = nil,
        then stage: Stage
    ) -> Action {
        change = JournalChange(
            steps: change.steps.merging(steps) { $1 }, operation: operation ?? change.operation, release: release)
        self.stage = stage
        isWriting = true
        return .write(change)
    }
}
