// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

@testable import DomainPlanning

extension Scene {
    /// An interface on each kind of network, with what can be had there.
    static func networks() throws -> [InstanceModel.Interface] {
        let filter = try NetworkFilter(LibvirtName("clean-traffic"), parameters: ["IP": ["192.0.2.2", "192.0.2.1"]])
        let bandwidth = try Bandwidth(
            inbound: .init(average: .mebibytes(1), peak: .mebibytes(2), burst: .mebibytes(3)),
            outbound: .init(average: .mebibytes(4)))
        return [
            Interface(network: .user(publish: []), device: .init(model: .e1000e, isLinkUp: false)),
            Interface(
                network: .bridge(try BridgeName("br0")),
                device: .init(mtu: try MTU(9000), queues: try QueueCount(2), bootOrder: try BootOrder(1)),
                traffic: .init(filter: filter, isIsolated: true)),
            Interface(
                network: .openVSwitch(
                    OpenVSwitchPort(
                        bridge: try BridgeName("ovs0"), profile: try LibvirtName("web"),
                        vlan: .access(try VLANTag(5))))),
            Interface(
                network: .openVSwitch(
                    OpenVSwitchPort(
                        bridge: try BridgeName("ovs0"), vlan: .trunk(try VLANTrunk([VLANTag(5), VLANTag(6)]))))),
            Interface(
                network: .macvtap(device: try BridgeName("eth0"), mode: .vepa), traffic: .init(bandwidth: bandwidth)),
            Interface(network: .libvirt(try LibvirtName("default")), traffic: .init(isIsolated: true)),
            Interface(
                network: .hostDevice(try PCIAddress(parsing: "0000:03:10.2"), vlan: try VLANTag(7)),
                device: .init(bootOrder: try BootOrder(2))),
            Interface(network: .vhostUser(try HostPath("/run/ovs/vhu-1")), device: .init(queues: try QueueCount(2))),
        ]
    }

    /// A disk with each way of handling it, and CD-ROMs.
    static func drives() throws -> [InstanceModel.Disk] {
        let size = try DiskSize(.mebibytes(1))
        return [
            InstanceModel.Disk(
                .blank(size), bootOrder: try BootOrder(2),
                handling: .init(
                    io: .ioUring, discard: .ignore, detectZeroes: .on, queues: try QueueCount(2), errorPolicy: .stop)),
            InstanceModel.Disk(.blank(size), bus: .scsi, handling: .init(rotation: try RotationRate(1))),
            .cdrom(try ImageName("installer"), bootOrder: try BootOrder(1)), .cdrom(nil, bus: .scsi),
        ]
    }

    /// Each peripheral, of the kinds that most machines have not.
    static func peripherals() throws -> Peripherals {
        Peripherals(
            graphics: Graphics(kind: .vnc, listener: .socket), video: .bochs, tablet: .usb,
            vsock: .number(try ContextID(7)),
            entropyLimit: try EntropyLimit(bytes: ByteCount(bytes: 1_024), milliseconds: 250),
            hostDevices: [
                .pci(try PCIAddress(parsing: "0000:03:00.1")),
                .mediated(try MediatedDevice(parsing: "6ba7b810-9dad-11d1-80b4-00c04fd430c8")),
                .usb(try USBIdentity(parsing: "1d6b:0002")),
            ])
    }

    /// All that connects a guest with its host beside disks and interfaces.
    static func connections() throws -> Peripherals {
        Peripherals(
            shares: [
                SharedDirectory(tag: try ShareTag("data"), source: try HostPath("/srv/data")),
                SharedDirectory(tag: try ShareTag("tools"), source: try HostPath("/srv/tools"), isReadOnly: true),
            ],
            channels: [try ChannelName("org.example.backup.0"), try ChannelName("b")],
            serialPorts: try SerialPortCount(2))
    }

    /// A platform with all that can be said of it.
    static func platform() throws -> Platform {
        Platform(
            guestOS: try GuestOS(parsing: "http://debian.org/debian/12"),
            clock: .zone(try TimeZoneName("Europe/Berlin")),
            smbios: try SystemInformation([.serial: SystemText("<&>"), .manufacturer: SystemText("Example, Inc.")]),
            onCrash: .preserve, onReboot: .destroy)
    }
}
