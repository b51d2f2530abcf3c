// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel

extension FakeHypervisor: InstanceApplication {
    /// What applying the document would change; labels at once, all else at a guest's next boot.
    public func preview(
        applying instance: Instance, to id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> ApplyPreview {
        try await admit(.plan, name(of: id), needs: .lifecycle, context)
        let (machine, _, changes) = try application(of: instance, to: id)
        return ApplyPreview(
            changes: changes, definition: [], needsRestart: Self.needsRestart(machine, changes),
            basis: InstanceDocument.stored(machine.instance))
    }

    /// Brings an instance to the document.
    ///
    /// - Throws: what the port says; what was arranged for ``Action/apply``.
    public func apply(
        _ instance: Instance, to id: InstanceID, options: ApplyOptions, context: OperationContext
    ) async throws(ComputeError) -> ApplyReport {
        try await admit(.apply, name(of: id), needs: .lifecycle, context)
        let (machine, newer, changes) = try application(of: instance, to: id)
        if let basis = options.basis, basis != InstanceDocument.stored(machine.instance) {
            throw ComputeError(
                .conflict, subject: machine.subject, message: "it was changed since the difference was shown")
        }
        machines[id]?.instance = newer
        guard Self.needsRestart(machine, changes) else { return ApplyReport(changes: changes) }
        guard let limit = options.restart else { return ApplyReport(changes: changes, needsRestart: true) }
        try requireListening(machine, "power off", within: limit)
        setState(.stopped, of: id)
        setState(.running, of: id)
        return ApplyReport(changes: changes, isRestarted: true)
    }

    private func application(
        of instance: Instance, to id: InstanceID
    ) throws(ComputeError) -> (Machine, Instance, [AppliedChange]) {
        let machine = try machine(id)
        let newer: Instance
        do throws(InvalidSpec) {
            newer = try instance.resolved(replacing: machine.instance) { MACAddress.derived(for: id, index: $0) }
        } catch {
            throw ComputeError(
                .invalid, subject: machine.subject, message: "it cannot be brought to this document",
                problems: error.problems)
        }
        let problems = machine.instance.obstacles(toBecoming: newer)
        guard problems.isEmpty else {
            throw ComputeError(
                .invalid, subject: machine.subject, message: "it cannot be brought to this document",
                problems: problems)
        }
        let changes = InstanceDocument.changes(from: machine.instance, to: newer).map { change in
            AppliedChange(change, timing: machine.isOn && change.path.hasPrefix("labels.") ? .live : .nextBoot)
        }
        return (machine, newer, changes)
    }

    private static func needsRestart(_ machine: Machine, _ changes: [AppliedChange]) -> Bool {
        machine.isOn && changes.contains { $0.timing == .nextBoot }
    }
}
