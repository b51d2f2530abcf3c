// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A step of an operation: a plain value that tells all that is needed to do it and to undo it, also in another
/// process, since the journal keeps it as JSON. It holds no secret.
public protocol OperationStep: Codable, Sendable {
    /// The step's name, such as `define`, for progress, errors and the journal.
    var name: String { get }
}

/// Carries out the steps of an operation.
public protocol OperationExecutor<Step>: Sendable {
    /// The steps that it knows.
    associatedtype Step: OperationStep
    /// Does the step. Under ``OperationRule/finish`` it may have been done before, in whole or in part.
    ///
    /// The task may be cancelled, and the context's deadline may pass, while it runs; it then throws as soon as it can.
    func perform(_ step: Step, context: OperationContext) async throws(ComputeError)
    /// Removes what the step left, in whole, in part or not at all; does nothing where nothing is left.
    ///
    /// The context has no deadline, and the task is not cancelled.
    func undo(_ step: Step, context: OperationContext) async throws(ComputeError)
    /// What the world shows of the step of an operation under ``OperationRule/look``, which may have run in part, in
    /// another process, or not at all; changes nothing.
    ///
    /// The context has no deadline, and the task is not cancelled.
    ///
    /// - Throws: ``ComputeError`` where it cannot be seen now.
    func evidence(of step: Step, context: OperationContext) async throws(ComputeError) -> StepEvidence
}

/// Whether a step took effect.
public enum StepEvidence: Sendable, Hashable {
    /// Its effect is there.
    case happened
    /// Its effect is not there.
    case didNotHappen
    /// Nothing will ever show it.
    case unknown
}
