// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

extension DomainPlanner {
    /// The instance with an address in place of each device on PCI that it names by its maker's numbers.
    ///
    /// - Throws: ``PlanError/lacks(_:)`` where the host has no such device, or more than one; those are told then.
    func located(_ instance: Instance) throws(PlanError) -> Instance {
        var devices = instance.peripherals.hostDevices
        for (index, device) in devices.enumerated() {
            guard case .pciKind(let identity) = device else { continue }
            let path = "devices[\(index)].pci_id"
            let address = try address(of: identity, at: path)
            guard !devices.contains(.pci(address)), !instance.interfaces.contains(where: { $0.network.uses(address) })
            else {
                throw lacks(
                    path, identity.description, "\(address) is the only one of this kind, and is there by its address",
                    "leave one of the two out")
            }
            devices[index] = .pci(address)
        }
        return devices == instance.peripherals.hostDevices ? instance : instance.replacing(hostDevices: devices)
    }

    private func address(of identity: PCIIdentity, at path: String) throws(PlanError) -> PCIAddress {
        guard let known = facts.devices?.hostDevices?.pciIdentities else {
            throw lacks(
                path, identity.description, "this host does not tell what its devices on PCI are",
                "name one by its address, as `pci`")
        }
        let candidates = known.filter { $0.value == identity.description }.keys.sorted()
        guard let only = candidates.first, let address = try? PCIAddress(parsing: only) else {
            throw lacks(path, identity.description, "this host has no such device on PCI", "name one that it has")
        }
        guard candidates.count == 1 else {
            throw lacks(
                path, identity.description,
                "this host has \(candidates.count) of this kind: \(candidates.joined(separator: ", "))",
                "name one of them by its address, as `pci`")
        }
        return address
    }

    /// Refuses to plan a device whose address nobody looked up.
    func refuseUnlocated(_ instance: Instance) throws(PlanError) {
        for (index, device) in instance.peripherals.hostDevices.enumerated() {
            guard case .pciKind(let identity) = device else { continue }
            throw lacks(
                "devices[\(index)].pci_id", identity.description, "its address was not looked up",
                "name it by its address, as `pci`")
        }
    }
}

extension Interface.Network {
    /// Whether it is a function of the host's at this address.
    fileprivate func uses(_ address: PCIAddress) -> Bool {
        if case .hostDevice(address, _) = self { true } else { false }
    }
}
