// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceDocument {
    /// What stands at each path of an interface.
    static let interfaceDescriptions: [String: String] = [
        "interfaces[].network": "user for QEMU's own network, or what of the host the interface is connected to.",
        "interfaces[].network.bridge": "The bridge's name, as ip link has it.",
        "interfaces[].network.openvswitch": "The name of a bridge of Open vSwitch.",
        "interfaces[].network.profile": "The port's profile, which the switch's controller knows.",
        "interfaces[].network.vlan":
            "The virtual network (802.1Q) of a port of Open vSwitch, or of a function of a card.",
        "interfaces[].network.trunk": "The virtual networks that share a port of Open vSwitch.",
        "interfaces[].network.trunk[]": "The number of a virtual network.",
        "interfaces[].network.macvtap": "The host's device that the guest gets a macvtap device on.",
        "interfaces[].network.mode": "What a macvtap device lets pass; bridge unless given.",
        "interfaces[].network.vhostuser":
            "The socket of a switch in user space, in a directory that the configuration allows.",
        "interfaces[].network.hostdev": "The PCI address of a function of a network card, for the guest alone.",
        "interfaces[].network.libvirt": "The name of one of libvirt's networks.",
        "interfaces[].mac": "The MAC address; a stable one is derived unless given.",
        "interfaces[].model": "The card that the guest sees; virtio unless given.",
        "interfaces[].mtu": "The largest packet, in bytes.",
        "interfaces[].queues": "The pairs of queues of a virtio card, no more than virtual processors; 1 unless given.",
        "interfaces[].link": "Whether the cable is plugged in; up unless given.",
        "interfaces[].boot_order":
            "The place in the boot order, from 1; the interface is not booted from unless given.",
        "interfaces[].filter": "A filter of libvirt's that packets pass.",
        "interfaces[].filter.name": "The filter's name, such as clean-traffic.",
        "interfaces[].filter.parameters": "The values of the filter's variables.",
        "interfaces[].filter.parameters.*": "The values of a variable, such as IP: [192.0.2.10].",
        "interfaces[].filter.parameters.*[]": "A value.",
        "interfaces[].bandwidth": "How much may pass.",
        "interfaces[].bandwidth.inbound": "How much may reach the guest.",
        "interfaces[].bandwidth.outbound": "How much the guest may send.",
        "interfaces[].isolated": "Whether its port of the bridge reaches no other isolated one; false unless given.",
        "interfaces[].bandwidth.inbound.peak": "Bytes a second at most, with the unit; of what the guest sends, none.",
    ].merging(rate(below: "interfaces[].bandwidth.inbound")) { first, _ in first }
        .merging(rate(below: "interfaces[].bandwidth.outbound")) { first, _ in first }

    private static func rate(below path: String) -> [String: String] {
        [
            "\(path).average": "Bytes a second in the long run, with the unit.",
            "\(path).burst": "Bytes that may pass at once, with the unit.",
        ]
    }
}
