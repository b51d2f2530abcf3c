// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel
import Libvirt

extension LibvirtDriver {
    /// The record of an instance that is to hold something; refuses one that the database does not know.
    @discardableResult
    func requireRecord(
        of id: InstanceID, named name: String, in journal: Journal
    ) throws(ComputeError) -> InstanceRecord {
        if let record = try journal.instance(id) { return record }
        throw ComputeError(
            .conflict, subject: "instance \(name)", message: "the database does not know it",
            hint: "`roost host sweep` puts it back")
    }

    /// How long a call that changes a domain may take where the caller set no deadline.
    static let changeLimit: Duration = .seconds(120)
    /// How long a call that reads may take where the caller set no deadline.
    static let readLimit: Duration = .seconds(10)

    /// The instance's domain; nil where libvirt has none of that UUID. The deadline is the caller's: an undo, which
    /// nobody's ends, has none.
    func domain(
        _ id: InstanceID, until deadline: ContinuousClock.Instant? = nil
    ) async throws(ComputeError) -> Domain? {
        try await found("instance \(id)", until: deadline) { connection throws(LibvirtError) in
            try await connection.domain(uuid: id.uuid, deadline: Self.earlier(deadline, within: Self.readLimit))
        }
    }

    /// The domain of this name; nil where there is none.
    func domain(named name: String) async throws(ComputeError) -> Domain? {
        try await found("domain \(name)", until: nil) { connection throws(LibvirtError) in
            try await connection.domain(named: name, deadline: .now + Self.readLimit)
        }
    }

    private func found(
        _ subject: String, until deadline: ContinuousClock.Instant?,
        _ look: (Connection) async throws(LibvirtError) -> Domain
    ) async throws(ComputeError) -> Domain? {
        let connection = try await link.connection(until: deadline)
        do throws(LibvirtError) {
            return try await look(connection)
        } catch {
            if error.code == .noDomain { return nil }
            throw ComputeError(error, subject: subject, change: false)
        }
    }

    /// The instance's domain.
    ///
    /// - Throws: ``ComputeError`` with code `conflict` where there is no domain and yet an instance, and `notFound`
    ///   where there is neither.
    func requireDomain(
        _ id: InstanceID, until deadline: ContinuousClock.Instant? = nil
    ) async throws(ComputeError) -> Domain {
        if let domain = try await domain(id, until: deadline) { return domain }
        guard let record = try journals.existing()?.instance(id) else {
            throw ComputeError(
                .notFound, subject: "instance \(id)", message: "there is no such instance",
                hint: "`roost list` shows what there is")
        }
        throw Self.withoutDomain(record, outcome: .didNotHappen)
    }

    /// What is told of an instance that the database has, and libvirt has not.
    static func withoutDomain(_ record: InstanceRecord, outcome: ComputeError.Outcome) -> ComputeError {
        ComputeError(
            .conflict, subject: "instance \(record.name)", outcome: outcome,
            message: "libvirt has no domain of it: it is being made or deleted, or one of both was left unfinished",
            hint: "`roost show` tells its state, `roost operation list` what was left")
    }

    /// Runs calls that change nothing, and translates their errors.
    func translating<Result>(
        _ subject: String, _ body: () async throws(LibvirtError) -> Result
    ) async throws(ComputeError) -> Result {
        do throws(LibvirtError) {
            return try await body()
        } catch {
            throw ComputeError(error, subject: subject, change: false)
        }
    }

    /// Runs calls that change something, and translates their errors.
    func changing<Result>(
        _ subject: String, _ body: () async throws(LibvirtError) -> Result
    ) async throws(ComputeError) -> Result {
        do throws(LibvirtError) {
            return try await body()
        } catch {
            throw ComputeError(error, subject: subject, change: true)
        }
    }

    /// The earlier of the caller's deadline and `limit` from now.
    func deadline(_ context: OperationContext, within limit: Duration) -> ContinuousClock.Instant {
        Self.earlier(context.deadline, within: limit)
    }

    static func earlier(
        _ deadline: ContinuousClock.Instant?, within limit: Duration
    ) -> ContinuousClock.Instant {
        let own = ContinuousClock.now + limit
        return deadline.map { min($0, own) } ?? own
    }

    /// Looks at the domain's state again and again until `condition` holds.
    ///
    /// - Throws: ``ComputeError`` with code `deadlineExceeded` and `message`; `cancelled`.
    func wait(
        for domain: Domain, until deadline: ContinuousClock.Instant, otherwise message: @autoclosure () -> ComputeError,
        _ condition: (DomainState) throws(ComputeError) -> Bool
    ) async throws(ComputeError) {
        var pause: Duration = .milliseconds(20)
        while true {
            let state = try await translating("instance \(domain.name)") { () throws(LibvirtError) in
                try await domain.state(deadline: .now + Self.readLimit)
            }
            if try condition(state) { return }
            guard ContinuousClock.now < deadline else { throw message() }
            try await Self.pause(for: pause, subject: "instance \(domain.name)")
            pause = min(pause * 2, .milliseconds(200))
        }
    }

    /// Sleeps; a cancelled task's sleep is an error of the port.
    static func pause(for duration: Duration, subject: String) async throws(ComputeError) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw ComputeError(.cancelled, subject: subject, message: "cancelled while waiting")
        }
    }
}

extension DomainState {
    /// Whether a QEMU process runs for the domain.
    var isActive: Bool {
        switch self {
        case .running, .blocked, .paused, .shuttingDown, .powerManagementSuspended: true
        case .noState, .shutOff, .crashed, .unrecognized: false
        }
    }

    /// Whether a QEMU process may run for the domain: a state that libvirt did not tell is not off.
    var mayHaveProcess: Bool {
        if case .shutOff = self { false } else { true }
    }

    /// The port's word for it. A domain that is paused since its guest crashed has a QEMU still: it must be turned off
    /// before it can be started.
    var instanceState: InstanceState {
        switch self {
        case .running, .blocked, .shuttingDown: .running
        case .paused(.crashed): .crashed
        case .paused: .paused
        case .shutOff(.crashed), .shutOff(.failed), .crashed: .crashed
        case .shutOff: .stopped
        case .powerManagementSuspended: .suspended
        case .noState, .unrecognized: .unknown
        }
    }
}
