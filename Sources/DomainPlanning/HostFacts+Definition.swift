// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import DomainXML

extension HostFacts {
    /// The facts that a definition was made with: a host that changes later, such as by another QEMU, changes no
    /// definition, and planning the same instance with these gives the same document.
    ///
    /// nil where the definition does not tell them.
    public init?(definition: DomainDocument) {
        guard let system = definition.operatingSystem, let architecture = system.architecture,
            let machine = system.machine, let emulator = definition.emulator, let hypervisor = definition.hypervisor
        else { return nil }
        self.init(
            architecture: architecture.rawValue, emulator: emulator, machine: machine,
            accelerator: hypervisor == .kvm ? .kvm : .emulation, maximumVCPUs: definition.processorCount ?? 1,
            // These decide what is refused, and nothing of a plan.
            processorModels: [], firmware: FirmwareFacts(hasUEFI: false, hasSecureBoot: false), emulatesTPM: false,
            // One fact decides for all disks that guests write to; a definition without any shows nothing of it.
            hasDirectIO: definition.disks.contains { [.bypassed, .directsync].contains($0.driver.cache) },
            fastMachine: machine)
    }
}
