// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import Testing

@Suite("Interfaces and drives in the instance document")
struct DeviceDocumentTests {
    private static let head = "version: 1\nname: m-1\nmemory: 256 MiB\nvcpus: 2\n"

    @Test("each field of an interface is read, stored and read back")
    func interfaces() throws {
        let instance = try InstanceDocument.parse(
            Self.head + """
                disks: [{ size: 1 GiB }]
                interfaces:
                  - network: { bridge: br0 }
                    mtu: 9000
                    queues: 2
                    link: down
                    boot_order: 1
                    isolated: true
                    filter: { name: clean-traffic, parameters: { IP: ["192.0.2.1", "192.0.2.2"], GROUP: [web_1] } }
                    bandwidth: { inbound: { average: 1 MiB, peak: 2 MiB, burst: 4 KiB }, outbound: { average: 1 KiB } }
                  - { network: user, publish: ["2222:22"], model: e1000e, link: up }
                  - { network: { openvswitch: ovs0, profile: web, vlan: 5 } }
                  - { network: { openvswitch: ovs0, trunk: [5, 4094] } }
                  - { network: { macvtap: eth0 } }
                  - { network: { macvtap: eth0, mode: passthrough } }
                  - { network: { libvirt: default } }
                  - { network: { hostdev: "03:10.2", vlan: 7 } }
                """)
        let ovs = try BridgeName("ovs0")
        let whole = Interface(
            network: .bridge(try BridgeName("br0")),
            device: .init(mtu: try MTU(9000), queues: try QueueCount(2), isLinkUp: false, bootOrder: try BootOrder(1)),
            traffic: .init(
                filter: try NetworkFilter(
                    LibvirtName("clean-traffic"), parameters: ["IP": ["192.0.2.1", "192.0.2.2"], "GROUP": ["web_1"]]),
                bandwidth: try Bandwidth(
                    inbound: .init(average: .mebibytes(1), peak: .mebibytes(2), burst: ByteCount(bytes: 4096)),
                    outbound: .init(average: ByteCount(bytes: 1024))),
                isIsolated: true))
        let expected = [
            whole,
            Interface(
                network: .user(publish: [try PublishedPort(parsing: "2222:22")]), device: .init(model: .e1000e)),
            Interface(
                network: .openVSwitch(
                    OpenVSwitchPort(bridge: ovs, profile: try LibvirtName("web"), vlan: .access(try VLANTag(5))))),
            Interface(
                network: .openVSwitch(
                    OpenVSwitchPort(bridge: ovs, vlan: .trunk(try VLANTrunk([VLANTag(5), VLANTag(4094)]))))),
            Interface(network: .macvtap(device: try BridgeName("eth0"), mode: .bridge)),
            Interface(network: .macvtap(device: try BridgeName("eth0"), mode: .passthrough)),
            Interface(network: .libvirt(try LibvirtName("default"))),
            Interface(network: .hostDevice(try PCIAddress(parsing: "0000:03:10.2"), vlan: try VLANTag(7))),
        ]
        #expect(instance.interfaces == expected)
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
        let mac = try MACAddress(parsing: "52:54:00:00:00:07")
        let resolved = try instance.resolved(
            diskSize: { _ in nil },
            macAddress: { index in MACAddress(qemuSuffix: (0, 1, UInt8(index))) })
        #expect(resolved.interfaces[0].device == whole.device && resolved.interfaces[0].traffic == whole.traffic)
        #expect(whole.replacing(mac: mac).mac == mac)
        #expect(
            instance.interfaces.map(\.network.summary) == [
                "bridge:br0", "user", "openvswitch:ovs0", "openvswitch:ovs0", "macvtap:eth0",
                "macvtap:eth0", "libvirt:default", "hostdev:0000:03:10.2",
            ])
    }

    @Test("each field of a disk, and a CD-ROM, is read, stored and read back")
    func disks() throws {
        let instance = try InstanceDocument.parse(
            Self.head
                + """
                disks:
                  - size: 1 GiB
                    type: disk
                    boot_order: 2
                    io: io_uring
                    discard: ignore
                    detect_zeroes: on
                    queues: 2
                    error_policy: enospace
                  - { size: 1 GiB, bus: scsi, rotation_rate: 1, io: native, cache: none, detect_zeroes: unmap }
                  - { type: cdrom, image: installer, boot_order: 1, serial: cd }
                  - { type: cdrom, bus: scsi }
                """.replacing("detect_zeroes: on", with: "detect_zeroes: \"on\""))
        let size = try DiskSize(.gibibytes(1))
        let expected = [
            Disk(
                .blank(size), bootOrder: try BootOrder(2),
                handling: .init(
                    io: .ioUring, discard: .ignore, detectZeroes: .on, queues: try QueueCount(2),
                    errorPolicy: .enospace)),
            Disk(
                .blank(size), bus: .scsi, cache: .bypassed,
                handling: .init(io: .native, detectZeroes: .unmap, rotation: try RotationRate(1))),
            Disk(
                .medium(try ImageName("installer")), bus: .sata, serial: try DiskSerial("cd"),
                bootOrder: try BootOrder(1)),
            .cdrom(nil, bus: .scsi),
        ]
        #expect(instance.disks == expected)
        #expect(instance.disks.map(\.image?.description) == [nil, nil, "installer", nil])
        #expect(instance.hasBootOrder)
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
        #expect(
            expected[0].replacing(source: .blank(try DiskSize(.gibibytes(2)))).handling == expected[0].handling)
    }

    static let interfaceMistakes: [(fields: String, problems: [String])] = [
        ("network: {}", [".network: a network is one of bridge, openvswitch, macvtap, libvirt, hostdev, vhostuser"]),
        (
            "network: { bridge: b, libvirt: n }",
            [".network: a network is one of bridge, openvswitch, macvtap, libvirt, hostdev, vhostuser"]
        ),
        ("network: { bridge: b, mode: vepa }", [".network.mode: `mode` belongs to `macvtap`, which is absent"]),
        (
            "network: { bridge: b, vlan: 5 }",
            [".network.vlan: `vlan` belongs to `openvswitch` or `hostdev`, which is absent"]
        ),
        ("network: { macvtap: e, trunk: [5] }", [".network.trunk: `trunk` belongs to `openvswitch`, which is absent"]),
        (
            "network: { libvirt: n, profile: p }",
            [".network.profile: `profile` belongs to `openvswitch`, which is absent"]
        ),
        ("network: { macvtap: e, mode: hub }", [".network.mode: one of bridge, vepa, private, passthrough"]),
        (
            "network: { openvswitch: o, vlan: 5, trunk: [6] }",
            [".network.trunk: a port has one `vlan`, or is a `trunk` of several"]
        ),
        ("network: { openvswitch: o, vlan: 0 }", [".network.vlan: a virtual network's number is 1 to 4094"]),
        ("network: { openvswitch: o, vlan: 4095 }", [".network.vlan: a virtual network's number is 1 to 4094"]),
        ("network: { openvswitch: o, trunk: [] }", [".network.trunk: a trunk has one or more numbers, each once"]),
        (
            "network: { openvswitch: o, trunk: [5, 5] }",
            [".network.trunk: a trunk has one or more numbers, each once"]
        ),
        (
            "network: { libvirt: 'a/b' }",
            [".network.libvirt: a name has 1 to 39 of a-z A-Z 0-9 . _ - and starts with a letter or _"]
        ),
        (
            "network: { macvtap: e }, publish: ['1:1']", [".publish: only a user network publishes ports"]
        ),
        ("network: user, model: rtl8139", [".model: one of virtio, e1000e"]),
        ("network: { bridge: b }, mtu: 67", [".mtu: the largest packet is 68 to 65521 bytes"]),
        ("network: { bridge: b }, mtu: 65522", [".mtu: the largest packet is 68 to 65521 bytes"]),
        (
            "network: { vhostuser: s }",
            [
                ".network.vhostuser: a path of the host is absolute, of a-z A-Z 0-9 . _ - + @ between slashes, "
                    + "without . and .."
            ]
        ),
        (
            "network: { vhostuser: /s }, model: e1000e, isolated: true",
            [
                ".model: `model` is for a `network` of these: user, bridge, openvswitch, macvtap, libvirt",
                ".isolated: `isolated` is for a `network` of these: bridge, libvirt",
            ]
        ),
        ("network: { vhostuser: /s }, mtu: 1400, queues: 2, link: down", []),
        (
            "network: user, mtu: 1400",
            [".mtu: `mtu` is for a `network` of these: bridge, openvswitch, libvirt, vhostuser"]
        ),
        (
            "network: { macvtap: e }, mtu: 1400",
            [".mtu: `mtu` is for a `network` of these: bridge, openvswitch, libvirt, vhostuser"]
        ),
        (
            "network: user, queues: 2",
            [".queues: `queues` is for a `network` of these: bridge, openvswitch, macvtap, libvirt, vhostuser"]
        ),
        ("network: { bridge: b }, queues: 3", [".queues: `queues` is no more than `vcpus`, which is 2"]),
        ("network: { bridge: b }, queues: 0", [".queues: 1 to 256 queues"]),
        ("network: { bridge: b }, queues: 2, model: e1000e", [".queues: `queues` is for `model: virtio`"]),
        (
            "network: { hostdev: '03:10.2' }, model: e1000e, link: down, mtu: 1400",
            [
                ".model: `model` is for a `network` of these: user, bridge, openvswitch, macvtap, libvirt",
                ".link: `link` is for a `network` of these: user, bridge, openvswitch, macvtap, libvirt, vhostuser",
                ".mtu: `mtu` is for a `network` of these: bridge, openvswitch, libvirt, vhostuser",
            ]
        ),
        (
            "network: { hostdev: '3' }",
            [".network.hostdev: a PCI address is [DOMAIN:]BUS:SLOT.FUNCTION in hexadecimal"]
        ),
        (
            "network: { hostdev: '03:10.2', vlan: 0 }",
            [".network.vlan: a virtual network's number is 1 to 4094"]
        ),
        (
            "network: { hostdev: '03:10.2', trunk: [5] }",
            [".network.trunk: `trunk` belongs to `openvswitch`, which is absent"]
        ),
        ("network: user, link: off", [".link: one of up, down"]),
        ("network: user, boot_order: 0", [".boot_order: a boot order is 1 to 64"]),
        ("network: user, filter: { name: f }", [".filter: `filter` is for a `network` of these: bridge, libvirt"]),
        (
            "network: { openvswitch: o }, filter: { name: f }",
            [".filter: `filter` is for a `network` of these: bridge, libvirt"]
        ),
        ("network: { bridge: b }, filter: {}", [".filter.name: `name` is required"]),
        (
            "network: { bridge: b }, filter: { name: f, parameters: { 'A-B': [x] } }",
            [".filter.parameters: a filter's variable has a name of 1 to 64 of a-z A-Z 0-9 _"]
        ),
        (
            "network: { bridge: b }, filter: { name: f, parameters: { IP: [] } }",
            [".filter.parameters: a filter's variable has one or more values"]
        ),
        (
            "network: { bridge: b }, filter: { name: f, parameters: { IP: ['a b'] } }",
            [".filter.parameters.IP[0]: a value of a filter's variable has 1 to 64 of a-z A-Z 0-9 _ . :"]
        ),
        ("network: { bridge: b }, bandwidth: {}", [".bandwidth: a bandwidth limits `inbound`, `outbound` or both"]),
        (
            "network: user, bandwidth: { inbound: { average: 1 MiB } }",
            [".bandwidth: `bandwidth` is for a `network` of these: bridge, openvswitch, macvtap, libvirt"]
        ),
        (
            "network: { bridge: b }, bandwidth: { inbound: { peak: 1 MiB } }",
            [".bandwidth.inbound.average: `average` is required"]
        ),
        (
            "network: { bridge: b }, bandwidth: { inbound: { average: 2 MiB, peak: 1 MiB } }",
            [".bandwidth.inbound.peak: `peak` is no less than `average`, which is 2 MiB"]
        ),
        (
            "network: { bridge: b }, bandwidth: { outbound: { average: 1 MiB, peak: 2 MiB } }",
            [".bandwidth.outbound.peak: this key is not known here"]
        ),
        (
            "network: { bridge: b }, bandwidth: { outbound: { average: 100 B } }",
            [".bandwidth.outbound.average: a bandwidth is 1 KiB to 1 TiB, in whole KiB"]
        ),
        ("network: user, isolated: true", [".isolated: `isolated` is for a `network` of these: bridge, libvirt"]),
        ("network: { bridge: b }, isolated: yes", [".isolated: this is true or false, without quotes"]),
    ]

    @Test("each mistake in an interface is told with its place and its rule", arguments: interfaceMistakes)
    func interfaceMistake(fields: String, expected: [String]) {
        let text = Self.head + "disks: [{ size: 1 GiB }]\ninterfaces: [{ network: user }, { \(fields) }]\n"
        #expect(
            problems(in: text).map { "\($0.path): \($0.violation.rule)" }
                == expected.map { "interfaces[1]" + $0 })
    }

    static let diskMistakes: [(fields: String, problems: [String])] = [
        ("size: 1 GiB, type: floppy", [".type: one of disk, cdrom"]),
        ("size: 1 GiB, io: fast", [".io: one of native, threads, io_uring"]),
        (
            "size: 1 GiB, io: native, cache: writeback",
            [".io: `io: native` goes past the host's cache, and `cache` is writeback"]
        ),
        ("size: 1 GiB, discard: 'on'", [".discard: one of unmap, ignore"]),
        (
            "size: 1 GiB, detect_zeroes: unmap, discard: ignore",
            [".detect_zeroes: `detect_zeroes: unmap` gives blocks back, and `discard` is ignore"]
        ),
        ("size: 1 GiB, queues: 3", [".queues: `queues` is no more than `vcpus`, which is 2"]),
        ("size: 1 GiB, queues: 2, bus: scsi", [".queues: `queues` is for `bus: virtio`"]),
        ("size: 1 GiB, error_policy: retry", [".error_policy: one of stop, report, ignore, enospace"]),
        ("size: 1 GiB, rotation_rate: 1", [".rotation_rate: `rotation_rate` is for `bus: scsi` and `bus: sata`"]),
        (
            "size: 1 GiB, bus: scsi, rotation_rate: 2",
            [".rotation_rate: a rotation rate is 1, for none, or 1025 to 65534 a minute"]
        ),
        ("size: 1 GiB, boot_order: 65", [".boot_order: a boot order is 1 to 64"]),
        ("type: cdrom, size: 1 GiB", [".size: a disk with `type: cdrom` is as large as its image"]),
        ("type: cdrom, bus: virtio", [".bus: a disk with `type: cdrom` has `bus: sata` or `bus: scsi`"]),
        (
            "type: cdrom, read_only: true",
            [".read_only: a disk with `type: cdrom` has no `read_only`: it is read alone"]
        ),
        ("type: cdrom, io: threads", [".io: a disk with `type: cdrom` has no `io`: it is read alone"]),
        ("type: cdrom, limits: { iops: 5 }", [".limits: a disk with `type: cdrom` has no `limits`: it is read alone"]),
        ("type: cdrom, queues: 1", [".queues: a disk with `type: cdrom` has no `queues`: it is read alone"]),
        (
            "type: cdrom, image: ''",
            [".image: an image's name has 1 to 63 of a-z A-Z 0-9 . _ - and starts with a letter or digit"]
        ),
    ]

    @Test("each mistake in a disk is told with its place and its rule", arguments: diskMistakes)
    func diskMistake(fields: String, expected: [String]) {
        let text = Self.head + "disks: [{ size: 1 GiB }, { \(fields) }]\n"
        #expect(
            problems(in: text).map { "\($0.path): \($0.violation.rule)" } == expected.map { "disks[1]" + $0 })
    }

    @Test("a boot order is there once among disks and interfaces, and both are named")
    func bootOrders() {
        let text = { (first: Int, second: Int, third: Int) in
            Self.head + """
                disks: [{ size: 1 GiB, boot_order: \(first) }, { size: 1 GiB, boot_order: \(second) }]
                interfaces: [{ network: user, boot_order: \(third) }]
                """
        }
        let told = { (text: String) in problems(in: text).map { "\($0.path): \($0.violation.rule)" } }
        #expect(told(text(3, 1, 2)).isEmpty)
        #expect(
            told(text(1, 1, 2)) == [
                "disks[1].boot_order: each boot order is there once, and `disks[0].boot_order` is the same"
            ])
        #expect(
            told(text(1, 2, 2)) == [
                "interfaces[0].boot_order: each boot order is there once, and `disks[1].boot_order` is the same"
            ])
    }

    @Test("the rules hold for an instance that is built from its parts, too")
    func parts() throws {
        let interface = Interface(network: .user(publish: []), device: .init(mtu: try MTU(1400)))
        let error = #expect(throws: InvalidSpec.self) {
            try Instance(
                name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(64)),
                disks: [.cdrom(nil, bus: .virtio), .blank(DiskSize(.gibibytes(1)))], interfaces: [interface])
        }
        #expect(error?.problems.map(\.path) == ["disks[0].bus", "interfaces[0].mtu"])
    }
}
