// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension PlanRules {
    /// The domain itself and what it starts from: beside `DomainPlanner.swift`.
    static let machine: [PlanRule] = [
        PlanRule([""], "libvirt defines a guest by a domain"),
        PlanRule(
            ["@type"], "kvm where the host's hardware virtualization is usable, else QEMU's emulation",
            facts: ["accelerator"]),
        PlanRule(["name"], "libvirt knows the guest by the document's name", requests: ["name"]),
        PlanRule(["uuid"], "chosen at random when the guest is made; on paper a nominal one"),
        PlanRule(["metadata"], "what a guest was made for is kept in its definition, which is the truth of it"),
        PlanRule(
            ["metadata/roost:instance"],
            "the document without secrets, with sizes, addresses and dedicated processors filled in, so that the same "
                + "guest can be planned again", requests: [""], facts: ["topology"]),
        PlanRule(
            ["metadata/roost:instance/@operation"],
            "the operation that makes the guest: undoing another one does not touch it"),
        PlanRule(["metadata/roost:instance/@created"], "when the guest is made; on paper a nominal time"),
        PlanRule(["os"], "libvirt is told what a machine is and starts from"),
        PlanRule(["os/type"], "guests are fully virtualized"),
        PlanRule(["os/type/@arch"], "guests have the host's architecture", facts: ["architecture"]),
        PlanRule(
            ["os/type/@machine"], "the host's machine type with its version: a guest keeps it when QEMU is upgraded",
            requests: ["profile"], facts: ["machine", "fast_machine"]),
        PlanRule(
            ["os/@firmware", "os/firmware", "os/firmware/feature", "os/firmware/feature/@enabled"],
            "libvirt selects a firmware with these features by the host's descriptors", requests: ["firmware"]),
        PlanRule(["os/firmware/feature/@name"], "a feature is told by its name"),
        PlanRule(
            ["os/nvram"], "a UEFI's variables lie in the instance's directory, and go with it",
            requests: ["firmware", "launch_security"]),
        PlanRule(
            ["os/loader", "os/loader/@stateless"], "what is measured before the guest starts keeps no variables",
            requests: ["launch_security"]),
        PlanRule(["os/kernel"], "the stored image of the kernel", requests: ["boot.kernel"]),
        PlanRule(["os/initrd"], "the stored image of the ramdisk", requests: ["boot.initrd"]),
        PlanRule(
            ["os/cmdline"], "as asked for, behind what makes the start of a fast machine quicker",
            requests: ["boot.command_line", "profile"]),
        PlanRule(
            ["os/smbios", "os/smbios/@mode"], "SMBIOS tells what the document says, and not QEMU's own",
            requests: ["smbios"]),
        PlanRule(["features"], "a machine says what it offers beside its devices"),
        PlanRule(
            ["features/acpi"],
            "a guest is asked to go down through ACPI, and finds plugged devices by it; a fast machine has none, and "
                + "what is no PC has it by a UEFI alone", requests: ["profile", "firmware"], facts: ["architecture"]),
        PlanRule(["features/apic"], "a PC with several processors has APICs", facts: ["architecture"]),
        PlanRule(["on_poweroff"], "a guest that powers itself off is off", asked: "on_poweroff"),
        PlanRule(
            ["on_reboot"], "a guest that reboots runs on, but on a machine that cannot be reset", asked: "on_reboot",
            requests: ["profile", "launch_security"]),
        PlanRule(["on_crash"], "a guest that crashed is turned off, and not left to crash again", asked: "on_crash"),
        PlanRule(["devices"], "libvirt keeps all devices here"),
        PlanRule(["devices/emulator"], "the host's QEMU of that architecture", facts: ["emulator"]),
    ]

    /// The rule of what is made as a document asks.
    static let asAsked = PlanRule.asAsked
}
