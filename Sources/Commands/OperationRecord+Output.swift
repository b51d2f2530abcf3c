// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import FoundationEssentials
import InstanceModel

extension OperationRecord {
    /// The operation for programs; its keys are a contract, and only ever added to.
    var outputValue: OutputValue {
        .object([
            .init("id", .string(id.description)), .init("kind", .string(kind)),
            .init("instance_id", .string(instanceID.description)), .init("instance_name", .string(instanceName)),
            .init("principal", .string(principal)), .init("request_id", .string(requestID.uuidString.lowercased())),
            .init("state", .string(state.rawValue)), .init("rule", .string(rule.rawValue)),
            .init("error", .optional(error)), .init("process_id", .integer(Int64(processID))),
            .init("started_at", .string(Timestamp.text(startedAt))),
            .init("finished_at", .optional(finishedAt.map(Timestamp.text))),
        ])
    }
}

extension OperationReport {
    /// The operation and its steps for programs.
    var outputValue: OutputValue {
        operation.outputValue.adding([.init("steps", .array(steps.map(\.outputValue)))])
    }

    /// The operation and its steps for people.
    var text: String {
        var lines = TextTable()
        lines.append(["id", operation.id.description])
        lines.append(["kind", operation.kind])
        lines.append(["instance", "\(operation.instanceName) (\(operation.instanceID))"])
        lines.append(["state", operation.state.rawValue])
        lines.append(["principal", operation.principal])
        lines.append(["process", String(operation.processID)])
        lines.append(["started", Timestamp.text(operation.startedAt)])
        if let finished = operation.finishedAt { lines.append(["finished", Timestamp.text(finished)]) }
        if let error = operation.error { lines.append(["error", error]) }
        var table = TextTable(["STEP", "STATE", "STARTED", "FINISHED"])
        for step in steps {
            table.append([
                step.name, step.state.rawValue, step.startedAt.map(Timestamp.text) ?? "",
                step.finishedAt.map(Timestamp.text) ?? "",
            ])
        }
        return lines.text + "\n" + table.text
    }
}

extension StepRecord {
    fileprivate var outputValue: OutputValue {
        .object([
            .init("position", .integer(Int64(position))), .init("name", .string(name)),
            .init("state", .string(state.rawValue)),
            .init("started_at", .optional(startedAt.map(Timestamp.text))),
            .init("finished_at", .optional(finishedAt.map(Timestamp.text))),
        ])
    }
}

extension SettledOperation {
    /// What became of the operation, for people.
    var text: String {
        let subject = "\(operation.id) \(operation.kind) \(operation.instanceName)"
        switch result {
        case .success(let state): return "\(subject): \(state.rawValue)"
        case .failure(let error): return "\(subject): not settled: \(error.message)"
        }
    }

    /// What became of the operation, for programs.
    var outputValue: OutputValue {
        let (state, error): (OutputValue, OutputValue) =
            switch result {
            case .success(let state): (.string(state.rawValue), .null)
            case .failure(let error): (.string(operation.state.rawValue), .string(error.description))
            }
        return .object([
            .init("id", .string(operation.id.description)), .init("kind", .string(operation.kind)),
            .init("instance_id", .string(operation.instanceID.description)),
            .init("instance_name", .string(operation.instanceName)), .init("state", state), .init("error", error),
        ])
    }
}
