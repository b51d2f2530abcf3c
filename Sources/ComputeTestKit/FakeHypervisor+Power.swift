// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel

extension FakeHypervisor: PowerControl {
    /// Starts an instance.
    ///
    /// - Throws: `conflict` where it is paused.
    public func start(_ id: InstanceID, context: OperationContext) async throws(ComputeError) {
        let machine = try await admitted(.start, id, context)
        guard machine.state != .running else { return }
        guard !machine.isOn else {
            throw ComputeError(
                .conflict, subject: machine.subject, message: "it is \(machine.state.rawValue), not stopped",
                hint: "`roost resume \(machine.instance.name)` lets it run")
        }
        setState(.running, of: id)
    }

    /// Stops an instance; one whose guest does not listen exceeds the deadline at once.
    ///
    /// - Throws: `deadlineExceeded` where the guest does not listen and `policy` is graceful.
    public func stop(_ id: InstanceID, policy: StopPolicy, context: OperationContext) async throws(ComputeError) {
        let machine = try await admitted(.stop, id, context)
        guard machine.isOn else { return }
        if case .graceful(let limit) = policy { try requireListening(machine, "power off", within: limit) }
        setState(.stopped, of: id, because: policy == .force ? "destroyed" : "shutdown")
    }

    /// Reboots an instance, which keeps running.
    ///
    /// - Throws: `conflict` where it is off; `deadlineExceeded` where the guest does not listen and `kind` is graceful.
    public func reboot(_ id: InstanceID, kind: RebootKind, context: OperationContext) async throws(ComputeError) {
        let machine = try await admitted(.reboot, id, context)
        try requireOn(machine)
        if case .graceful(let limit) = kind { try requireListening(machine, "reboot", within: limit) }
        setState(.running, of: id)
        tell(.rebooted, machine, [:])
    }

    /// Pauses an instance.
    ///
    /// - Throws: `conflict` where it is off.
    public func pause(_ id: InstanceID, context: OperationContext) async throws(ComputeError) {
        try requireOn(try await admitted(.pause, id, context))
        setState(.paused, of: id)
    }

    /// Resumes an instance.
    ///
    /// - Throws: `conflict` where it is off.
    public func resume(_ id: InstanceID, context: OperationContext) async throws(ComputeError) {
        try requireOn(try await admitted(.resume, id, context))
        setState(.running, of: id)
    }

    func admitted(_ action: Action, _ id: InstanceID, _ context: OperationContext) async throws(ComputeError) -> Machine
    {
        try await admit(action, name(of: id), needs: .power, context)
        return try machine(id)
    }

    func requireOn(_ machine: Machine) throws(ComputeError) {
        guard machine.isOn else {
            throw ComputeError(
                .conflict, subject: machine.subject, message: "it is \(machine.state.rawValue)",
                hint: "`roost start \(machine.instance.name)` starts it")
        }
    }

    func requireListening(_ machine: Machine, _ what: String, within limit: Duration) throws(ComputeError) {
        guard !machine.listens else { return }
        throw ComputeError(
            .deadlineExceeded, subject: machine.subject, message: "the guest did not \(what) within \(limit)",
            hint: "give it more time with --timeout, or use --force")
    }

    /// Sets a state; a guest without power has no console.
    func setState(_ state: InstanceState, of id: InstanceID, because reason: String = "shutdown") {
        guard let old = machines[id]?.state else { return }
        machines[id]?.state = state
        guard let machine = machines[id] else { return }
        tellChange(from: old, of: machine, because: reason)
        guard !machine.isOn else { return }
        machine.console?.end()
        for follower in machine.followers { follower.finish() }
        machines[id]?.console = nil
        machines[id]?.followers = []
    }
}
