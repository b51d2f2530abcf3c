// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

extension DomainPlanner {
    /// Refuses disks that go past the host's cache where that cannot be.
    func refuseDisks(of instance: Instance) throws(PlanError) {
        guard !facts.hasDirectIO else { return }
        let rule = "the file system of the instances' disks has no O_DIRECT"
        for (index, disk) in instance.disks.enumerated() {
            if let cache = disk.cache, [.bypassed, .directsync].contains(cache) {
                throw lacks(
                    "disks[\(index)].cache", cache.rawValue, rule, "write writeback or writethrough, or leave it out")
            }
            if disk.handling.io == .native {
                throw lacks("disks[\(index)].io", "native", rule, "write threads or io_uring, or leave it out")
            }
        }
    }

    /// Refuses interfaces that need privileges which this host's libvirt has not.
    func refuseInterfaces(of instance: Instance) throws(PlanError) {
        for (index, interface) in instance.interfaces.enumerated() {
            guard facts.isPrivileged, case .hostDevice(let address, _) = interface.network,
                facts.devices?.hostDevices?.pci.contains(address.description) == false
            else { continue }
            throw lacks(
                "interfaces[\(index)].network.hostdev", address.description, "this host has no such function on PCI",
                "name one that it has")
        }
        guard !facts.isPrivileged else { return }
        for (index, interface) in instance.interfaces.enumerated() {
            let path = "interfaces[\(index)]"
            switch interface.network {
            case .user, .bridge, .vhostUser: break
            case .openVSwitch, .macvtap, .libvirt, .hostDevice:
                throw needsPrivileges("\(path).network", interface.network.summary)
            }
            if let filter = interface.traffic.filter {
                throw needsPrivileges("\(path).filter", filter.name.description)
            }
            if interface.traffic.bandwidth != nil { throw needsPrivileges("\(path).bandwidth", "") }
        }
    }

    /// Refuses what the guest would be seen, operated or extended with, and the host has not.
    func refusePeripherals(of instance: Instance) throws(PlanError) {
        if instance.platform.hasHyperV == true, !isPC || facts.accelerator != .kvm {
            throw lacks(
                "hyperv", "true", "QEMU offers this on a PC under KVM, which is not usable", "leave it out")
        }
        try refuseLaunchSecurity(of: instance)
        let video = video(of: instance)
        if !isPC, let video, ![.virtio, .absent].contains(video) {
            throw lacks(
                "video", video.rawValue, "a machine of architecture \(facts.architecture) has none", "write virtio")
        }
        for (index, device) in instance.peripherals.hostDevices.enumerated() { try refuse(device, at: index) }
        guard let devices = facts.devices else { return }
        if let graphics = instance.peripherals.graphics, devices.graphics?.contains(graphics.kind.rawValue) == false {
            throw lacks("graphics.type", graphics.kind.rawValue, "QEMU there has no such server", "use the other one")
        }
        if let video, video != .absent, devices.videos?.contains(video.rawValue) == false {
            throw lacks("video", video.rawValue, "QEMU there has no such graphics card", "use another")
        }
        if instance.peripherals.vsock != nil, devices.hasVSock == false {
            throw lacks(
                "vsock", "", "guests there cannot open /dev/vhost-vsock",
                "load the kernel's module vhost_vsock, and let the guests' account open the device")
        }
    }

    private func refuseLaunchSecurity(of instance: Instance) throws(PlanError) {
        guard let kind = instance.platform.launchSecurity?.kind else { return }
        // The oldest libvirt knows nothing of what is newer: that has to be known of the host.
        let works = facts.devices?.launchSecurity?.contains(kind.rawValue) ?? !kind.isStateless
        guard !works || !isPC || facts.accelerator != .kvm else { return }
        throw lacks(
            "launch_security.type", kind.rawValue,
            "the processor, the kernel or QEMU there cannot keep a guest's memory so",
            "leave it out, or use a host whose `virsh domcapabilities` has it")
    }

    private func refuse(_ device: HostDevice, at index: Int) throws(PlanError) {
        guard facts.isPrivileged else { throw needsPrivileges("devices[\(index)]", device.identity) }
        guard let present = facts.devices?.hostDevices else { return }
        let (key, kind, known) =
            switch device {
            // Told by ``located(_:)``.
            case .pciKind: ("pci_id", "", [device.identity])
            case .pci: ("pci", "function on PCI", present.pci)
            case .mediated: ("mdev", "mediated device", present.mediated)
            case .usb: ("usb", "USB device", present.usb)
            }
        guard !known.contains(device.identity) else { return }
        throw lacks(
            "devices[\(index)].\(key)", device.identity, "this host has no such \(kind)", "name one that it has")
    }

    private func needsPrivileges(_ path: String, _ value: String) -> PlanError {
        lacks(
            path, value, "libvirt makes this with the host's privileges, and here it runs without them",
            "leave it out, or use a system libvirt (`--connect qemu:///system`)")
    }
}
