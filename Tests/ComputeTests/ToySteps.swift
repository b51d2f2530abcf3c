// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel

/// A step that does nothing but be counted.
struct ToyStep: OperationStep, Hashable {
    let name: String
}

/// Keeps the effects of steps in memory, and can be told to fail.
final class ToyExecutor: OperationExecutor {
    struct State {
        var effects: [String] = []
        var failing: Set<String> = []
        var failingUndo: Set<String> = []
        var undoWasDisturbed = false
        /// What is seen of a step; nil: that it cannot be seen.
        var evidence: StepEvidence?
    }
    let state: Shared<State>
    private let during: @Sendable (ToyStep, OperationContext) async -> Void

    init(
        failing: Set<String> = [], failingUndo: Set<String> = [], evidence: StepEvidence? = nil,
        during: @escaping @Sendable (ToyStep, OperationContext) async -> Void = { _, _ in }
    ) {
        state = Shared(State(failing: failing, failingUndo: failingUndo, evidence: evidence))
        self.during = during
    }

    var effects: [String] { state.withLock(\.effects) }
    /// Whether an undo was cancelled or had a deadline.
    var undoWasDisturbed: Bool { state.withLock(\.undoWasDisturbed) }

    func perform(_ step: ToyStep, context: OperationContext) async throws(ComputeError) {
        await during(step, context)
        let fails = state.withLock { state in
            // A failing step leaves its effect: half-done is the hardest case for an undo.
            if !state.effects.contains(step.name) { state.effects.append(step.name) }
            return state.failing.contains(step.name)
        }
        if fails { throw Self.failure(of: step.name) }
    }

    func undo(_ step: ToyStep, context: OperationContext) async throws(ComputeError) {
        let fails = state.withLock { state in
            if Task.isCancelled || context.deadline != nil { state.undoWasDisturbed = true }
            guard !state.failingUndo.contains(step.name) else { return true }
            state.effects.removeAll { $0 == step.name }
            return false
        }
        if fails { throw Self.failure(of: "undo \(step.name)") }
    }

    func evidence(of step: ToyStep, context: OperationContext) async throws(ComputeError) -> StepEvidence {
        if Task.isCancelled || context.deadline != nil { state.withLock { $0.undoWasDisturbed = true } }
        guard let evidence = state.withLock(\.evidence) else { throw Self.failure(of: "look at \(step.name)") }
        return evidence
    }

    static func failure(of name: String) -> ComputeError {
        ComputeError(.exhausted, subject: name, outcome: .unknown, message: "planned failure", hint: "none")
    }
}

/// Remembers the points that were reached, and fails at those that it is told to.
final class ToyProbe: OperationProbe {
    private let points = Shared([ProbePoint]())
    private let fails: @Sendable (Int, ProbePoint) -> Bool

    init(failingAt fails: @escaping @Sendable (Int, ProbePoint) -> Bool = { _, _ in false }) {
        self.fails = fails
    }

    var reached: [ProbePoint] { points.withLock(\.self) }

    func reached(_ point: ProbePoint) throws(ComputeError) {
        let index = points.withLock { points in
            points.append(point)
            return points.count - 1
        }
        if fails(index, point) { throw Self.failure }
    }

    static let failure = ComputeError(.failed, subject: "probe", message: "planned fault")
}

/// A state directory with its journal, and requests for it.
struct ToyHost {
    let state: TemporaryState
    let journal: Journal
    let id = InstanceID()
    let steps = ["disk", "seed", "define"].map(ToyStep.init)

    init() throws {
        state = try TemporaryState.prepared()
        journal = try Journal.open(state.directory)
    }

    func spawn(
        _ name: String = "web-1", id: InstanceID? = nil, claims: [Claim] = [], digest: String? = nil
    ) -> OperationRequest {
        let operation = OperationID()
        let record = InstanceRecord(
            id: id ?? self.id, name: name, document: #"{"name":"\#(name)"}"#, operationID: operation,
            createdAt: Date(timeIntervalSince1970: 1_700_000_000.125))
        return OperationRequest(
            id: operation, action: .spawn, rule: .undo, instanceID: record.id, instanceName: name,
            claims: [Claim(.name, name)] + claims, record: record, requestDigest: digest)
    }

    func delete(id: InstanceID? = nil) -> OperationRequest {
        OperationRequest(action: .delete, rule: .finish, instanceID: id ?? self.id, instanceName: "web-1")
    }

    func power(digest: String? = nil) -> OperationRequest {
        OperationRequest(
            action: .start, rule: .look, instanceID: id, instanceName: "web-1", requestDigest: digest)
    }

    func runner(_ probe: ToyProbe? = nil) -> OperationRunner {
        OperationRunner(journal: journal, probe: probe)
    }

    /// Whether neither an instance nor a claim nor anything to settle is left.
    var isClean: Bool {
        get throws {
            try journal.instances().isEmpty && journal.claims().isEmpty && journal.unfinishedOperations().isEmpty
        }
    }
}
