// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel

extension DomainPlanner {
    /// Refuses an instance that needs what the host has not.
    func refuseWhatIsLacking(_ instance: Instance) throws(PlanError) {
        guard instance.mostVCPUs <= facts.maximumVCPUs else {
            throw .tooManyVCPUs(asked: instance.mostVCPUs, maximum: facts.maximumVCPUs)
        }
        try refuseProcessor(instance.processor?.model)
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
        for (index, disk) in instance.disks.enumerated() {
            guard let cache = disk.cache, [.bypassed, .directsync].contains(cache), !facts.hasDirectIO else {
                continue
            }
            throw lacks(
                "disks[\(index)].cache", cache.rawValue, "the file system of the instances' disks has no O_DIRECT",
                "write writeback or writethrough, or leave it out")
        }
    }

    private func refuseProcessor(_ model: Processor.Model?) throws(PlanError) {
        switch model {
        case .hostPassthrough where facts.accelerator != .kvm:
            throw lacks(
                "cpu.model", "host-passthrough",
                "the host's own processor is passed through by KVM, which is not usable",
                "write maximum, or leave it out")
        case .named(let name) where !(facts.processorModels?.contains(name.description) ?? true):
            throw lacks(
                "cpu.model", name.description, "guests on this host cannot have this model of processor",
                "write one that `virsh domcapabilities` calls usable, or leave it out")
        case .named, .hostModel, .hostPassthrough, .maximum, nil: return
        }
    }

    private func lacks(_ path: String, _ value: String, _ rule: String, _ remedy: String) -> PlanError {
        .lacks(SpecProblem(path: path, violation: RuleViolation(value: value, rule: rule, remedy: remedy)))
    }
}
