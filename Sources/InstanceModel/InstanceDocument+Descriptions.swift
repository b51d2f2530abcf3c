// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceDocument {
    /// What stands at each path, for people whose editor shows it.
    static let descriptions: [String: String] = [
        "version": "The version of this form of document.",
        "name": "The instance's name, unique on a host.",
        "vcpus": "The virtual processors that the guest starts with.",
        "maximum_vcpus": "The virtual processors that it can have without a restart; no more than vcpus unless given.",
        "cpu": "The processor that the guest sees; it follows from the host unless given.",
        "cpu.model": "host-model, host-passthrough (KVM alone), maximum, or a model of libvirt's by its name.",
        "cpu.require": "Features that the guest has beyond the model.",
        "cpu.require[]": "A feature's name, such as aes.",
        "cpu.force": "Features that the guest has whether or not the host's processor has them.",
        "cpu.force[]": "A feature's name, such as vmx.",
        "cpu.migratable":
            "Whether it can move to another host: for host-passthrough, where it can unless given, and maximum.",
        "cpu.disable": "Features of the model that the guest does not have.",
        "cpu.disable[]": "A feature's name, such as svm.",
        "cpu.topology": "How virtual processors are arranged; the product is maximum_vcpus, or else vcpus.",
        "cpu.topology.sockets": "The sockets of the machine; 1 unless given.",
        "cpu.topology.dies": "The dies of a socket; 1 unless given.",
        "cpu.topology.cores": "The cores of a die; 1 unless given.",
        "cpu.topology.threads": "The threads of a core; 1 unless given.",
        "memory": "The guest's memory with its unit: 32 MiB to 16 TiB, in whole MiB.",
        "firmware": "What the machine starts with: bios or uefi.",
        "firmware.type": "bios or uefi.",
        "firmware.secure_boot": "Whether a UEFI starts only what is signed; false unless given.",
        "tpm": "Whether the machine has an emulated TPM 2.0; false unless given.",
        "boot": "A kernel that is started directly; the first disk is started from unless given.",
        "boot.kernel": "A stored image of kind kernel.",
        "boot.initrd": "A stored image of kind initrd.",
        "boot.command_line": "The kernel's command line, at most 2,000 bytes.",
        "disks": "The disks, in the order in which the guest sees them; at most 24.",
        "disks[]": "A disk over a stored image, or an empty one with a size.",
        "disks[].image": "The stored image that the disk stands on; an empty disk unless given.",
        "disks[].size": "The size with its unit; that of the image unless given.",
        "disks[].bus": "How the guest finds the disk; virtio unless given.",
        "disks[].serial": "The serial number that the guest reads; disk- and the index, from 0, unless given.",
        "disks[].read_only": "Whether the guest may only read; false unless given.",
        "disks[].cache": "How the host caches what the guest writes; none where that works unless given.",
        "disks[].type":
            "What the guest takes it for: disk, or cdrom with an image as it is or none; disk unless given.",
        "disks[].boot_order": "The place in the boot order, from 1; the first disk is booted where none is given.",
        "disks[].io": "How QEMU reads and writes; native past the host's cache, else threads, unless given.",
        "disks[].discard": "What happens to blocks that the guest gives back; unmap unless given.",
        "disks[].detect_zeroes": "What happens to zeros that the guest writes; off unless given.",
        "disks[].queues": "The queues of a virtio disk, no more than virtual processors.",
        "disks[].error_policy": "What happens where the host cannot read or write.",
        "disks[].rotation_rate": "How fast a disk on scsi or sata says that it turns; 1 for an SSD.",
        "disks[].limits": "How fast the guest may use the disk, a second.",
        "disks[].limits.burst": "Higher rates that the guest may reach for a while.",
        "disks[].limits.burst_seconds": "How long a burst lasts at most; 1 unless given.",
        "interfaces": "The network interfaces, in the order in which the guest sees them; at most 8.",
        "interfaces[]": "A network interface.",
        "interfaces[].publish": "Ports of the host that lead to ports of the guest, on a user network.",
        "interfaces[].publish[]": "[ADDRESS:]HOST:GUEST, with /udp where it is not TCP.",
        "watchdog": "A watchdog (i6300esb); none unless given.",
        "watchdog.action": "What it does to a guest that does not feed it.",
        "panic_device": "Whether the guest can tell the host that it crashed; false unless given.",
        "cloud_init": "What cloud-init is given.",
        "cloud_init.hostname": "The guest's host name; the instance's name unless given.",
        "cloud_init.ssh_keys": "Public keys for the default user.",
        "cloud_init.ssh_keys[]": "A line of authorized_keys: the type, base64 and an optional comment.",
        "cloud_init.user_data": "User data, at most 1 MiB; it may hold secrets.",
        "cloud_init.user_data_file": "A file with user data, in the document's directory.",
        "cloud_init.network_data": "A version 2 network configuration; DHCP unless given.",
        "agent": "Whether the guest gets a channel for the QEMU guest agent; true unless given.",
        "labels": "Free labels, at most 64.",
        "labels.*": "A label's value, at most 1,024 bytes.",
    ].merging(interfaceDescriptions) { first, _ in first }
        .merging(peripheralDescriptions) { first, _ in first }
        .merging(rates(below: "disks[].limits")) { first, _ in first }
        .merging(rates(below: "disks[].limits.burst")) { first, _ in first }
        .merging(resourceDescriptions) { first, _ in first }

    private static func rates(below path: String) -> [String: String] {
        [
            "\(path).bytes": "Bytes read and written together, with the unit.",
            "\(path).read_bytes": "Bytes read, with the unit.",
            "\(path).write_bytes": "Bytes written, with the unit.",
            "\(path).iops": "Reads and writes together.",
            "\(path).read_iops": "Reads.",
            "\(path).write_iops": "Writes.",
        ]
    }
}
