// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel

/// One suite of checks for any hypervisor driver: what the ports promise, whatever stands behind them.
///
/// Both halves of the capabilities are proved: each declared one works, and each undeclared one refuses. A check leaves
/// the host as it found it, also where it fails. It knows no test library, so that it can be run anywhere: in tests,
/// with ``Check/allCases`` as the arguments of one.
public struct DriverConformance: Sendable {
    let driver: any HypervisorDriver
    let caller: Principal
    let stranger: Principal
    let bridge: BridgeName?
    let patience: Duration
    let makeInstance: @Sendable (InstanceName, [Interface]) throws -> Instance

    /// A suite for `driver`.
    ///
    /// - Parameters:
    ///   - driver: the driver.
    ///   - caller: somebody who may do everything.
    ///   - stranger: somebody who may do nothing.
    ///   - bridge: a bridge of the host, which a driver needs that declares ``Capability/bridgedNetwork``.
    ///   - patience: how long a guest may take to boot, to answer, or to go down.
    ///   - makeInstance: an instance of this name and with these interfaces that the driver can spawn; its guest runs
    ///     an agent, and has the programs `true` and `false`.
    public init(
        of driver: any HypervisorDriver, caller: Principal, stranger: Principal, bridge: BridgeName? = nil,
        patience: Duration, makeInstance: @escaping @Sendable (InstanceName, [Interface]) throws -> Instance
    ) {
        self.driver = driver
        self.caller = caller
        self.stranger = stranger
        self.bridge = bridge
        self.patience = patience
        self.makeInstance = makeInstance
    }

    /// A check of the suite.
    public enum Check: String, Sendable, Hashable, CaseIterable {
        /// Instances are made, found, and deleted.
        case lifecycle
        /// Instances are stopped, started, rebooted, paused and resumed.
        case power
        /// Consoles are opened, held, taken over, and logged.
        case console
        /// Guests answer through their agent.
        case guestAgent
        /// Instances have a user-mode network.
        case userNetwork
        /// Instances are put on a bridge.
        case bridgedNetwork
        /// Volumes are made, given to instances, taken away, and deleted.
        case volumes
        /// A name is given once.
        case nameConflict
        /// What does not exist is not found.
        case notFound
        /// Whom the policy denies learns nothing and changes nothing.
        case denied
        /// Nothing is begun after the caller's deadline.
        case deadline
        /// Nothing is begun for a caller that was cancelled.
        case cancelled

        /// The capability whose two halves the check proves.
        var capability: Capability? {
            switch self {
            case .lifecycle: .lifecycle
            case .power: .power
            case .console: .console
            case .guestAgent: .guestAgent
            case .userNetwork: .userNetwork
            case .bridgedNetwork: .bridgedNetwork
            case .volumes: .volumes
            case .nameConflict, .notFound, .denied, .deadline, .cancelled: nil
            }
        }
    }

    /// Runs a check.
    ///
    /// - Throws: ``ConformanceViolation``; what `makeInstance` throws.
    public func run(_ check: Check) async throws {
        let declared = try await calling("capabilities") { () throws(ComputeError) in
            try await driver.capabilities(context: context)
        }
        if let capability = check.capability, !declared.declared.contains(capability) {
            return try await unchanged { try await refuses(capability) }
        }
        try await unchanged {
            switch check {
            case .lifecycle: try await livesAndDies()
            case .power: try await obeysPower()
            case .console: try await showsConsole(declared)
            case .guestAgent: try await reachesAgent()
            case .userNetwork: try await connects(.user(publish: []), as: "user")
            case .bridgedNetwork:
                guard let bridge else { throw ConformanceViolation("a bridge is needed to check bridged networks") }
                try await connects(.bridge(bridge), as: "bridge:\(bridge)")
            case .volumes: try await keepsVolumes()
            case .nameConflict: try await refusesName(declared)
            case .notFound: try await missesUnknown(declared)
            case .denied: try await deniesStranger(declared)
            case .deadline: try await heedsDeadline(declared)
            case .cancelled: try await heedsCancellation(declared)
            }
        }
    }

    /// A context of the caller who may do everything, with time enough.
    var context: OperationContext {
        OperationContext(principal: caller, deadline: .now + patience + .seconds(60))
    }
}

/// A promise of the ports that a driver did not keep.
public struct ConformanceViolation: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was promised, and what happened.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension DriverConformance {
    /// Fails the check unless `condition` holds.
    func expect(_ condition: Bool, _ promise: @autoclosure () -> String) throws {
        guard condition else { throw ConformanceViolation(promise()) }
    }

    /// Makes a call that succeeds.
    func calling<Result>(
        _ name: String, _ body: () async throws(ComputeError) -> Result
    ) async throws -> Result {
        do throws(ComputeError) {
            return try await body()
        } catch {
            throw ConformanceViolation("\(name) failed: \(error.code.rawValue): \(error)")
        }
    }

    /// Makes a call that fails with this code, and without effect.
    func refused(
        _ code: ComputeError.Code, _ name: String, _ body: () async throws(ComputeError) -> Void
    ) async throws {
        do throws(ComputeError) {
            try await body()
        } catch {
            try expect(
                error.code == code, "\(name) fails as \(code.rawValue), not as \(error.code.rawValue): \(error)")
            return try expect(
                error.outcome == .didNotHappen, "\(name) tells that nothing happened, not \(error.outcome.rawValue)")
        }
        throw ConformanceViolation("\(name) fails as \(code.rawValue), and was done")
    }

    /// Runs a check after which the driver has the instances and images that it had before.
    func unchanged(_ body: () async throws -> Void) async throws {
        let before = try await present()
        try await body()
        let after = try await present()
        try expect(after == before, "nothing is left behind: \(before) before, \(after) after")
    }

    /// Runs a check on a fresh instance, which is deleted whatever becomes of it.
    func withInstance(
        _ name: String, interfaces: [Interface] = [], until goal: SpawnGoal = .running,
        _ body: (InstanceStatus) async throws -> Void
    ) async throws {
        let instance = try makeInstance(InstanceName(name), interfaces)
        let status = try await calling("spawn") { () throws(ComputeError) in
            try await driver.spawn(instance, until: goal, context: context)
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(status))
        } catch {
            result = .failure(error)
        }
        // A check may have deleted it already.
        try? await driver.delete(status.id, policy: .evenRunning, context: context)
        try result.get()
    }

    /// The instance's state now.
    func state(of id: InstanceID) async throws -> InstanceState {
        try await calling("instance") { () throws(ComputeError) in
            try await driver.instance(id.description, context: context).state
        }
    }

    private func present() async throws -> [String] {
        try await calling("the list of instances and images") { () throws(ComputeError) in
            try await driver.instances(context: context).map { "\($0.name) \($0.id) \($0.state.rawValue)" }
                + driver.images(context: context).map { "image \($0.name) \($0.usedBy.count)" }
        }
    }
}
