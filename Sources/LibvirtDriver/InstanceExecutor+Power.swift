// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import InstanceModel
import Libvirt

extension InstanceExecutor {
    /// How long an agent may take to accept a request.
    private static let agentPatience: Duration = .seconds(5)

    /// Carries out a step of a power operation; does nothing where the guest is as it should become.
    func changePower(_ step: InstanceStep, context: OperationContext) async throws(ComputeError) {
        let domain = try await host.requireDomain(id)
        let deadline = host.deadline(context, within: LibvirtDriver.changeLimit)
        switch step {
        case .powerOn: try await powerOn(domain, deadline)
        case .powerOff: try await powerOff(domain, deadline)
        case .askShutdown:
            if try await host.instance(of: domain).platform.isFast { return try await askToEnd(domain, by: deadline) }
            try await ask(domain, by: deadline, whereOff: .isDone) { request, patience throws(LibvirtError) in
                try await domain.shutdown(request, deadline: patience)
            }
        case .askReboot:
            try await ask(domain, by: deadline, whereOff: .cannotBe) { request, patience throws(LibvirtError) in
                try await domain.reboot(request, deadline: patience)
            }
        case .reset:
            try await host.changing(subject) { () throws(LibvirtError) in try await domain.reset(deadline: deadline) }
        case .pause:
            if case .paused = try await host.state(of: domain) { return }
            try await host.changing(subject) { () throws(LibvirtError) in
                try await domain.suspend(deadline: deadline)
            }
        case .resume:
            if case .running = try await host.state(of: domain) { return }
            try await host.changing(subject) { () throws(LibvirtError) in try await domain.resume(deadline: deadline) }
        default: preconditionFailure("step \(step.name) is no power operation")
        }
    }

    /// How long a guest's hypervisor may take to answer before its state is believed.
    private static let answerPatience: Duration = .seconds(5)

    /// What libvirt's state shows of a power operation: see ``InstanceStep/trace``.
    ///
    /// - Throws: ``ComputeError`` where the guest's hypervisor does not answer: a call that nobody waits for any more
    ///   may be in it still, or in the daemon, and take effect later.
    func evidence(of step: InstanceStep, context: OperationContext) async throws(ComputeError) -> StepEvidence {
        // One that was deleted since is off, and tells nothing more.
        guard let domain = try await host.domain(id) else { return step == .powerOff ? .happened : .unknown }
        // What this process gave up on may be on its way still, and a guest that is off start yet.
        try await host.translating(subject) { () throws(LibvirtError) in
            try await domain.awaitAnswers(deadline: .now + LibvirtDriver.readLimit)
        }
        if try await host.state(of: domain).isActive { try await awaitAnswer(of: domain) }
        let state = try await host.state(of: domain)
        if step == .powerOn { return try await startEvidence(of: domain, in: state) }
        return step.trace.evidence(in: state)
    }

    private func startEvidence(of domain: Domain, in state: DomainState) async throws(ComputeError) -> StepEvidence {
        guard state.isActive else { return .didNotHappen }
        // It may go down since it was started, or have waited to be.
        if case .shuttingDown = state { return .unknown }
        // With published ports it starts paused, and runs once they lead into it.
        let startsPaused = try await !host.instance(of: domain).publishedPorts.isEmpty
        guard startsPaused, case .paused(let reason) = state else { return .happened }
        // Any other reason is something that happened to it once it ran.
        return [.user, .startingUp].contains(reason) ? .didNotHappen : .happened
    }

    /// Waits for an answer of the domain's monitor: it takes one request after the other, and so has done with those
    /// that came before.
    func awaitAnswer(of domain: Domain) async throws(ComputeError) {
        try await host.translating(subject) { () throws(LibvirtError) in
            _ = try await domain.statistics(deadline: .now + Self.answerPatience)
        }
    }

    private func powerOn(_ domain: Domain, _ deadline: ContinuousClock.Instant) async throws(ComputeError) {
        if case .shuttingDown = try await host.state(of: domain) { try await awaitDown(domain, deadline) }
        if case .running = try await host.state(of: domain) { return }
        let instance = try await host.instance(of: domain)
        try await host.prepareToStart(instance, id: id)
        try await host.start(domain, instance: instance, deadline: deadline)
        let journal = try host.journals.writable()
        try journal.markStarted(id)
        // What an older document asked for is free once the guest runs without it.
        let volumes = try journal.claims(of: id).map(\.claim).filter { $0.kind == .volume }
        try journal.keepClaims(DomainPlanner.claims(of: instance, id: id) + volumes, of: id)
    }

    /// How long a guest that has gone down may take to be off: well below what others wait for the lock.
    private static let downPatience: Duration = .seconds(10)

    /// Waits while a guest that has gone down is not off; libvirt may also reboot it, and have it run.
    private func awaitDown(_ domain: Domain, _ deadline: ContinuousClock.Instant) async throws(ComputeError) {
        try await host.wait(
            for: domain, until: min(deadline, .now + Self.downPatience),
            otherwise: ComputeError(
                .deadlineExceeded, subject: subject, message: "it is going down, and is not off yet",
                hint: "`roost stop --force` turns it off at once")
        ) { state in if case .shuttingDown = state { false } else { true } }
    }

    /// Ends a guest that was started, and died with its process before its ports led into it.
    func undoPowerOn() async throws(ComputeError) {
        guard let domain = try await host.domain(id), case .paused(let reason) = try await host.state(of: domain),
            [.user, .startingUp].contains(reason)
        else { return }
        try await turnOff(domain)
    }

    private func powerOff(_ domain: Domain, _ deadline: ContinuousClock.Instant) async throws(ComputeError) {
        do throws(LibvirtError) {
            try await domain.destroy(deadline: deadline)
        } catch {
            if error.code == .operationInvalid { return }
            throw ComputeError(error, subject: subject, change: true)
        }
    }

    /// Asks the guest of a machine without ACPI, through its agent, to restart: there the machine ends, while a guest
    /// that powered off would stand still for ever.
    private func askToEnd(_ domain: Domain, by end: ContinuousClock.Instant) async throws(ComputeError) {
        do throws(LibvirtError) {
            _ = try await domain.agentCommand(
                AgentProtocol.restart, timeout: .seconds(1), deadline: min(end, .now + Self.agentPatience))
        } catch {
            if case .cancelled = error { throw ComputeError(error, subject: subject, change: true) }
            let failure = GuestAgent.translated(error, subject: subject)
            // An agent that does as it is told has no answer, and no time for one.
            guard failure.outcome == .didNotHappen, error.code == .internalError else { return }
            throw failure
        }
    }

    /// What a request comes to whose guest went off before it was asked.
    private enum OffGuest {
        case isDone, cannotBe
    }

    /// Asks the guest through its agent, and by ACPI where no agent answers.
    private func ask(
        _ domain: Domain, by end: ContinuousClock.Instant, whereOff offGuest: OffGuest,
        _ request: (PowerRequest, ContinuousClock.Instant) async throws(LibvirtError) -> Void
    ) async throws(ComputeError) {
        let isAsked: Bool
        do throws(LibvirtError) {
            return try await request(.agent, min(end, .now + Self.agentPatience))
        } catch {
            let failure = ComputeError(error, subject: subject, change: true)
            if case .cancelled = error { throw failure }
            isAsked = failure.outcome != .didNotHappen
        }
        do throws(LibvirtError) {
            try await request(.acpi, min(end, .now + Self.agentPatience))
        } catch {
            if error.code == .operationInvalid, offGuest == .isDone { return }
            let failure = ComputeError(error, subject: subject, change: true)
            // Whatever became of the second request, the first may be on its way still.
            throw isAsked ? failure.adding(details: ["its agent was asked before"], outcome: .unknown) : failure
        }
    }
}
