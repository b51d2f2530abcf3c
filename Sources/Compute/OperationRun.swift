// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// One run of an operation, from its begin or its settling until it ends: does what the machine decides.
struct OperationRun<Executor: OperationExecutor>: Sendable {
    let id: OperationID
    let action: String
    let instanceName: String
    let steps: [Executor.Step]
    let executor: Executor
    let context: OperationContext
    let runner: OperationRunner
    var machine: OperationMachine
    /// Whether it is settled, and not run for who asked for it.
    let settles: Bool
    /// What the index says of the instance once it is done.
    let update: InstanceUpdate?

    /// Why the operation did not get to its end.
    private var cause: ComputeError?
    /// What went wrong after that.
    private var sequels: [String] = []

    init(
        id: OperationID, action: String, instanceName: String, steps: [Executor.Step], executor: Executor,
        context: OperationContext, runner: OperationRunner, machine: OperationMachine, settles: Bool,
        update: InstanceUpdate? = nil
    ) {
        self.id = id
        self.action = action
        self.instanceName = instanceName
        self.steps = steps
        self.executor = executor
        self.context = context
        self.runner = runner
        self.machine = machine
        self.settles = settles
        self.update = update
    }

    /// How the run ended, and what went wrong on the way.
    struct End: Sendable {
        let ending: OperationMachine.Ending
        let cause: ComputeError?
        let sequels: [String]
    }

    /// Notes a failure: the first one is the operation's cause to stop.
    mutating func fail(_ error: ComputeError) {
        if cause == nil {
            cause = error
        } else {
            sequels.append(error.description)
        }
    }

    /// Does `action` and all that follows from it.
    func carryOn(with action: OperationMachine.Action) async -> End {
        var run = self
        var action = action
        while true {
            if case .end(let ending) = action { return End(ending: ending, cause: run.cause, sequels: run.sequels) }
            if run.machine.isSettling {
                let (settling, next) = (run, action)
                // A task of its own is not cancelled with the caller's.
                return await Task { await settling.settleAll(from: next) }.value
            }
            action = run.machine.next(await run.event(of: action))
        }
    }

    /// The result that the caller gets.
    func result(of end: End) throws(ComputeError) {
        guard end.ending != .done else { return }
        let cause =
            end.cause
            ?? ComputeError(
                .failed, subject: "instance \(instanceName)", message: "\(action) was begun before and did not end")
        switch end.ending {
        case .done: return
        case .undone(recorded: true): throw cause.adding(details: end.sequels, outcome: .didNotHappen)
        case .undone(recorded: false):
            throw cause.adding(
                details: end.sequels + [
                    "everything was put back, but the journal could not be told; what the instance had for itself "
                        + "stays taken until the next command settles that"
                ], outcome: .unknown)
        case .undoIncomplete(let position):
            let left = steps[...position].reversed().map(\.name).joined(separator: ", ")
            throw cause.adding(
                details: end.sequels + ["not undone yet: \(left); the next command tries again"], outcome: .unknown)
        case .unfinished:
            throw cause.adding(details: end.sequels + ["the next command settles it"], outcome: .unknown)
        case .seen(.happened): throw cause.adding(details: end.sequels, outcome: .happened)
        case .seen(.didNotHappen): throw cause.adding(details: end.sequels, outcome: .didNotHappen)
        case .seen(.unknown): throw cause.adding(details: end.sequels, outcome: .unknown)
        }
    }

    private func settleAll(from action: OperationMachine.Action) async -> End {
        var run = self
        var action = action
        while true {
            if case .end(let ending) = action { return End(ending: ending, cause: run.cause, sequels: run.sequels) }
            action = run.machine.next(await run.event(of: action))
        }
    }

    private mutating func event(of action: OperationMachine.Action) async -> OperationMachine.Event {
        do throws(ComputeError) {
            switch action {
            case .write(let change):
                try await write(change)
                return .written
            case .perform(let position):
                try await perform(position)
                guard let interruption = context.interruption(of: "instance \(instanceName)") else {
                    return .performed(interrupted: false)
                }
                if position + 1 < steps.count { fail(interruption) }
                return .performed(interrupted: true)
            case .undo(let position):
                try await undo(position)
                return .undone
            case .look(let position):
                return .looked(try await look(at: position))
            case .end:
                preconditionFailure("an operation that ended goes on")
            }
        } catch {
            switch action {
            case .write:
                fail(error)
                return .writeFailed
            case .perform:
                fail(error)
                return error.outcome == .didNotHappen ? .performRefused : .performFailed
            case .undo(let position):
                fail(error.inside("undo of \(steps[position].name)"))
                return .undoFailed
            case .look(let position):
                fail(error.inside("look at \(steps[position].name)"))
                return .lookFailed
            case .end:
                preconditionFailure("an operation that ended goes on")
            }
        }
    }

    private func perform(_ position: Int) async throws(ComputeError) {
        let step = steps[position]
        report(position, .begins)
        try runner.probe?.reached(.step(.before, step.name))
        try await executor.perform(step, context: context)
        try runner.probe?.reached(.step(.after, step.name))
        report(position, .ended)
    }

    private func undo(_ position: Int) async throws(ComputeError) {
        let step = steps[position]
        try runner.probe?.reached(.undo(.before, step.name))
        var context = context
        context.deadline = nil
        try await executor.undo(step, context: context)
        try runner.probe?.reached(.undo(.after, step.name))
        report(position, .undone)
    }

    private func look(at position: Int) async throws(ComputeError) -> StepEvidence {
        var context = context
        context.deadline = nil
        return try await executor.evidence(of: steps[position], context: context)
    }

    private func write(_ change: JournalChange) async throws(ComputeError) {
        try runner.probe?.reached(.journalWrite(.before, change.description))
        try await runner.journal.write(
            change, to: id, update: change.operation == .done ? update : nil, error: cause?.description,
            audit: audit(change.operation))
        try runner.probe?.reached(.journalWrite(.after, change.description))
    }

    /// The audit of the operation's end. One under ``OperationRule/look`` is a part of a request that is audited as a
    /// whole, unless it is settled after its request's process died.
    private func audit(_ state: OperationState?) -> AuditRecord? {
        guard settles || !machine.isPartOfRequest else { return nil }
        let outcome: AuditRecord.Outcome? =
            switch state {
            case .done: .done
            case .undone: .undone
            case .failed: .failed
            case .unknown: .failed
            case .running, .undoing, nil: nil
            }
        return outcome.map {
            AuditRecord(action, "instance \(instanceName)", context, $0, $0 == .done ? "" : cause?.description ?? "")
        }
    }

    private func report(_ position: Int, _ phase: ProgressEvent.Phase) {
        context.progress(
            ProgressEvent(step: steps[position].name, index: position + 1, count: steps.count, phase: phase))
    }
}

extension ComputeError {
    /// The error of a part of the settling, which says so.
    fileprivate func inside(_ part: String) -> ComputeError {
        ComputeError(
            code, subject: part, outcome: outcome, message: description, hint: hint, problems: problems,
            libvirt: libvirt, details: details)
    }
}
