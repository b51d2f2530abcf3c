// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// Runs operations step by step through the journal, so that one that fails, is cancelled, or dies with its process is
/// undone or finished, as its rule says.
///
/// Whoever runs or settles an operation holds the lock of its instance meanwhile.
public struct OperationRunner: Sendable {
    let journal: Journal
    let probe: (any OperationProbe)?

    /// A runner over `journal`; only tests have a probe, which is told of each point of an operation.
    public init(journal: Journal, probe: (any OperationProbe)? = nil) {
        self.journal = journal
        self.probe = probe
    }

    /// Begins the operation and carries out its steps, of which there is at least one.
    ///
    /// Cancellation and the context's deadline are heeded between the steps, and are the steps' own affair within them.
    /// Once all steps are done the operation is done, cancelled or not. An undo is never interrupted.
    ///
    /// - Throws: ``ComputeError``: a conflict of claims or of the idempotency key, before any effect; else why a step
    ///   failed, with outcome `didNotHappen` where all was put back, and `unknown` with the details of what is left
    ///   where the operation is to be settled later.
    public func run<Executor: OperationExecutor>(
        _ request: OperationRequest, steps: [Executor.Step], executor: Executor, context: OperationContext
    ) async throws(ComputeError) -> OperationResult {
        if let interruption = context.interruption(of: "instance \(request.instanceName)") { throw interruption }
        var encoded: [(name: String, payload: String)] = []
        for step in steps { encoded.append((step.name, try StepCoding.encode(step))) }
        try probe?.reached(.journalWrite(.before, "begin"))
        if case .repeated(let earlier) = try await journal.begin(request, steps: encoded, context: context) {
            return .repeated(earlier)
        }
        var run = OperationRun(
            id: request.id, action: request.action.rawValue, instanceName: request.instanceName, steps: steps,
            executor: executor, context: context, runner: self,
            machine: OperationMachine(beginning: request.rule, count: steps.count), settles: false,
            update: request.update)
        var event = OperationMachine.Event.written
        do {
            try probe?.reached(.journalWrite(.after, "begin"))
        } catch {
            run.fail(error)
            event = .writeFailed
        }
        let action = run.machine.next(event)
        try run.result(of: await run.carryOn(with: action))
        return .done
    }

    /// The same request, where it was made before under the context's idempotency key; nil where it was not.
    ///
    /// - Throws: as ``run(_:steps:executor:context:)`` for a key that stands for another request, or for one that is
    ///   not settled.
    public func earlier(
        than request: OperationRequest, context: OperationContext
    ) throws(ComputeError) -> OperationRecord? {
        guard context.idempotencyKey != nil else { return nil }
        return try journal.earlier(than: request, context)
    }

    /// Undoes or finishes an operation whose process died, or that could not be undone or finished before; gives the
    /// state of one that needs no settling as it is. The caller holds the instance's lock.
    ///
    /// - Throws: ``ComputeError`` with code `notFound` where there is no such operation; or why it could not be
    ///   settled; it then stays to be settled.
    public func settle<Executor: OperationExecutor>(
        _ id: OperationID, executor: Executor, context: OperationContext
    ) async throws(ComputeError) -> OperationState {
        guard let record = try journal.operation(id) else {
            throw ComputeError(.notFound, subject: "operation \(id)", message: "the journal has no operation \(id)")
        }
        guard record.state.isUnfinished else { return record.state }
        var steps: [Executor.Step] = []
        var states: [StepState] = []
        for step in try journal.steps(of: id) {
            steps.append(try StepCoding.decode(step, of: record))
            states.append(step.state)
        }
        var run = OperationRun(
            id: id, action: record.kind, instanceName: record.instanceName, steps: steps, executor: executor,
            context: context, runner: self, machine: OperationMachine(settling: record.rule, steps: states),
            settles: true)
        let action = run.machine.settle()
        let ending = await run.carryOn(with: action)
        switch ending.ending {
        case .undone(recorded: true): return .undone
        case .seen(.didNotHappen) where ending.cause == nil: return .undone
        case .seen(.happened) where ending.cause == nil: return .done
        case .seen(.unknown) where ending.cause == nil: return .unknown
        default: try run.result(of: ending)
        }
        return .done
    }

    /// Settles every unfinished operation, or those with these identities, whose instance's lock is free: one whose
    /// lock is held is running, or is being settled by another. Gives what was settled, or why it could not be, in the
    /// order in which the operations began.
    ///
    /// Each is settled in the name of who began it, without a deadline: whoever happens to come by answers for none of
    /// it. One that cannot be settled is in the audit. `executor` makes the executor of an operation; what it throws
    /// leaves that operation as it is.
    ///
    /// - Throws: ``ComputeError`` only where the journal cannot be read.
    public func settleAll<Executor: OperationExecutor>(
        _ ids: Set<OperationID>? = nil, locks: DomainLocks,
        executor: @Sendable (OperationRecord) throws(ComputeError) -> Executor
    ) async throws(ComputeError) -> [SettledOperation] {
        var settled: [SettledOperation] = []
        for operation in try journal.unfinishedOperations() where ids?.contains(operation.id) ?? true {
            let context = OperationContext(
                principal: Principal(name: operation.principal), requestID: operation.requestID)
            do throws(ComputeError) {
                let lock = try locks.tryAcquire(
                    operation.instanceID, operation: "settle \(operation.kind)", context: context)
                guard let lock else { continue }
                defer { lock.release() }
                // Another may have settled it before the lock was ours.
                guard let present = try journal.operation(operation.id), present.state.isUnfinished else { continue }
                let state = try await settle(operation.id, executor: executor(present), context: context)
                settled.append(SettledOperation(operation: present, result: .success(state)))
            } catch {
                settled.append(SettledOperation(operation: operation, result: .failure(error)))
                // Where even that cannot be written, the operation itself stays in the journal as unfinished.
                try? journal.append(
                    AuditRecord(
                        operation.kind, "instance \(operation.instanceName)", context, .failed, error.description))
            }
        }
        return settled
    }

    /// The operations of which something is left to settle, oldest first; some of them may be running.
    public func unfinishedOperations() throws(ComputeError) -> [OperationRecord] {
        try journal.unfinishedOperations()
    }
}

/// How an operation came to its good end.
public enum OperationResult: Sendable, Hashable {
    /// Its steps were carried out.
    case done
    /// The same request, under the same idempotency key, was done before; nothing was done now.
    case repeated(OperationRecord)
}

/// What became of an unfinished operation.
public struct SettledOperation: Sendable {
    /// The operation as it was before.
    public let operation: OperationRecord
    /// The state in which it ended, or why it could not be settled.
    public let result: Result<OperationState, ComputeError>

    /// What became of `operation`.
    public init(operation: OperationRecord, result: Result<OperationState, ComputeError>) {
        self.operation = operation
        self.result = result
    }
}
