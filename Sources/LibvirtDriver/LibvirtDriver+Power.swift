// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
public import InstanceModel
import Libvirt

extension LibvirtDriver: PowerControl {
    /// How often a guest that does not go down is asked again.
    private static let askAgainAfter: Duration = .seconds(3)

    /// Starts a stopped instance (`virDomainCreateWithFlags`); does nothing to one that runs.
    public func start(_ id: InstanceID, context: OperationContext) async throws(ComputeError) {
        try await acting(.start, on: id, needs: .power, context: context) { () throws(ComputeError) in
            _ = try await operate(.start, on: id, context: context) {
                domain throws(ComputeError) in
                let state = try await state(of: domain)
                guard state.isActive, state.instanceState != .running else { return }
                throw ComputeError(
                    .conflict, subject: "instance \(domain.name)",
                    message: "it is \(state.instanceState.rawValue), not stopped",
                    hint: "`roost resume` lets a paused guest run, `roost stop --force` turns it off")
            }
        }
    }

    /// Stops a running instance; does nothing to one that is off. Waiting holds no lock.
    public func stop(_ id: InstanceID, policy: StopPolicy, context: OperationContext) async throws(ComputeError) {
        try await acting(.stop, on: id, needs: .power, context: context) { () throws(ComputeError) in
            switch policy {
            case .force: _ = try await operate(.forcedStop, on: id, context: context)
            case .graceful(let limit): try await stopGracefully(id, within: limit, context: context)
            }
        }
    }

    /// Reboots a running instance through its agent or ACPI (`virDomainReboot`), or resets it (`virDomainReset`).
    public func reboot(_ id: InstanceID, kind: RebootKind, context: OperationContext) async throws(ComputeError) {
        try await acting(.reboot, on: id, needs: .power, context: context) { () throws(ComputeError) in
            switch kind {
            case .hard:
                _ = try await operate(.hardReboot, on: id, context: context) {
                    domain throws(ComputeError) in
                    try await requireRunning(domain)
                    try await requireRestarts(domain)
                }
            case .graceful(let limit): try await rebootGracefully(id, within: limit, context: context)
            }
        }
    }

    /// Halts a running instance's processors (`virDomainSuspend`); does nothing to one that is paused.
    public func pause(_ id: InstanceID, context: OperationContext) async throws(ComputeError) {
        try await acting(.pause, on: id, needs: .power, context: context) { () throws(ComputeError) in
            _ = try await operate(.pause, on: id, context: context) {
                domain throws(ComputeError) in
                try await requireRunning(domain) { $0.instanceState == .paused }
            }
        }
    }

    /// Lets a paused instance's processors run (`virDomainResume`); does nothing to one that runs.
    public func resume(_ id: InstanceID, context: OperationContext) async throws(ComputeError) {
        try await acting(.resume, on: id, needs: .power, context: context) { () throws(ComputeError) in
            _ = try await operate(.resume, on: id, context: context) {
                domain throws(ComputeError) in
                try await requireRunning(domain) { $0.instanceState == .paused }
            }
        }
    }

    /// Takes the lock, and makes a change of power, which the policy permitted, as a journaled operation of one step;
    /// `permits` throws, before any effect, where the domain is in no state for it. Gives whether the same request was
    /// made before, under its idempotency key; nothing is done then.
    @discardableResult
    private func operate(
        _ change: InstanceChange, on id: InstanceID, context: OperationContext,
        where permits: (Domain) async throws(ComputeError) -> Void = { _ in }
    ) async throws(ComputeError) -> OperationResult {
        guard let (step, asked) = change.request else { preconditionFailure("\(change) is no change of power") }
        let journal = try await journal(settlingFor: context, on: id)
        return try await locks.withLock(
            id, operation: change.action.rawValue, context: context, waitingAtMost: Self.lockPatience
        ) { () throws(ComputeError) in
            try await settleLeft(of: id, in: journal, orElse: change == .forcedStop ? .goOn : .refuse)
            let domain = try await requireDomain(id, until: context.deadline)
            let request = OperationRequest(
                change: change, instanceID: id, instanceName: domain.name,
                requestDigest: "\(id) \(asked)")
            if let earlier = try runner(journal).earlier(than: request, context: context) { return .repeated(earlier) }
            try await permits(domain)
            let executor = InstanceExecutor(host: self, id: id, name: domain.name, operationID: request.id)
            return try await runner(journal).run(request, steps: [step], executor: executor, context: context)
        }
    }

    func state(of domain: Domain) async throws(ComputeError) -> DomainState {
        try await translating("instance \(domain.name)") { () throws(LibvirtError) in
            try await domain.state(deadline: .now + Self.readLimit)
        }
    }

    /// Refuses a domain that neither runs nor is in another state that will do. It is looked at once: it may change by
    /// itself.
    private func requireRunning(
        _ domain: Domain, orWhere willDo: (DomainState) -> Bool = { _ in false }
    ) async throws(ComputeError) {
        let state = try await state(of: domain)
        guard state.instanceState != .running, !willDo(state) else { return }
        throw ComputeError(
            .conflict, subject: "instance \(domain.name)",
            message: "it is \(state.instanceState.rawValue), not running",
            hint: state.isActive ? "`roost resume` lets it run" : "`roost start` starts it")
    }

    private func stopGracefully(
        _ id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError) {
        let end = deadline(context, within: limit)
        // One that was started since it went down for the same request stays as it is.
        if case .repeated? = try await askToGoDown(id, context: context) { return }
        do throws(ComputeError) {
            try await waitUntilDown(id, until: end, context: context)
        } catch {
            // It was asked, and may go down at any time, unless it was deleted meanwhile.
            let isGone = error.code == .notFound && (try? journals.existing()?.instance(id)) == nil
            throw isGone ? error : error.adding(details: [], outcome: .unknown)
        }
    }

    /// Waits until the guest is off, and asks it again and again.
    private func waitUntilDown(
        _ id: InstanceID, until end: ContinuousClock.Instant, context: OperationContext
    ) async throws(ComputeError) {
        while true {
            let domain = try await requireDomain(id, until: end)
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
            try await askAgainToGoDown(id, context: context)
        }
    }

    private func rebootGracefully(
        _ id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError) {
        let end = deadline(context, within: limit)
        let connection = try await link.connection(until: end)
        let subject = "instance \(id)"
        let events = try await translating(subject) { () throws(LibvirtError) in try await connection.events() }
        let asked = try await operate(.gracefulReboot, on: id, context: context) { domain throws(ComputeError) in
            try await requireRunning(domain)
            try await requireRestarts(domain)
        }
        if case .repeated = asked { return }
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

    /// Asks the guest; nil where it is off already.
    private func askToGoDown(
        _ id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> OperationResult? {
        // One without a domain may be in the making: that is known once the lock is held.
        if let domain = try await domain(id, until: context.deadline), try await !state(of: domain).isActive {
            return nil
        }
        return try await operate(.gracefulStop, on: id, context: context) {
            domain throws(ComputeError) in
            try refuseReturning(id, name: domain.name)
            try await requireRunning(domain) { !$0.isActive }
            try await requireListener(in: domain)
        }
    }

    /// Refuses to ask a guest to go down that would only start again.
    private func refuseReturning(_ id: InstanceID, name: String) throws(ComputeError) {
        guard let record = try journals.existing()?.instance(id), let instance = try? documents.instance(of: record),
            instance.platform.onPowerOff == .restart
        else { return }
        throw ComputeError(
            .conflict, subject: "instance \(name)",
            message: "its document says `on_poweroff: restart`: it starts again when it goes down",
            hint: "`roost stop --force` turns it off")
    }

    /// Refuses to restart a machine that ends where it would.
    private func requireRestarts(_ domain: Domain) async throws(ComputeError) {
        guard try await instance(of: domain).platform.isFast else { return }
        throw ComputeError(
            .unsupported, subject: "instance \(domain.name)",
            message: "a machine with `profile: fast` ends where it would restart",
            hint: "`roost stop` and `roost start` have it start anew")
    }

    /// Refuses to ask a guest that nobody but its agent can ask, where that does not answer.
    private func requireListener(in domain: Domain) async throws(ComputeError) {
        guard try await instance(of: domain).platform.isFast, try await state(of: domain).isActive else { return }
        let subject = "instance \(domain.name)"
        guard await !GuestAgent(domain: domain, subject: subject, deadline: nil).answers() else { return }
        throw ComputeError(
            .unsupported, subject: subject,
            message: "no agent answers in the guest, and a machine with `profile: fast` has no ACPI to ask it by",
            hint: "`roost stop --force` turns it off at once; `roost wait NAME --for agent` waits for its agent")
    }

    /// Asks once more, as a part of the operation that asked first: a guest may not have listened yet.
    private func askAgainToGoDown(_ id: InstanceID, context: OperationContext) async throws(ComputeError) {
        try await locks.withLock(
            id, operation: Action.stop.rawValue, context: context, waitingAtMost: Self.lockPatience
        ) { () throws(ComputeError) in
            let domain = try await requireDomain(id, until: context.deadline)
            guard case .running = try await state(of: domain) else { return }
            let executor = InstanceExecutor(host: self, id: id, name: domain.name, operationID: OperationID())
            try await executor.perform(.askShutdown, context: context)
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
