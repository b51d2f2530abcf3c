// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
public import InstanceModel
import Libvirt

extension LibvirtDriver: PowerControl {
    /// How often a guest that does not go down is asked again.
    private static let askAgainAfter: Duration = .seconds(3)
    /// How long an agent may take to accept a request.
    private static let agentPatience: Duration = .seconds(5)

    /// Starts a stopped instance (`virDomainCreateWithFlags`); does nothing to one that runs.
    public func start(_ id: InstanceID, context: OperationContext) async throws(ComputeError) {
        try await change(.start, id, context) { domain throws(ComputeError) in
            let state = try await state(of: domain)
            if case .running = state { return }
            guard !state.isActive else {
                throw ComputeError(
                    .conflict, subject: "instance \(domain.name)",
                    message: "it is \(state.instanceState.rawValue), not stopped",
                    hint: "`roost resume` lets a paused guest run, `roost stop --force` turns it off")
            }
            let instance = try await instance(of: domain)
            try await prepareToStart(instance, id: id)
            try await start(domain, instance: instance, deadline: deadline(context, within: Self.changeLimit))
            try journals.writable().markStarted(id)
        }
    }

    /// Stops a running instance; does nothing to one that is off. Waiting holds no lock.
    public func stop(_ id: InstanceID, policy: StopPolicy, context: OperationContext) async throws(ComputeError) {
        switch policy {
        case .force:
            try await change(.stop, id, context) { domain throws(ComputeError) in
                do throws(LibvirtError) {
                    try await domain.destroy(deadline: deadline(context, within: Self.changeLimit))
                } catch {
                    if error.code == .operationInvalid { return }
                    throw ComputeError(error, subject: "instance \(domain.name)", change: true)
                }
            }
        case .graceful(let limit):
            try await acting(.stop, on: id, needs: .power, context: context) { () throws(ComputeError) in
                try await stopGracefully(id, within: limit, context: context)
            }
        }
    }

    /// Reboots a running instance through its agent or ACPI (`virDomainReboot`), or resets it (`virDomainReset`).
    public func reboot(_ id: InstanceID, kind: RebootKind, context: OperationContext) async throws(ComputeError) {
        switch kind {
        case .hard:
            try await change(.reboot, id, context) { domain throws(ComputeError) in
                try await requireRunning(domain)
                try await changing("instance \(domain.name)") { () throws(LibvirtError) in
                    try await domain.reset(deadline: deadline(context, within: Self.changeLimit))
                }
            }
        case .graceful(let limit):
            try await acting(.reboot, on: id, needs: .power, context: context) { () throws(ComputeError) in
                try await rebootGracefully(id, within: limit, context: context)
            }
        }
    }

    /// Halts a running instance's processors (`virDomainSuspend`); does nothing to one that is paused.
    public func pause(_ id: InstanceID, context: OperationContext) async throws(ComputeError) {
        try await change(.pause, id, context) { domain throws(ComputeError) in
            if case .paused = try await state(of: domain) { return }
            try await requireRunning(domain)
            try await changing("instance \(domain.name)") { () throws(LibvirtError) in
                try await domain.suspend(deadline: deadline(context, within: Self.changeLimit))
            }
        }
    }

    /// Lets a paused instance's processors run (`virDomainResume`); does nothing to one that runs.
    public func resume(_ id: InstanceID, context: OperationContext) async throws(ComputeError) {
        try await change(.resume, id, context) { domain throws(ComputeError) in
            switch try await state(of: domain) {
            case .running: return
            case .paused:
                try await changing("instance \(domain.name)") { () throws(LibvirtError) in
                    try await domain.resume(deadline: deadline(context, within: Self.changeLimit))
                }
            default: try await requireRunning(domain)
            }
        }
    }

    /// Asks the policy, takes the lock, and runs a change to a domain that exists; leaves an audit record.
    private func change(
        _ action: Action, _ id: InstanceID, _ context: OperationContext,
        _ body: (Domain) async throws(ComputeError) -> Void
    ) async throws(ComputeError) {
        try await acting(action, on: id, needs: .power, context: context) { () throws(ComputeError) in
            try await locked(action, id, context, body)
        }
    }

    /// Takes the lock, for a part of a change that the policy permitted, and runs that part.
    private func locked(
        _ action: Action, _ id: InstanceID, _ context: OperationContext,
        _ body: (Domain) async throws(ComputeError) -> Void
    ) async throws(ComputeError) {
        _ = try await journal(settlingFor: context)
        try await locks.withLock(id, operation: action.rawValue, context: context, waitingAtMost: Self.lockPatience) {
            () throws(ComputeError) in
            try await body(try await requireDomain(id))
        }
    }

    private func state(of domain: Domain) async throws(ComputeError) -> DomainState {
        try await translating("instance \(domain.name)") { () throws(LibvirtError) in
            try await domain.state(deadline: .now + Self.readLimit)
        }
    }

    private func requireRunning(_ domain: Domain) async throws(ComputeError) {
        let state = try await state(of: domain)
        guard state.instanceState != .running else { return }
        throw ComputeError(
            .conflict, subject: "instance \(domain.name)",
            message: "it is \(state.instanceState.rawValue), not running",
            hint: state.isActive ? "`roost resume` lets it run" : "`roost start` starts it")
    }

    private func stopGracefully(
        _ id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError) {
        let end = deadline(context, within: limit)
        while true {
            try await locked(.stop, id, context) { domain throws(ComputeError) in
                guard try await state(of: domain).isActive else { return }
                try await requireRunning(domain)
                try await ask(domain, by: end) { request, patience throws(LibvirtError) in
                    try await domain.shutdown(request, deadline: patience)
                }
            }
            let domain = try await requireDomain(id)
            let askAgain = min(end, .now + Self.askAgainAfter)
            do throws(ComputeError) {
                return try await wait(
                    for: domain, until: askAgain,
                    otherwise: ComputeError(
                        .deadlineExceeded, subject: "instance \(domain.name)",
                        message: "the guest was asked to go down, and still runs",
                        hint: "`roost stop --force` turns it off at once")
                ) { state in !state.isActive }
            } catch {
                guard error.code == .deadlineExceeded, ContinuousClock.now < end else { throw error }
            }
        }
    }

    private func rebootGracefully(
        _ id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError) {
        let end = deadline(context, within: limit)
        let connection = try await link.connection()
        let subject = "instance \(id)"
        let events = try await translating(subject) { () throws(LibvirtError) in try await connection.events() }
        try await locked(.reboot, id, context) { domain throws(ComputeError) in
            try await requireRunning(domain)
            try await ask(domain, by: end) { request, patience throws(LibvirtError) in
                try await domain.reboot(request, deadline: patience)
            }
        }
        let search = await Self.first(of: events, until: end) { event in
            if case .rebooted(let reference) = event { reference.uuid == id.uuid } else { false }
        }
        let (code, message): (ComputeError.Code, String)
        switch search {
        case .found: return
        case .late where Task.isCancelled, .ended where Task.isCancelled:
            (code, message) = (.cancelled, "cancelled after the guest was asked to reboot")
        case .late: (code, message) = (.deadlineExceeded, "the guest was asked to reboot, and did not restart in time")
        case .ended:
            (code, message) = (
                .hostUnavailable, "the guest was asked to reboot, and the connection to libvirt was lost since"
            )
        }
        throw ComputeError(
            code, subject: subject, outcome: .unknown, message: message, hint: "`roost reboot --hard` resets it")
    }

    /// Asks the guest through its agent, and by ACPI where no agent answers.
    private func ask(
        _ domain: Domain, by end: ContinuousClock.Instant,
        _ request: (PowerRequest, ContinuousClock.Instant) async throws(LibvirtError) -> Void
    ) async throws(ComputeError) {
        do throws(LibvirtError) {
            return try await request(.agent, min(end, .now + Self.agentPatience))
        } catch {
            if case .cancelled = error { throw ComputeError(error, subject: "instance \(domain.name)", change: true) }
        }
        do throws(LibvirtError) {
            try await request(.acpi, min(end, .now + Self.agentPatience))
        } catch {
            if error.code == .operationInvalid { return }
            throw ComputeError(error, subject: "instance \(domain.name)", change: true)
        }
    }

    /// How a search in a stream of events ended.
    enum EventSearch: Sendable {
        /// The event came.
        case found
        /// The deadline came first, or the task was cancelled.
        case late
        /// The stream ended: the connection is closed.
        case ended
    }

    /// Waits for an event that `matches`.
    static func first(
        of events: AsyncStream<DomainEvent>, until deadline: ContinuousClock.Instant,
        _ matches: @escaping @Sendable (DomainEvent) -> Bool
    ) async -> EventSearch {
        await withTaskGroup(of: EventSearch.self) { group in
            group.addTask {
                for await event in events where matches(event) { return .found }
                return .ended
            }
            group.addTask {
                try? await Task.sleep(until: deadline)
                return .late
            }
            defer { group.cancelAll() }
            return await group.next() ?? .late
        }
    }
}
