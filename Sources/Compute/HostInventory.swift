// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Tells what a host can do.
public protocol HostInventory: Sendable {
    /// What the driver can do on this host.
    func capabilities(context: OperationContext) async throws(ComputeError) -> CapabilitySet
    /// What planning needs to know of the host.
    ///
    /// - Throws: `hostUnavailable`; `unsupported` where no guest could be planned there.
    func facts(context: OperationContext) async throws(ComputeError) -> HostFacts
    /// Checks everything that a guest needs; a check that fails is a result, never an error.
    func inspect(context: OperationContext) async throws(ComputeError) -> HostReport
}

/// What was found on a host.
public struct HostReport: Sendable, Hashable, Codable {
    /// The checks, in the order in which they matter.
    public let checks: [HostCheck]

    /// A report.
    public init(checks: [HostCheck]) {
        self.checks = checks
    }

    /// Whether a guest can be run: no check is bad.
    public var canRunGuests: Bool { !checks.contains { $0.verdict == .bad } }
}

/// One check of a host.
public struct HostCheck: Sendable, Hashable, Codable {
    /// What was checked, as a stable name, such as `hardware_virtualization`.
    public let name: String
    /// How it is.
    public let verdict: Verdict
    /// What was found, and why that is so.
    public let finding: String
    /// What to do; nil where nothing needs doing.
    public let remedy: String?

    /// How a check ended.
    public enum Verdict: String, Sendable, Hashable, Codable {
        /// As it should be.
        case good
        /// Guests run, but something is missing or slow.
        case warning
        /// No guest can be run.
        case bad
    }

    /// A check.
    public init(name: String, verdict: Verdict, finding: String, remedy: String? = nil) {
        self.name = name
        self.verdict = verdict
        self.finding = finding
        self.remedy = remedy
    }
}

/// Every role that a hypervisor driver may play, together.
public typealias HypervisorDriver = InstanceLifecycle & PowerControl & InstanceObservation & InstancePlanning
    & InstanceApplication & VolumeCatalog & VolumeAttachment & GuestAccess & ImageCatalog & HostInventory
    & LockObservation & OperationHistory & HostReconciliation
