// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension PlanRules {
    /// The interfaces: beside `DomainPlanner+Interfaces.swift`.
    static let interfaces: [PlanRule] = [
        PlanRule(["devices/interface"], asAsked, requests: ["interfaces[#]"]),
        PlanRule(
            ["devices/interface/@type", "devices/interface/@managed", "devices/interface/source"]
                + ["devices/interface/source/**", "devices/interface/virtualport", "devices/interface/virtualport/**"]
                + ["devices/interface/vlan", "devices/interface/vlan/**"],
            "what libvirt calls the network that the document names", requests: ["interfaces[#].network"]),
        PlanRule(
            ["devices/interface/target", "devices/interface/target/**"],
            "a tap device on the bridge, which is made before the guest starts and given to it",
            requests: ["interfaces[#].network"]),
        PlanRule(
            ["devices/interface/mac", "devices/interface/mac/@address"],
            "derived from the UUID and the interface's place, so that it stays the same", asked: "interfaces[#].mac"),
        PlanRule(
            ["devices/interface/model"], "every card but one of the host's own is an emulated one",
            requests: ["interfaces[#].network"]),
        PlanRule(["devices/interface/model/@type"], "virtio, the fastest", asked: "interfaces[#].model"),
        PlanRule(["devices/interface/mtu", "devices/interface/mtu/@size"], asAsked, requests: ["interfaces[#].mtu"]),
        PlanRule(
            ["devices/interface/driver", "devices/interface/driver/@queues"], asAsked,
            requests: ["interfaces[#].queues"]),
        PlanRule(
            ["devices/interface/link", "devices/interface/link/@state"], "the cable is out",
            requests: ["interfaces[#].link"]),
        PlanRule(
            ["devices/interface/filterref", "devices/interface/filterref/@filter"], asAsked,
            requests: ["interfaces[#].filter.name"]),
        PlanRule(
            [
                "devices/interface/filterref/parameter", "devices/interface/filterref/parameter/@name",
                "devices/interface/filterref/parameter/@value",
            ], asAsked, requests: ["interfaces[#].filter.parameters"]),
        PlanRule(
            ["devices/interface/bandwidth", "devices/interface/bandwidth/**"], asAsked,
            requests: ["interfaces[#].bandwidth"]),
        PlanRule(
            ["devices/interface/port", "devices/interface/port/@isolated"],
            "libvirt keeps it from other isolated ports; on a tap device of Roost's, Roost does",
            requests: ["interfaces[#].isolated", "interfaces[#].network"]),
        PlanRule(
            ["devices/interface/boot", "devices/interface/boot/@order"], asAsked,
            requests: ["interfaces[#].boot_order"]),
        PlanRule(
            ["devices/interface/alias", "devices/interface/alias/@name"],
            "by the interface's place in the document: how libvirt's calls and events mean it",
            requests: ["interfaces"]),
    ]
}
