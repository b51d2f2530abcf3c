// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
import InstanceModel
import Libvirt
import Networking

extension LibvirtDriver {
    /// Runs what is asked of an instance, where the policy permits it and the host can do it; leaves an audit record.
    func acting<Result>(
        _ action: Action, on id: InstanceID, needs capability: Capability, context: OperationContext,
        _ body: () async throws(ComputeError) -> Result
    ) async throws(ComputeError) -> Result {
        try await naming(id) { () throws(ComputeError) in
            try await authorizer.audited(action, subject: "instance \(id)", context: context) {
                () throws(ComputeError) in
                try await require(capability, for: "instance \(id)")
                if let interruption = context.interruption(of: "instance \(id)") { throw interruption }
                return try await body()
            }
        }
    }

    /// Runs what is asked of an instance; an error calls it by its name, where there is a record of it, and says no
    /// more than that libvirt has no domain of it.
    func naming<Result>(
        _ id: InstanceID, _ body: () async throws(ComputeError) -> Result
    ) async throws(ComputeError) -> Result {
        do throws(ComputeError) {
            return try await body()
        } catch {
            let lostDomain = error.libvirt?.code == ErrorCode.noDomain.rawValue
            guard lostDomain || error.subject == "instance \(id)", let journal = try? journals.existing(),
                let record = try? journal.instance(id)
            else { throw error }
            throw lostDomain
                ? Self.withoutDomain(record, outcome: error.outcome) : error.about("instance \(record.name)")
        }
    }
}

extension LibvirtDriver: HostInventory {
    /// What the driver can do on this host.
    public func capabilities(context: OperationContext) async throws(ComputeError) -> CapabilitySet {
        try authorizer.authorize(.inspectHost, subject: "host", context: context)
        return try await currentCapabilities(until: context.deadline)
    }

    /// What planning needs to know of the host (`virConnectGetDomainCapabilities`, `virConnectGetLibVersion`).
    public func facts(context: OperationContext) async throws(ComputeError) -> HostFacts {
        try authorizer.authorize(.inspectHost, subject: "host", context: context)
        return try await facts.facts(until: context.deadline)
    }

    /// Checks everything that a guest needs; a check that fails is a result, never an error.
    public func inspect(context: OperationContext) async throws(ComputeError) -> HostReport {
        try authorizer.authorize(.inspectHost, subject: "host", context: context)
        return await HostInspection(driver: self).report()
    }

    /// What was checked to be possible here; nothing is declared that was not.
    func currentCapabilities(until deadline: ContinuousClock.Instant? = nil) async throws(ComputeError) -> CapabilitySet
    {
        var declared: Set<Capability> = []
        var missing: [Capability: String] = [:]
        for capability in Self.knownCapabilities {
            if let obstacle = try await obstacle(to: capability, until: deadline) {
                missing[capability] = obstacle
            } else {
                declared.insert(capability)
            }
        }
        return CapabilitySet(declared: declared, missing: missing)
    }

    /// Refuses what is not possible here, before any effect, and checks no more than that.
    ///
    /// - Throws: ``ComputeError`` with code `unsupported`.
    func require(_ capability: Capability, for subject: String) async throws(ComputeError) {
        guard let obstacle = try await obstacle(to: capability, until: nil) else { return }
        try CapabilitySet(declared: [], missing: [capability: obstacle]).require(capability, for: subject)
    }

    private static let knownCapabilities: [Capability] = [
        .lifecycle, .power, .guestAgent, .console, .userNetwork, .bridgedNetwork, .volumes,
        .hardwareVirtualization,
    ]

    /// Why a capability is missing here; nil where it was checked to be there.
    private func obstacle(
        to capability: Capability, until deadline: ContinuousClock.Instant?
    ) async throws(ComputeError) -> String? {
        switch capability {
        case .power: nil
        case .console, .guestAgent: foreignHypervisor
        case .lifecycle, .userNetwork, .volumes: foreignHypervisor ?? otherMachine
        case .bridgedNetwork: foreignHypervisor ?? otherMachine ?? obstacleToTapDevices
        case .hardwareVirtualization:
            if let obstacle = foreignHypervisor ?? otherMachine {
                obstacle
            } else {
                try await facts.facts(until: deadline).accelerator == .kvm ? nil : "guests are emulated here"
            }
        default: "this driver does not know it"
        }
    }

    private var foreignHypervisor: String? {
        guard case .uri(let uri) = choice.target, uri.driver != "qemu" else { return nil }
        return "the connection's hypervisor is \(uri.driver), not qemu"
    }

    private var otherMachine: String? {
        guard case .uri(let uri) = choice.target, uri.host != nil else { return nil }
        return "\(uri) is another machine, and images and disks are kept on this one"
    }

    private var obstacleToTapDevices: String? {
        // The private daemon opens the tap devices that root makes for it.
        if case .privateDaemon = choice.target, !account.mayOpen("/dev/net/tun") {
            return "\(account.name) may not open /dev/net/tun for reading and writing"
        }
        do throws(NetworkingError) {
            try TapDevices.checkPermission()
            return nil
        } catch {
            return error.message
        }
    }
}
