// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Foundation
import XMLTree

extension FieldChange {
    /// What a machine starts from and shows, beyond the commonest.
    static let machineParts: [FieldChange] = [
        FieldChange(
            "UUID", removes: ["<uuid>5d1d7a7e-6b1c-4a3d-9d6a-3f0f3a1c2b4d</uuid>"],
            adds: ["<uuid>00000000-0000-4000-8000-000000000001</uuid>"]
        ) { $0.uuid = UUID(uuidString: "00000000-0000-4000-8000-000000000001") },
        FieldChange(
            "memory at the start", removes: [#"<currentMemory unit="KiB">131072</currentMemory>"#],
            adds: [#"<currentMemory unit="KiB">1</currentMemory>"#]
        ) { $0.currentMemoryKiB = 1 },
        FieldChange(
            "power-off", removes: ["<on_poweroff>destroy</on_poweroff>"],
            adds: ["<on_poweroff>restart</on_poweroff>"]
        ) { $0.onPoweroff = .restart },
        FieldChange(
            "reboot", removes: ["<on_reboot>restart</on_reboot>"],
            adds: ["<on_reboot>destroy</on_reboot>"]
        ) { $0.onReboot = .destroy },
        FieldChange(
            "architecture", removes: [#"<type arch="x86_64" machine="pc-q35-7.2">hvm</type>"#],
            adds: [#"<type arch="aarch64" machine="pc-q35-7.2">hvm</type>"#]
        ) { $0.operatingSystem?.architecture = .arm },
        FieldChange(
            "firmware", removes: ["<os>"],
            adds: [
                #"<os firmware="efi">"#,
                "<firmware>",
                #"<feature enabled="yes" name="secure-boot"/>"#,
                "</firmware>",
            ]
        ) {
            $0.operatingSystem?.firmware = .efi
            $0.operatingSystem?[firmwareFeature: "secure-boot"] = true
        },
        FieldChange(
            "initial ramdisk", adds: ["<initrd>/i</initrd>"]
        ) { $0.operatingSystem?.initialRamdisk = "/i" },
        FieldChange(
            "boot devices", adds: [#"<boot dev="cdrom"/>"#, #"<boot dev="hd"/>"#]
        ) { $0.operatingSystem?.bootDevices = [.cdrom, .disk] },
        FieldChange(
            "apic", removes: ["<apic/>"]
        ) { $0.features?.apic = false },
        FieldChange(
            "model of the processor", removes: [#"<cpu mode="maximum" check="none" migratable="on"/>"#],
            adds: [
                #"<cpu mode="custom" check="none" match="exact">"#,
                #"<model fallback="forbid">qemu64</model>"#,
                "</cpu>",
            ]
        ) { $0.processor?.mode = .custom(model: "qemu64") },
        FieldChange(
            "policy of a feature", removes: [#"<cpu mode="maximum" check="none" migratable="on"/>"#],
            adds: [
                #"<cpu mode="maximum" check="none" migratable="on">"#,
                #"<feature policy="require" name="aes"/>"#,
                "</cpu>",
            ]
        ) {
            $0.processor?.features = [.init("svm", .disable)]
            $0.processor?.features[0].policy = .require
            $0.processor?.features[0].name = "aes"
        },
        FieldChange(
            "ticks", removes: [#"<timer name="rtc" tickpolicy="catchup"/>"#, #"<timer name="hpet" present="no"/>"#],
            adds: [#"<timer name="rtc" tickpolicy="merge"/>"#, #"<timer name="hpet" present="yes"/>"#]
        ) {
            $0.clock?.timers[0].tickPolicy = .merge
            $0.clock?.timers[2].isPresent = true
        },
    ]

    /// Parts of disks and other devices, beyond the commonest.
    static let deviceParts: [FieldChange] = [
        FieldChange(
            "kind of disk", removes: [#"<disk type="file" device="disk">"#],
            adds: [#"<disk type="file" device="cdrom">"#]
        ) { $0.disks[0].device = .cdrom },
        FieldChange(
            "driver",
            removes: [
                #"<driver name="qemu" type="qcow2" cache="none" io="native" discard="unmap" detect_zeroes="unmap"/>"#
            ],
            adds: [
                #"<driver name="qemu" type="raw" cache="none" io="threads" discard="ignore" detect_zeroes="off"/>"#
            ]
        ) {
            $0.disks[0].driver.format = .raw
            $0.disks[0].driver.io = .threads
            $0.disks[0].driver.discard = .ignore
            $0.disks[0].driver.detectZeroes = .off
        },
        FieldChange(
            "target", removes: [#"<target dev="vda" bus="virtio"/>"#],
            adds: [#"<target dev="vdz" bus="virtio"/>"#]
        ) { $0.disks[0].target?.device = "vdz" },
        FieldChange(
            "shareable", adds: ["<shareable/>"]
        ) { $0.disks[0].isShareable = true },
        FieldChange(
            "limits of both directions",
            adds: [
                "<iotune>",
                "<total_bytes_sec>1</total_bytes_sec>",
                "<total_iops_sec>4</total_iops_sec>",
                "<total_bytes_sec_max>7</total_bytes_sec_max>",
                "<total_iops_sec_max>10</total_iops_sec_max>",
                "<total_bytes_sec_max_length>13</total_bytes_sec_max_length>",
                "<total_iops_sec_max_length>16</total_iops_sec_max_length>",
                "</iotune>",
            ]
        ) { domain in
            for (index, limit) in Disk.Limit.allCases.enumerated() where limit.rawValue.hasPrefix("total") {
                domain.disks[0][limit: limit] = index + 1
            }
        },
        FieldChange(
            "limits of each direction",
            adds: [
                "<iotune>",
                "<read_bytes_sec>2</read_bytes_sec>",
                "<write_bytes_sec>3</write_bytes_sec>",
                "<read_iops_sec>5</read_iops_sec>",
                "<write_iops_sec>6</write_iops_sec>",
                "<read_bytes_sec_max>8</read_bytes_sec_max>",
                "<write_bytes_sec_max>9</write_bytes_sec_max>",
                "<read_iops_sec_max>11</read_iops_sec_max>",
                "<write_iops_sec_max>12</write_iops_sec_max>",
                "<read_bytes_sec_max_length>14</read_bytes_sec_max_length>",
                "<write_bytes_sec_max_length>15</write_bytes_sec_max_length>",
                "<read_iops_sec_max_length>17</read_iops_sec_max_length>",
                "<write_iops_sec_max_length>18</write_iops_sec_max_length>",
                "</iotune>",
            ]
        ) { domain in
            for (index, limit) in Disk.Limit.allCases.enumerated() where !limit.rawValue.hasPrefix("total") {
                domain.disks[0][limit: limit] = index + 1
            }
        },
        FieldChange(
            "controller", removes: [#"<controller type="pci" index="1" model="pcie-root-port">"#],
            adds: [#"<controller type="pci" index="6" model="pcie-to-pci-bridge">"#]
        ) {
            $0.controllers[1].model = .pcieToPCIBridge
            $0.controllers[1].index = 6
        },
        FieldChange(
            "model and MTU of an interface", removes: [#"<model type="virtio"/>"#],
            adds: [#"<model type="e1000e"/>"#, #"<mtu size="9000"/>"#]
        ) {
            $0.interfaces[0].model = .e1000e
            $0.interfaces[0].mtu = 9_000
        },
        FieldChange(
            "network", removes: [#"<interface type="user">"#],
            adds: [#"<interface type="network">"#, #"<source network="n"/>"#]
        ) { $0.interfaces[0].connection = .network("n") },
        FieldChange(
            "tap device", removes: [#"<interface type="user">"#],
            adds: [#"<interface type="ethernet">"#, #"<target dev="t" managed="no"/>"#]
        ) { $0.interfaces[0].connection = .ethernet(tap: "t", isManaged: false) },
        FieldChange(
            "backend of a serial port", removes: [#"<serial type="pty">"#, #"<source path="/dev/pts/0"/>"#],
            adds: [#"<serial type="file">"#, #"<source path="/f"/>"#]
        ) { $0.serials[0].backend = .file(path: "/f") },
        FieldChange(
            "second console",
            adds: [
                #"<console type="pty">"#, #"<source path="/p"/>"#, #"<log file="/l" append="off"/>"#,
                #"<target type="virtio" port="1"/>"#, "</console>",
            ]
        ) {
            $0.consoles.append(
                Console(
                    backend: .pty(path: "/p"), target: .virtio, log: .init(file: "/l", opening: .emptying), port: 1))
        },
        FieldChange(
            "channel",
            removes: [
                #"<source mode="bind" path="/var/lib/roost/private/config/libvirt/qemu/channel/target/"#
                    + #"domain-1-web-1/org.qemu.guest_agent.0"/>"#
            ],
            adds: [#"<source mode="bind" path="/s"/>"#]
        ) { $0.channels[0].backend = .unix(path: "/s") },
        FieldChange(
            "second channel", adds: [#"<channel type="unix">"#, #"<target type="virtio" name="c"/>"#, "</channel>"]
        ) { $0.channels.append(Channel(name: "c")) },
        FieldChange(
            "trusted platform module",
            adds: [#"<tpm model="tpm-tis">"#, #"<backend type="emulator" version="2.0"/>"#, "</tpm>"]
        ) { $0.trustedPlatformModule = TrustedPlatformModule(model: .tis) },
        FieldChange(
            "model of the trusted platform module",
            adds: [#"<tpm model="tpm-crb">"#, #"<backend type="emulator" version="2.0"/>"#, "</tpm>"]
        ) {
            $0.trustedPlatformModule = TrustedPlatformModule(model: .tis)
            $0.trustedPlatformModule?.model = .crb
        },
        FieldChange(
            "video", adds: ["<video>", #"<model type="vga"/>"#, "</video>"]
        ) {
            $0.videos = [Video(model: .absent)]
            $0.videos[0].model = .vga
        },
        FieldChange(
            "model of the watchdog", removes: [#"<watchdog model="i6300esb" action="reset">"#],
            adds: [#"<watchdog model="ib700" action="reset">"#]
        ) { $0.watchdogs[0].model = .ib700 },
        FieldChange(
            "model of the balloon", removes: [#"<memballoon model="virtio">"#],
            adds: [#"<memballoon model="none">"#]
        ) { $0.memoryBalloon?.model = .absent },
        FieldChange(
            "appending log", removes: [#"<log file="/var/lib/roost/images/web-1.log" append="on"/>"#],
            adds: [#"<log file="/l"/>"#]
        ) {
            $0.serials[0].log?.file = "/l"
            $0.serials[0].log?.opening = nil
        },
        FieldChange(
            "address of another kind",
            removes: [#"<address type="pci" domain="0x0000" bus="0x05" slot="0x00" function="0x0"/>"#],
            adds: [#"<address type="drive" controller="0" bus="0" target="1" unit="2"/>"#]
        ) {
            $0.disks[0].address = .drive(controller: 0, target: 1, unit: 2)
        },
    ]
}
