// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// Steps as the journal keeps them.
enum StepCoding {
    static func encode(_ step: some OperationStep) throws(ComputeError) -> String {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(step), as: UTF8.self)
        } catch {
            throw ComputeError(
                .failed, subject: "step \(step.name)", message: "the step cannot be kept in the journal: \(error)")
        }
    }

    static func decode<Step: OperationStep>(
        _ record: StepRecord, of operation: OperationRecord
    ) throws(ComputeError) -> Step {
        do {
            return try JSONDecoder().decode(Step.self, from: Data(record.payload.utf8))
        } catch {
            throw ComputeError(
                .failed, subject: "operation \(operation.id)", outcome: .unknown,
                message: "step \(record.name) of \(operation.kind) does not read as a step of this version of Roost",
                hint: "settle it with the version of Roost that began it, by any command that changes something")
        }
    }
}
