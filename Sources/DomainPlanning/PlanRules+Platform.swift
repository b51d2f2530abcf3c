// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension PlanRules {
    /// What depends on the guest's operating system, and what the machine tells: beside `DomainPlanner+Platform.swift`.
    static let platform: [PlanRule] = [
        PlanRule(["clock"], "libvirt is told how the guest's clock starts and is kept"),
        PlanRule(
            ["clock/@offset"], "UTC, and local time for Windows, which takes its clock for that",
            asked: "clock.offset", requests: ["guest_os"]),
        PlanRule(["clock/@timezone"], asAsked, requests: ["clock.timezone"]),
        PlanRule(
            ["clock/timer", "clock/timer/@*"],
            "a PC catches up lost ticks by the RTC, delays them by the PIT, and has no HPET: as virt-install and Nova "
                + "have it", facts: ["architecture"]),
        PlanRule(
            ["clock/timer[@name='hypervclock']", "clock/timer[@name='hypervclock']/@*"],
            "Windows knows the time of Hyper-V, which QEMU has for PCs under KVM",
            asked: "hyperv", requests: ["guest_os"], facts: ["accelerator", "architecture"]),
        PlanRule(
            ["features/hyperv"],
            "Windows gains by knowing its hypervisor, and QEMU offers Microsoft's interfaces to PCs under KVM alone",
            asked: "hyperv", requests: ["guest_os"], facts: ["accelerator", "architecture"]),
        PlanRule(
            ["features/hyperv/*", "features/hyperv/*/@state"],
            "what Windows gains by and every processor can do, as virt-install and Nova have it"),
        PlanRule(
            ["features/hyperv/spinlocks/@retries"],
            "what Microsoft recommends for spinning before the hypervisor is told"),
        PlanRule(
            ["sysinfo", "sysinfo/system"], "SMBIOS tells what the document says", requests: ["smbios"]),
        PlanRule(["sysinfo/@type"], "what is told goes into the tables of SMBIOS"),
        PlanRule(["sysinfo/system/entry"], asAsked, requests: ["smbios.@name"]),
        PlanRule(["sysinfo/system/entry/@name"], "an entry is told by its name"),
        PlanRule(["launchSecurity"], asAsked, requests: ["launch_security"]),
        PlanRule(
            ["launchSecurity/@type"], "as asked for; libvirt calls SEV and SEV-ES by one name",
            requests: ["launch_security.type"]),
        PlanRule(
            ["launchSecurity/policy"],
            "no debugging and no other guest's key; for SEV-ES encrypted registers, too",
            requests: ["launch_security.type"]),
        PlanRule(["launchSecurity/@kernelHashes"], asAsked, requests: ["launch_security.kernel_hashes"]),
    ]
}
