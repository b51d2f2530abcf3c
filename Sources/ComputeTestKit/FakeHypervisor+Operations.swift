// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute

extension FakeHypervisor: OperationHistory {
    /// The operations that were arranged, as many as are asked for.
    public func operations(limit: Int, context: OperationContext) async throws(ComputeError) -> [OperationRecord] {
        try await admit(.observe, "operations", context)
        return Array(history.map(\.operation).prefix(limit))
    }

    /// The arranged operation whose identity begins so.
    public func operation(
        _ reference: String, context: OperationContext
    ) async throws(ComputeError) -> OperationReport {
        try await admit(.observe, "operation \(reference)", context)
        let found = history.filter { $0.operation.id.description.hasPrefix(reference.lowercased()) }
        guard let report = found.first else {
            throw ComputeError(.notFound, subject: "operation \(reference)", message: "there is no such operation")
        }
        guard found.count == 1 else {
            throw ComputeError(
                .conflict, subject: "operation \(reference)", message: "several operations begin with that")
        }
        return report
    }

    /// Takes each unfinished operation as undone.
    public func settle(
        _ id: OperationID?, context: OperationContext
    ) async throws(ComputeError) -> [SettledOperation] {
        try await admit(.settle, id.map { "operation \($0)" } ?? "operations", context)
        var settled: [SettledOperation] = []
        for (index, report) in history.enumerated() where report.operation.state.isUnfinished {
            guard id == nil || id == report.operation.id else { continue }
            settled.append(SettledOperation(operation: report.operation, result: .success(.undone)))
            history[index] = OperationReport(operation: report.operation.ended(.undone, at: now()), steps: report.steps)
        }
        return settled
    }
}
