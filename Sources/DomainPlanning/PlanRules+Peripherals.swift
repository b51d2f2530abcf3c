// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension PlanRules {
    /// What the guest is seen and operated with, and the host's devices: beside `DomainPlanner+Peripherals.swift`.
    static let peripherals: [PlanRule] = [
        PlanRule(["devices/graphics"], asAsked, requests: ["graphics"]),
        PlanRule(["devices/graphics/@type"], asAsked, requests: ["graphics.type"]),
        PlanRule(
            ["devices/graphics/@autoport"], "libvirt chooses a free port; a socket needs none",
            requests: ["graphics.listen"]),
        PlanRule(
            [
                "devices/graphics/listen", "devices/graphics/listen/@type", "devices/graphics/listen/@address",
                "devices/graphics/listen/@socket",
            ], "for this host alone: a screen has no password", asked: "graphics.listen"),
        PlanRule(
            ["devices/input[@type='tablet']"],
            "a tablet that the guest has a driver for: Linux on virtio, others on USB",
            asked: "tablet", requests: ["graphics", "guest_os"]),
        PlanRule(
            ["devices/input[@type='keyboard']"], "a machine that is seen has a keyboard, and a PC one of its own",
            requests: ["graphics", "tablet", "guest_os"], facts: ["architecture"]),
        PlanRule(["devices/input/@type", "devices/input/@bus"], "a device for input is told by its kind and its bus"),
        PlanRule(
            ["devices/video", "devices/video/model", "devices/video/model/@type"],
            "a guest that is seen has a card that it has a driver for: Linux, and what is no PC, virtio, others VGA",
            asked: "video", requests: ["graphics", "guest_os"], facts: ["architecture"]),
        PlanRule(["devices/vsock"], asAsked, requests: ["vsock"]),
        PlanRule(["devices/vsock/@model"], "there is no other"),
        PlanRule(
            ["devices/vsock/cid", "devices/vsock/cid/@auto", "devices/vsock/cid/@address"],
            "libvirt chooses a free number", asked: "vsock.cid"),
        PlanRule(["devices/filesystem"], asAsked, requests: ["shares[#]"]),
        PlanRule(
            ["devices/filesystem/source", "devices/filesystem/source/@dir"], asAsked, requests: ["shares[#].source"]),
        PlanRule(
            ["devices/filesystem/target", "devices/filesystem/target/@dir"], asAsked, requests: ["shares[#].tag"]),
        PlanRule(["devices/filesystem/readonly"], asAsked, requests: ["shares[#].read_only"]),
        PlanRule(
            ["devices/filesystem/@type", "devices/filesystem/@accessmode"]
                + ["devices/filesystem/driver", "devices/filesystem/driver/@type"],
            "virtio-fs, which a helper of the host serves"),
        PlanRule(
            ["devices/filesystem/alias", "devices/filesystem/alias/@name"],
            "by the share's place in the document: how libvirt's calls and events mean it", requests: ["shares"]),
        PlanRule(["devices/hostdev"], asAsked, requests: ["devices[#]"]),
        PlanRule(
            [
                "devices/hostdev/@mode", "devices/hostdev/@type", "devices/hostdev/@managed", "devices/hostdev/@model",
                "devices/hostdev/source", "devices/hostdev/source/**",
            ], "what libvirt calls the device that the document names", requests: ["devices[#]"]),
        PlanRule(
            ["devices/hostdev/alias", "devices/hostdev/alias/@name"],
            "by the device's place in the document: how libvirt's calls and events mean it"),
    ]
}
