// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DiskRecorder

/// A step without an effect of its own: what is proved is the journal.
struct EmptyStep: OperationStep {
    let name: String
}

/// Does nothing, and fails where it is told to.
struct EmptyExecutor: OperationExecutor {
    static let subject = "the planned failure"
    let failing: String?

    func perform(_ step: EmptyStep, context: OperationContext) async throws(ComputeError) {
        guard step.name == failing else { return }
        throw ComputeError(.failed, subject: Self.subject, outcome: .unknown, message: "\(step.name) failed")
    }

    func undo(_ step: EmptyStep, context: OperationContext) async throws(ComputeError) {}

    func evidence(of step: EmptyStep, context: OperationContext) async throws(ComputeError) -> StepEvidence {
        step.name == failing ? .unknown : .happened
    }
}

/// Marks each write to the journal.
struct MarkingProbe: OperationProbe {
    func reached(_ point: ProbePoint) {
        guard case .journalWrite(let moment, let what) = point else { return }
        disk_recorder_mark(moment == .before ? 1 : 0, what)
    }
}
