// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import Foundation
public import InstanceModel

/// A hypervisor in memory: every port, without effects on the host, for tests and for programs that embed the driver.
///
/// It keeps the ports' contracts (capabilities and policy are asked before any effect, names are unique, a failed or
/// cancelled spawn puts everything back) and does what a test arranges: errors, guests that do not listen, operations
/// that wait until they are released.
public actor FakeHypervisor {
    let policy: any Policy
    let declared: CapabilitySet
    let now: @Sendable () -> Date
    let makeID: @Sendable () -> InstanceID

    var machines: [InstanceID: Machine] = [:]
    var store: [ImageName: ImageStatus] = [:]
    var volumeStore: [VolumeName: VolumeStatus] = [:]
    var failures: [Action: [ComputeError]] = [:]
    var gates: [Action: Gate] = [:]
    var programs: [String: @Sendable (GuestProgram) async -> GuestProgramResult] = [:]
    var statistics: [InstanceID: InstanceStatistics] = [:]
    /// Operations that were arranged, newest first.
    var history: [OperationReport] = []
    var listeners: [Int: EventListener] = [:]
    var lastListener = 0

    /// What `inspect` answers.
    public var report: HostReport
    var reconcileReport = ReconcileReport()
    /// The operations that were asked for, in their order, each with its subject.
    public private(set) var calls: [Call] = []

    /// An operation that was asked for.
    public struct Call: Sendable, Hashable, CustomStringConvertible {
        /// What was asked for.
        public let action: Action
        /// The instance's or image's name; empty for the host.
        public let subject: String

        /// A call.
        public init(_ action: Action, _ subject: String) {
            self.action = action
            self.subject = subject
        }

        /// The action's stable name and the subject.
        public var description: String { subject.isEmpty ? action.rawValue : "\(action.rawValue) \(subject)" }
    }

    /// An empty hypervisor.
    ///
    /// - Parameters:
    ///   - policy: who may do what; everybody everything unless given.
    ///   - capabilities: what it declares; all that Roost knows unless given.
    ///   - now: the clock that dates are read from.
    ///   - makeID: gives new instances their identity.
    public init(
        policy: any Policy = PermitAll(), capabilities: CapabilitySet = .everything,
        now: @escaping @Sendable () -> Date = { Date() },
        makeID: @escaping @Sendable () -> InstanceID = { InstanceID() }
    ) {
        self.policy = policy
        declared = capabilities
        self.now = now
        self.makeID = makeID
        report = HostReport(checks: [
            HostCheck(name: "connection", verdict: .good, finding: "a hypervisor in memory")
        ])
    }

    /// Asks the policy and the deadline, records the call, and waits or fails as was arranged.
    func admit(
        _ action: Action, _ subject: String, needs capability: Capability? = nil, _ context: OperationContext
    ) async throws(ComputeError) {
        calls.append(Call(action, subject))
        try check(action, subject, needs: capability.map { [$0] } ?? [], context)
        let gate = gates[action]
        if let gate { await gate.wait() }
        if Task.isCancelled, gate?.finishing != true { throw Self.cancelled(subject) }
        if var arranged = failures[action], !arranged.isEmpty {
            let error = arranged.removeFirst()
            failures[action] = arranged
            throw error
        }
    }

    /// Asks the policy, the capabilities and the deadline, in this order and before anything else.
    func check(
        _ action: Action, _ subject: String, needs capabilities: [Capability], _ context: OperationContext
    ) throws(ComputeError) {
        if case .denied(let reason) = policy.decision(on: action, by: context.principal, subject: subject) {
            throw ComputeError(.denied, subject: subject, message: reason)
        }
        for capability in capabilities { try declared.require(capability, for: subject) }
        if let interruption = context.interruption(of: subject), interruption.code == .deadlineExceeded {
            throw interruption
        }
    }

    /// What the instance is called: by its name, where it exists.
    func name(of id: InstanceID) -> String { machines[id]?.instance.name.description ?? id.description }

    static func cancelled(_ subject: String) -> ComputeError {
        ComputeError(.cancelled, subject: subject, message: "the operation was cancelled")
    }

    func machine(_ id: InstanceID) throws(ComputeError) -> Machine {
        guard let machine = machines[id] else { throw Self.missing("\(id)") }
        return machine
    }

    static func missing(_ reference: String) -> ComputeError {
        ComputeError(
            .notFound, subject: "instance \(reference)", message: "there is no such instance",
            hint: "`roost list` shows the instances")
    }
}

/// Permits everything to everybody; for tests.
public struct PermitAll: Policy {
    /// The policy.
    public init() {}

    /// Always permitted.
    public func decision(on action: Action, by principal: Principal, subject: String) -> PolicyDecision { .permitted }
}

extension CapabilitySet {
    /// Every capability that Roost knows.
    public static let everything = CapabilitySet(declared: [
        .lifecycle, .power, .guestAgent, .console, .userNetwork, .bridgedNetwork, .volumes,
        .hardwareVirtualization,
    ])
}
