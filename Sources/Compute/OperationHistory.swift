// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Shows what was asked for and what became of it, and settles what a dead process left.
public protocol OperationHistory: Sendable {
    /// The last operations, at most `limit`, newest first, and every unfinished one, however old. Settles nothing, asks
    /// no hypervisor.
    func operations(limit: Int, context: OperationContext) async throws(ComputeError) -> [OperationRecord]
    /// The operation with an identity, or a unique beginning of one of at least four digits, with its steps. Settles
    /// nothing, asks no hypervisor.
    ///
    /// - Throws: `notFound`; `conflict` where the beginning is not unique.
    func operation(_ reference: String, context: OperationContext) async throws(ComputeError) -> OperationReport
    /// Settles what dead processes left of one operation, or of all; what still runs is left alone.
    ///
    /// - Returns: what was settled, or why it could not be, in the order in which the operations began.
    /// - Throws: `notFound` where the journal has no such operation.
    func settle(_ id: OperationID?, context: OperationContext) async throws(ComputeError) -> [SettledOperation]
}

/// An operation with its steps.
public struct OperationReport: Sendable, Hashable {
    /// The operation.
    public let operation: OperationRecord
    /// Its steps, in their order.
    public let steps: [StepRecord]

    /// A report.
    public init(operation: OperationRecord, steps: [StepRecord]) {
        self.operation = operation
        self.steps = steps
    }
}
