// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel

extension FakeHypervisor: InstanceLifecycle, InstancePlanning {
    /// Makes an instance in memory, step by step; a cancelled or failed one leaves nothing.
    ///
    /// - Throws: what the port says; what was arranged for ``Action/spawn``.
    public func spawn(
        _ instance: Instance, until goal: SpawnGoal, context: OperationContext
    ) async throws(ComputeError) -> InstanceStatus {
        let subject = "instance \(instance.name)"
        try check(.spawn, instance.name.description, needs: Self.needs(of: instance), context)
        let id = makeID()
        var machine = Machine(id: id, instance: instance, state: .defined, createdAt: now())
        let steps = Self.steps(of: goal)
        var done = 0
        do throws(ComputeError) {
            try checkClaims(of: machine)
            for (index, step) in steps.enumerated() {
                context.progress(ProgressEvent(step: step, index: index + 1, count: steps.count, phase: .begins))
                done = index + 1
                if step == "define" {
                    try await admit(.spawn, instance.name.description, needs: .lifecycle, context)
                    // Another spawn may have taken the name while this one waited.
                    try checkClaims(of: machine)
                    machines[id] = machine
                    tell(.defined, machine, ["reason": "added"])
                }
                if step == "start" {
                    machine.state = .running
                    machines[id] = machine
                    tell(.started, machine, ["reason": "booted"])
                }
                if Task.isCancelled { throw Self.cancelled(subject) }
                context.progress(ProgressEvent(step: step, index: index + 1, count: steps.count, phase: .ended))
            }
        } catch {
            if machines.removeValue(forKey: id) != nil { tell(.undefined, machine, ["reason": "removed"]) }
            for index in steps.indices.prefix(done).reversed() {
                let event = ProgressEvent(step: steps[index], index: index + 1, count: steps.count, phase: .undone)
                context.progress(event)
            }
            throw error
        }
        return status(of: machine)
    }

    /// Deletes an instance.
    ///
    /// - Throws: `conflict` where it runs and `policy` is ``DeletePolicy/stoppedOnly``.
    public func delete(
        _ id: InstanceID, policy: DeletePolicy, context: OperationContext
    ) async throws(ComputeError) {
        try await admit(.delete, name(of: id), needs: .lifecycle, context)
        let machine = try machine(id)
        guard !machine.isOn || policy == .evenRunning else {
            throw ComputeError(
                .conflict, subject: machine.subject, message: "it is \(machine.state.rawValue)",
                hint: "stop it first, or delete it with --force")
        }
        setState(.stopped, of: id, because: "destroyed")
        machines[id] = nil
        statistics[id] = nil
        tell(.undefined, machine, ["reason": "removed"])
    }

    /// The steps and claims of a spawn.
    public func plan(_ instance: Instance, context: OperationContext) async throws(ComputeError) -> SpawnPreview {
        try await admit(.plan, instance.name.description, context)
        if let other = machines.values.first(where: { $0.instance.name == instance.name }) {
            throw ComputeError(
                .conflict, subject: "instance \(instance.name)", message: "the name is taken by \(other.id)")
        }
        let steps = Self.steps(of: .running).map { name in
            SpawnPreview.PlannedStep(name: name, summary: "\(name) \(instance.name)")
        }
        return SpawnPreview(
            steps: steps, claims: ["name \(instance.name)"],
            domainXML: "<domain type='test'>\n  <name>\(instance.name)</name>\n</domain>\n")
    }

    private static func needs(of instance: Instance) -> [Capability] {
        [.lifecycle]
            + instance.interfaces.compactMap { interface -> Capability? in
                switch interface.network {
                case .user: .userNetwork
                case .bridge: .bridgedNetwork
                case .openVSwitch, .macvtap, .libvirt, .hostDevice, .vhostUser: nil
                }
            }
    }

    private static func steps(of goal: SpawnGoal) -> [String] {
        let steps = ["claim", "disks", "define", "start"]
        guard case .agent = goal else { return steps }
        return steps + ["agent"]
    }

    private func checkClaims(of machine: Machine) throws(ComputeError) {
        for image in machine.images where store[image] == nil {
            throw ComputeError(
                .notFound, subject: "image \(image)", message: "there is no such image",
                hint: "`roost image list` shows the images")
        }
        for other in machines.values {
            if other.instance.name == machine.instance.name {
                throw ComputeError(
                    .conflict, subject: machine.subject, message: "the name is taken by \(other.id)",
                    hint: "choose another name with --name")
            }
            for port in machine.endpoints where other.endpoints.contains(where: { $0.endpoint == port.endpoint }) {
                throw ComputeError(
                    .conflict, subject: machine.subject,
                    message: "port \(port.endpoint.port) is published by \(other.instance.name)")
            }
        }
    }
}
