// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel
import Libvirt

extension LibvirtDriver: GuestAccess {
    /// Waits until the guest's agent answers (`guest-ping`).
    public func waitForAgent(
        _ id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError) {
        try authorizer.authorize(.observe, subject: "instance \(id)", context: context)
        try await naming(id) { () throws(ComputeError) in
            try await require(.guestAgent, for: "instance \(id)")
            try await waitForAgent(id, subject: "instance \(id)", within: limit, deadline: context.deadline)
        }
    }

    /// What the guest says of its operating system (`guest-get-osinfo`).
    public func operatingSystem(
        _ id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> GuestOperatingSystem {
        try authorizer.authorize(.observe, subject: "instance \(id)", context: context)
        try await require(.guestAgent, for: "instance \(id)")
        let agent = try await agent(of: id, context: context)
        let told = try await agent.ask(
            AgentProtocol.request("guest-get-osinfo"), for: AgentProtocol.OperatingSystem.self)
        return GuestOperatingSystem(
            id: told.id, prettyName: told.prettyName, versionID: told.versionID, kernelRelease: told.kernelRelease,
            machine: told.machine)
    }

    /// Runs a program in the guest through the agent (`guest-exec`) and waits for its end.
    public func execute(
        _ program: GuestProgram, in id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> GuestProgramResult {
        try await acting(.execute, on: id, needs: .guestAgent, context: context) { () throws(ComputeError) in
            try await agent(of: id, context: context).run(program)
        }
    }

    private func agent(of id: InstanceID, context: OperationContext) async throws(ComputeError) -> GuestAgent {
        let domain = try await requireDomain(id, until: context.deadline)
        return GuestAgent(domain: domain, subject: "instance \(domain.name)", deadline: context.deadline)
    }

    /// Waits until libvirt says that the guest runs.
    func waitUntilRunning(
        _ id: InstanceID, subject: String, deadline: ContinuousClock.Instant?
    ) async throws(ComputeError) {
        let domain = try await requireDomain(id, until: deadline)
        try await wait(
            for: domain, until: deadline ?? .now + Self.changeLimit,
            otherwise: ComputeError(.deadlineExceeded, subject: subject, message: "it was started, and does not run")
        ) { state throws(ComputeError) in
            if case .running = state { return true }
            try Self.refuseEnded(state, subject: subject)
            return false
        }
    }

    /// Waits until the agent answers; a guest that goes off meanwhile ends the wait.
    func waitForAgent(
        _ id: InstanceID, subject: String, within limit: Duration, deadline: ContinuousClock.Instant?
    ) async throws(ComputeError) {
        let domain = try await requireDomain(id, until: deadline)
        let end = min(deadline ?? .now + limit, .now + limit)
        let agent = GuestAgent(domain: domain, subject: subject, deadline: end)
        // Before the agent is asked, so that nothing falls in between.
        var news = try await AgentNews(of: id, driver: self)
        while true {
            if await agent.answers() { return }
            let state = try await translating(subject) { () throws(LibvirtError) in
                try await domain.state(deadline: .now + Self.readLimit)
            }
            try Self.refuseEnded(state, subject: subject)
            guard ContinuousClock.now < end else {
                throw ComputeError(
                    .deadlineExceeded, subject: subject, message: "the guest agent did not answer within \(limit)",
                    hint: "does the guest run qemu-guest-agent? `roost console NAME --log` shows how far it booted")
            }
            try await news.wait(until: end)
        }
    }

    private static func refuseEnded(_ state: DomainState, subject: String) throws(ComputeError) {
        guard !state.isActive else { return }
        throw ComputeError(
            .failed, subject: subject,
            message: "the guest went off while it was waited for (\(state.instanceState.rawValue))",
            hint: "`roost console NAME --log` shows what it said")
    }
}
