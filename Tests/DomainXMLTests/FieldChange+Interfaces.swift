// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML

extension FieldChange {
    /// Changes of what an interface's end on the host does, and of a disk's driver.
    static let interfaces: [FieldChange] = [
        FieldChange(
            "macvtap", removes: [#"<interface type="user">"#],
            adds: [#"<interface type="direct">"#, #"<source dev="eth0" mode="private"/>"#]
        ) { $0.interfaces[0].connection = .direct(device: "eth0", mode: .private) },
        FieldChange(
            "function of a card", removes: [#"<interface type="user">"#],
            adds: [
                #"<interface type="hostdev" managed="yes">"#, "<source>",
                #"<address type="pci" domain="0x0000" bus="0x03" slot="0x10" function="0x2"/>"#, "</source>",
            ]
        ) { $0.interfaces[0].connection = .hostDevice(domain: 0, bus: 3, slot: 16, function: 2) },
        FieldChange(
            "socket of a switch", removes: [#"<interface type="user">"#],
            adds: [#"<interface type="vhostuser">"#, #"<source type="unix" path="/s" mode="client"/>"#]
        ) { $0.interfaces[0].connection = .vhostUser(socket: "/s") },
        FieldChange(
            "port of a switch",
            removes: [#"<interface type="user">"#],
            adds: [
                #"<interface type="bridge">"#, #"<source bridge="ovs0"/>"#, #"<virtualport type="openvswitch">"#,
                #"<parameters profileid="web"/>"#, "</virtualport>", "<vlan>", #"<tag id="5"/>"#, "</vlan>",
            ]
        ) {
            $0.interfaces[0].virtualNetworks = .init(tags: [5], isTrunk: false)
            $0.interfaces[0].openVSwitchPort = .init(profile: "web")
            $0.interfaces[0].connection = .bridge("ovs0")
        },
        FieldChange("trunk", adds: [#"<vlan trunk="yes">"#, #"<tag id="5"/>"#, #"<tag id="6"/>"#, "</vlan>"]) {
            $0.interfaces[0].virtualNetworks = .init(tags: [5, 6], isTrunk: true)
        },
        FieldChange(
            "bandwidth",
            adds: [
                "<bandwidth>", #"<inbound average="1" peak="2" burst="3"/>"#, #"<outbound average="4"/>"#,
                "</bandwidth>",
            ]
        ) {
            $0.interfaces[0][bandwidth: .outbound] = .init(average: 4)
            $0.interfaces[0][bandwidth: .inbound] = .init(average: 1, peak: 2, burst: 3)
        },
        FieldChange(
            "filter",
            adds: [
                #"<filterref filter="clean-traffic">"#, #"<parameter name="IP" value="192.0.2.1"/>"#, "</filterref>",
            ]
        ) { $0.interfaces[0].filter = .init("clean-traffic", parameters: [.init("IP", "192.0.2.1")]) },
        FieldChange("queues of an interface", adds: [#"<driver queues="4"/>"#]) { $0.interfaces[0].queues = 4 },
        FieldChange("link", adds: [#"<link state="down"/>"#]) { $0.interfaces[0].isLinkUp = false },
        FieldChange(
            "isolation", removes: [#"<interface type="user">"#],
            adds: [#"<interface type="network">"#, #"<source network="n"/>"#, #"<port isolated="yes"/>"#]
        ) {
            $0.interfaces[0].connection = .network("n")
            $0.interfaces[0].isIsolated = true
        },
        FieldChange(
            "error policy and queues of a disk",
            removes: [
                #"<driver name="qemu" type="qcow2" cache="none" io="native" discard="unmap" detect_zeroes="unmap"/>"#
            ],
            adds: [
                #"<driver name="qemu" type="qcow2" cache="none" io="native" discard="unmap" detect_zeroes="unmap" "#
                    + #"error_policy="stop" queues="2"/>"#
            ]
        ) {
            $0.disks[0].driver.errorPolicy = .stop
            $0.disks[0].driver.queues = 2
        },
        FieldChange(
            "rotation", removes: [#"<target dev="vda" bus="virtio"/>"#],
            adds: [#"<target dev="vda" bus="virtio" rotation_rate="1"/>"#]
        ) { $0.disks[0].target?.rotationRate = 1 },
    ]
}
