// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension PlanRules {
    /// The machine's own devices: beside `DomainPlanner.swift`.
    static let devices: [PlanRule] = controllers + consoles + others

    private static let others: [PlanRule] = [
        PlanRule(
            ["devices/tpm", "devices/tpm/backend", "devices/tpm/backend/@type", "devices/tpm/backend/@version"],
            "an emulated TPM 2.0, whose state lives as long as the instance", requests: ["tpm"]),
        PlanRule(["devices/tpm/@model"], "CRB on a PC, TIS elsewhere", facts: ["architecture"]),
        PlanRule(["devices/watchdog"], asAsked, requests: ["watchdog"]),
        PlanRule(["devices/watchdog/@model"], "the one that is a PCI card"),
        PlanRule(["devices/watchdog/@action"], asAsked, requests: ["watchdog.action"]),
        PlanRule(["devices/panic"], asAsked, requests: ["panic_device"]),
        PlanRule(["devices/panic/@model"], "the one of a PC's ISA bus"),
        PlanRule(["devices/memballoon"], "libvirt adds a balloon where nothing is said"),
        PlanRule(["devices/memballoon/@model"], "virtio, by which memory can be asked back", asked: "balloon.model"),
        PlanRule(["devices/memballoon/@autodeflate"], asAsked, requests: ["balloon.autodeflate"]),
        PlanRule(["devices/memballoon/@freePageReporting"], asAsked, requests: ["balloon.free_page_reporting"]),
        PlanRule(
            ["devices/memballoon/stats", "devices/memballoon/stats/@period"], asAsked,
            requests: ["balloon.statistics_period"]),
        PlanRule(
            ["devices/rng", "devices/rng/@model", "devices/rng/backend", "devices/rng/backend/@model"],
            "a guest has entropy of the host's /dev/urandom when it starts"),
        PlanRule(["devices/rng/rate"], asAsked, requests: ["rng"]),
        PlanRule(["devices/rng/rate/@bytes"], asAsked, requests: ["rng.bytes"]),
        PlanRule(["devices/rng/rate/@period"], asAsked, requests: ["rng.period_ms"]),
    ]

    private static let controllers: [PlanRule] = [
        PlanRule(
            ["devices/controller[@type='usb']"], "no USB unless something is plugged into it: libvirt adds it unasked",
            requests: ["graphics", "tablet", "guest_os", "devices"]),
        PlanRule(
            ["devices/controller[@model='pcie-root']"], "the root of PCI Express, which goes before its ports"),
        PlanRule(
            ["devices/controller[@model='pcie-root-port']"],
            "a port for each device that takes one, and eight for what is plugged in later",
            requests: [
                "disks", "interfaces", "agent", "watchdog", "balloon.model", "cloud_init", "graphics", "tablet",
                "video", "vsock", "devices", "guest_os",
            ], facts: ["architecture"]),
        PlanRule(
            ["devices/controller[@type='scsi']"], "SCSI disks need a controller when the guest starts",
            requests: ["disks"]),
        PlanRule(
            ["devices/controller/@type", "devices/controller/@index", "devices/controller/@model"],
            "a controller is told by its kind and its number"),
    ]

    private static let consoles: [PlanRule] = [
        PlanRule(
            ["devices/serial", "devices/serial/**"],
            "a guest has a console, what it says there is kept, and the log's size is bounded by virtlogd"),
        PlanRule(["devices/channel"], "the QEMU guest agent answers through it", requests: ["agent"]),
        PlanRule(
            ["devices/channel/**"], "the name that the agent looks for, and libvirt's socket"),
    ]
}
