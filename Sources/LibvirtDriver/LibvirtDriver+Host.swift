// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
import Libvirt
import Networking

extension LibvirtDriver: HostInventory {
    /// What the driver can do on this host.
    public func capabilities(context: OperationContext) async throws(ComputeError) -> CapabilitySet {
        try authorizer.authorize(.inspectHost, subject: "host", context: context)
        return try await currentCapabilities()
    }

    /// Checks everything that a guest needs; a check that fails is a result, never an error.
    public func inspect(context: OperationContext) async throws(ComputeError) -> HostReport {
        try authorizer.authorize(.inspectHost, subject: "host", context: context)
        return await HostInspection(driver: self).report()
    }

    /// What was checked to be possible here; nothing is declared that was not.
    func currentCapabilities() async throws(ComputeError) -> CapabilitySet {
        var declared: Set<Capability> = [.power, .console, .guestAgent]
        var missing: [Capability: String] = [:]
        switch choice.target {
        case .uri(let uri) where uri.host != nil:
            missing[.lifecycle] = "\(uri) is another machine, and images and disks are kept on this one"
        case .uri(let uri) where uri.driver != "qemu":
            missing[.lifecycle] = "the connection's hypervisor is \(uri.driver), not qemu"
        default:
            declared.formUnion([.lifecycle, .userNetwork])
        }
        do throws(NetworkingError) {
            try TapDevices.checkPermission()
            declared.insert(.bridgedNetwork)
        } catch {
            missing[.bridgedNetwork] = error.message
        }
        if declared.contains(.lifecycle), try await facts.facts().accelerator == .kvm {
            declared.insert(.hardwareVirtualization)
        } else {
            missing[.hardwareVirtualization] = "guests are emulated here"
        }
        return CapabilitySet(declared: declared, missing: missing)
    }
}
