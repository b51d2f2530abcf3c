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
        PlanRule(["devices/controller[@model='pci-root']"], "a fast machine has one PCI bus, and looks for no others"),
        PlanRule(
            ["devices/controller[@model='pcie-root-port']"],
            "a port for each device that takes one, and eight for what is plugged in later",
            requests: [
                "disks", "interfaces", "agent", "watchdog", "balloon.model", "cloud_init", "graphics", "tablet",
                "video", "vsock", "devices", "guest_os", "profile", "shares", "channels", "memory_devices",
            ], facts: ["architecture"]),
        PlanRule(
            ["devices/controller[@type='scsi']"], "SCSI disks need a controller when the guest starts",
            requests: ["disks"]),
        PlanRule(
            ["devices/controller/@type", "devices/controller/@index"],
            "a controller is told by its kind and its number"),
        PlanRule(
            ["devices/controller/@model"], "PCI Express and what is plugged into it, but for a fast machine",
            requests: ["profile"]),
    ]

    private static let consoles: [PlanRule] = [
        PlanRule(
            ["devices/serial"], "a guest has a console; behind it are the ports that were asked for",
            requests: ["serial_ports"]),
        PlanRule(
            ["devices/serial/**"],
            "what the guest says on its console is kept, and the log's size is bounded by virtlogd; another port is a "
                + "socket"),
        PlanRule(
            ["devices/channel"], "the QEMU guest agent answers through one, and others were asked for",
            requests: ["agent", "channels"]),
        PlanRule(
            ["devices/channel/@type", "devices/channel/target", "devices/channel/target/@*"],
            "the name that a program in the guest looks for, and a socket of the host's"),
        PlanRule(
            ["devices/channel/source", "devices/channel/source/@*"],
            "the agent's socket is libvirt's to choose; others are numbered by their place in the document",
            requests: ["channels"]),
    ]
}
