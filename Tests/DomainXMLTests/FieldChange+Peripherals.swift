// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML

extension FieldChange {
    /// Changes of what the guest is seen and operated with, and of what the machine tells of itself.
    static let peripherals: [FieldChange] = [
        FieldChange(
            "screen at an address",
            adds: [
                #"<graphics type="vnc" autoport="yes">"#, #"<listen type="address" address="127.0.0.1"/>"#,
                "</graphics>",
            ]
        ) { $0.graphics = [Graphics(kind: .vnc, listener: .address("127.0.0.1"))] },
        FieldChange(
            "screen at a socket",
            adds: [#"<graphics type="spice">"#, #"<listen type="socket" socket="/s"/>"#, "</graphics>"]
        ) {
            $0.graphics = [Graphics(kind: .spice, listener: .address("::1"))]
            $0.graphics[0].listener = .socket(path: "/s")
        },
        FieldChange("tablet", adds: [#"<input type="tablet" bus="virtio"/>"#]) {
            $0.inputs.append(InputDevice(kind: .tablet, bus: .virtio))
        },
        FieldChange("socket", adds: [#"<vsock model="virtio">"#, #"<cid auto="no" address="5"/>"#, "</vsock>"]) {
            $0.virtualSocket = VirtualSocket(contextID: 5)
        },
        FieldChange("socket of any number", adds: [#"<vsock model="virtio">"#, #"<cid auto="yes"/>"#, "</vsock>"]) {
            $0.virtualSocket = VirtualSocket(contextID: 5)
            $0.virtualSocket?.contextID = nil
        },
        FieldChange(
            "device on PCI",
            adds: [
                #"<hostdev mode="subsystem" type="pci" managed="yes">"#, "<source>",
                #"<address domain="0x0000" bus="0x03" slot="0x1f" function="0x7"/>"#, "</source>", "</hostdev>",
            ]
        ) { $0.hostDevices = [HostDevice(.pci(domain: 0, bus: 3, slot: 31, function: 7))] },
        FieldChange(
            "mediated device",
            adds: [
                #"<hostdev mode="subsystem" type="mdev" model="vfio-pci">"#, "<source>",
                #"<address uuid="6ba7b810-9dad-11d1-80b4-00c04fd430c8"/>"#, "</source>", "</hostdev>",
            ]
        ) { $0.hostDevices = [HostDevice(.mediated("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))] },
        FieldChange(
            "device on USB",
            adds: [
                #"<hostdev mode="subsystem" type="usb" managed="yes">"#, "<source>", #"<vendor id="0x1d6b"/>"#,
                #"<product id="0x0002"/>"#, "</source>", "</hostdev>",
            ]
        ) { $0.hostDevices = [HostDevice(.usb(vendor: 0x1D6B, product: 2))] },
        FieldChange("rate of entropy", adds: [#"<rate bytes="1024" period="500"/>"#]) {
            $0.randomSources[0].rate = .init(bytes: 1024, periodMilliseconds: 500)
        },
        FieldChange(
            "time zone", removes: [#"<clock offset="utc">"#],
            adds: [#"<clock offset="timezone" timezone="Europe/Berlin">"#]
        ) {
            $0.clock?.offset = .timeZone
            $0.clock?.timeZone = "Europe/Berlin"
        },
        FieldChange(
            "enlightenment",
            adds: ["<hyperv>", #"<relaxed state="on"/>"#, #"<spinlocks state="on" retries="8191"/>"#, "</hyperv>"]
        ) {
            $0.features?[hyperV: .spinlocks] = true
            $0.features?.hyperVSpinlockRetries = 8191
            $0.features?[hyperV: .relaxed] = true
        },
        FieldChange(
            "launch security",
            adds: [
                #"<launchSecurity type="sev" kernelHashes="yes">"#, "<policy>0x0007</policy>", "</launchSecurity>",
            ]
        ) {
            var security = LaunchSecurity(.sev, policy: 3)
            security.policy = 7
            security.measuresKernel = true
            $0.launchSecurity = security
        },
        FieldChange(
            "shared directory",
            adds: [
                #"<filesystem type="mount" accessmode="passthrough">"#, #"<driver type="virtiofs"/>"#,
                #"<source dir="/srv/b"/>"#, #"<target dir="b"/>"#, "<readonly/>", "</filesystem>",
            ]
        ) {
            var filesystem = Filesystem(sharing: "/srv/a", tag: "a")
            filesystem.isReadOnly = true
            filesystem.directory = "/srv/b"
            filesystem.tag = "b"
            $0.filesystems = [filesystem]
        },
        FieldChange("firmware without variables", adds: [#"<loader stateless="yes"/>"#]) {
            $0.operatingSystem?.isStateless = true
        },
        FieldChange(
            "system's information",
            adds: [
                #"<sysinfo type="smbios">"#, "<system>", #"<entry name="serial">1</entry>"#, "</system>",
                "</sysinfo>", #"<smbios mode="sysinfo"/>"#,
            ]
        ) {
            var information = SystemInformation()
            information[system: .family] = "f"
            information[system: .serial] = "0"
            information[system: .serial] = "1"
            information[system: .family] = nil
            $0.systemInformation = information
            $0.operatingSystem?.smbios = .sysinfo
        },
    ]
}
