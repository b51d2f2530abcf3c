// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
public import InstanceModel

extension DomainPlanner {
    /// Refuses an instance that needs what the host is known to lack.
    ///
    /// - Throws: ``PlanError/lacks(_:)``, with the first place in the document that the host cannot meet.
    public func refuseWhatIsLacking(_ instance: Instance) throws(PlanError) {
        try refuseProfile(of: instance)
        try refuseProcessors(of: instance)
        try refuseResources(of: instance)
        if case .uefi(let secureBoot) = instance.firmware {
            guard facts.firmware.hasUEFI else {
                throw lacks("firmware", "uefi", "libvirt finds no UEFI firmware on this host", "install ovmf")
            }
            guard !secureBoot || facts.firmware.hasSecureBoot else {
                throw lacks(
                    "firmware.secure_boot", "true", "libvirt finds no UEFI firmware with secure boot on this host",
                    "install ovmf, or leave secure_boot out")
            }
        }
        guard !instance.hasTPM || facts.emulatesTPM else {
            throw lacks("tpm", "true", "this host cannot emulate a TPM", "install swtpm and swtpm-tools")
        }
        try refuseDisks(of: instance)
        try refuseInterfaces(of: instance)
        try refusePeripherals(of: instance)
        try refuseShares(of: instance)
        if facts.architecture != OperatingSystem.Architecture.x86.rawValue { try refusePartsOfPCs(in: instance) }
    }

    /// The most virtual processors without an IOMMU, which a PC needs to tell more apart; Roost plans none.
    private static let mostWithoutIOMMU = 255

    private func refuseProcessors(of instance: Instance) throws(PlanError) {
        let isPC = facts.architecture == OperatingSystem.Architecture.x86.rawValue
        let most = isPC ? min(facts.maximumVCPUs, Self.mostWithoutIOMMU) : facts.maximumVCPUs
        guard instance.mostVCPUs <= most else {
            throw lacks(
                instance.maximumVCPUs == nil ? "vcpus" : "maximum_vcpus", "\(instance.mostVCPUs)",
                "at most \(most) virtual processors on this host", "ask for fewer")
        }
        switch instance.processor?.model {
        case .hostPassthrough where facts.accelerator != .kvm:
            throw lacks(
                "cpu.model", "host-passthrough",
                "the host's own processor is passed through by KVM, which is not usable",
                "write maximum, or leave it out")
        case .named(let name) where !facts.processorModels.contains(name.description):
            throw lacks(
                "cpu.model", name.description, "guests on this host cannot have this model of processor",
                "write one that `virsh domcapabilities` calls usable, or leave it out")
        case .named, .hostModel, .hostPassthrough, .maximum, nil: return
        }
    }

    /// What only a PC has.
    private func refusePartsOfPCs(in instance: Instance) throws(PlanError) {
        let rule = "a machine of architecture \(facts.architecture) has none"
        if instance.firmware == .bios { throw lacks("firmware", "bios", rule, "leave it out, or write uefi") }
        if instance.processor?.model == .hostModel {
            throw lacks("cpu.model", "host-model", rule, "write host-passthrough or maximum, or leave it out")
        }
        if instance.hasPanicDevice { throw lacks("panic_device", "true", rule, "leave it out") }
        if let ports = instance.peripherals.serialPorts {
            throw lacks("serial_ports", "\(ports.value)", rule, "leave it out, or ask for channels")
        }
        if let dies = instance.processor?.topology?.dies, dies > 1 {
            throw lacks("cpu.topology.dies", "\(dies)", rule, "leave it out")
        }
        if let index = instance.disks.firstIndex(where: { $0.bus == .sata }) {
            let remedy = instance.disks[index].isCDROM ? "use scsi" : "use virtio or scsi"
            throw lacks("disks[\(index)].bus", "sata", rule, remedy)
        }
    }

    func lacks(_ path: String, _ value: String, _ rule: String, _ remedy: String) -> PlanError {
        .lacks(SpecProblem(path: path, violation: RuleViolation(value: value, rule: rule, remedy: remedy)))
    }
}
