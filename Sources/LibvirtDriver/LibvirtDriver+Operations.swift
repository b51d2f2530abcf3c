// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import Foundation

extension LibvirtDriver: OperationHistory {
    /// The last operations, newest first, and every unfinished one.
    public func operations(limit: Int, context: OperationContext) async throws(ComputeError) -> [OperationRecord] {
        try authorizer.authorize(.observe, subject: "operations", context: context)
        guard let journal = try journals.existing() else { return [] }
        let last = try journal.history(limit: limit)
        let known = Set(last.map(\.id))
        return last + (try journal.unfinishedOperations().reversed().filter { !known.contains($0.id) })
    }

    /// The operation with an identity, or a unique beginning of one, with its steps.
    public func operation(
        _ reference: String, context: OperationContext
    ) async throws(ComputeError) -> OperationReport {
        let subject = "operation \(reference)"
        try authorizer.authorize(.observe, subject: subject, context: context)
        let found = try journals.existing()?.operations(whoseIDStartsWith: reference) ?? []
        guard let operation = found.first else {
            throw ComputeError(
                .notFound, subject: subject, message: "the journal has no such operation",
                hint: "`roost operation list` shows what there is")
        }
        guard found.count == 1 else {
            throw ComputeError(
                .conflict, subject: subject, message: "several operations begin with that", hint: "use more digits",
                details: found.map { "\($0.id) \($0.kind) \($0.instanceName)" })
        }
        return OperationReport(operation: operation, steps: try journals.existing()?.steps(of: operation.id) ?? [])
    }

    /// Settles what dead processes left of one operation, or of all.
    public func settle(
        _ id: OperationID?, context: OperationContext
    ) async throws(ComputeError) -> [SettledOperation] {
        try authorizer.authorize(.settle, subject: id.map { "operation \($0)" } ?? "operations", context: context)
        guard let journal = try journals.existing() else {
            guard let id else { return [] }
            throw ComputeError(.notFound, subject: "operation \(id)", message: "the journal has no such operation")
        }
        if let id, try journal.operation(id) == nil {
            throw ComputeError(.notFound, subject: "operation \(id)", message: "the journal has no such operation")
        }
        return try await settleAll(id.map { [$0] })
    }

    /// Settles what dead processes left of these operations, or of all; nothing where nothing was ever written.
    func settleAll(_ ids: Set<OperationID>? = nil) async throws(ComputeError) -> [SettledOperation] {
        guard try journals.existing() != nil else { return [] }
        return try await runner(journals.writable()).settleAll(ids, locks: locks) { operation in
            InstanceExecutor(
                host: self, id: operation.instanceID, name: operation.instanceName, operationID: operation.id)
        }
    }
}
