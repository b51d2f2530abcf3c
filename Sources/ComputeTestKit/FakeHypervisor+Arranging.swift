// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel

/// What a test arranges.
extension FakeHypervisor {
    /// Makes the next operation of this kind fail, before any effect; errors queue up.
    public func fail(_ action: Action, with error: ComputeError) {
        failures[action, default: []].append(error)
    }

    /// Makes every operation of this kind wait, until the gate is opened or the operation's task is cancelled.
    ///
    /// - Parameters:
    ///   - action: the kind of operation.
    ///   - finishing: whether a cancelled operation goes on to its end, as one that can no longer be undone.
    /// - Returns: the gate.
    public func hold(_ action: Action, finishing: Bool = false) -> Gate {
        let gate = Gate(finishing: finishing)
        gates[action] = gate
        return gate
    }

    /// Puts an operation before those that were arranged earlier.
    public func arrange(_ report: OperationReport) {
        history.insert(report, at: 0)
    }

    /// Sets what the host inspection answers.
    public func setReport(_ report: HostReport) {
        self.report = report
    }

    /// Adds an instance that was made at some time before, in this state.
    @discardableResult
    public func add(
        _ instance: Instance, state: InstanceState = .running, lockedBy: LockHolder? = nil
    ) -> InstanceID {
        let id = makeID()
        var machine = Machine(id: id, instance: instance, state: state, createdAt: now())
        machine.lockedBy = lockedBy
        machines[id] = machine
        return id
    }

    /// Adds an image of 64 MiB.
    public func add(_ image: ImageName, format: ImageFormat = .qcow2, kind: ImageKind = .disk) {
        store[image] = ImageStatus(
            name: image, format: format, kind: kind, virtualSize: .mebibytes(64), fileSize: .mebibytes(16),
            sha256: String(repeating: "0", count: 64), addedAt: now(), usedBy: [])
    }

    /// Whether a guest does what it is asked: power off, reboot, and answer through its agent. It does, unless told.
    public func setListening(_ listens: Bool, _ id: InstanceID) {
        machines[id]?.listens = listens
    }

    /// Appends to what a guest wrote to its console, also for those who look at it now.
    public func writeConsole(_ bytes: [UInt8], of id: InstanceID) {
        machines[id]?.consoleLog += bytes
        machines[id]?.console?.show(bytes)
        for follower in machines[id]?.followers ?? [] { follower.yield(bytes) }
    }

    /// Ends a guest by itself: its console and those who follow its log end too.
    public func powerOff(_ id: InstanceID) {
        setState(.stopped, of: id)
    }

    /// Sets how a program in any guest ends; others than these, `true`, `false` and `echo` are not found.
    public func setProgram(_ path: String, _ result: @escaping @Sendable (GuestProgram) async -> GuestProgramResult) {
        programs[path] = result
    }

    /// The instance as it is; nil where there is none.
    public func instance(of id: InstanceID) -> Instance? {
        machines[id]?.instance
    }

    /// The state of an instance; nil where there is none.
    public func state(of id: InstanceID) -> InstanceState? {
        machines[id]?.state
    }

    /// The console that is open now; nil where none is.
    public func openConsole(of id: InstanceID) -> FakeConsole? {
        machines[id]?.console
    }
}
