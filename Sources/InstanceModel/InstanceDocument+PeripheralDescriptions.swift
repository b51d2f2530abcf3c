// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceDocument {
    /// What stands at each path of what the guest is seen and operated with, and of its platform.
    static let peripheralDescriptions: [String: String] = [
        "graphics": "How the guest's screen is seen; it has none unless given.",
        "graphics.type": "What programs see it with.",
        "graphics.listen":
            "Where this host's programs find it: a loopback address, or a socket; 127.0.0.1 unless given.",
        "video": "The graphics card; with graphics one that suits guest_os unless given.",
        "tablet": "What points at things on the screen; with graphics one that suits guest_os unless given.",
        "vsock": "A socket between the host and the guest without a network; none unless given.",
        "vsock.cid": "The guest's number on the host; libvirt chooses one at each start unless given.",
        "rng": "How much entropy the guest gets; as much as it asks for unless given.",
        "rng.bytes": "What it gets in each period, with the unit.",
        "rng.period_ms": "How long a period lasts, in milliseconds; 1000 unless given.",
        "devices": "Devices of the host that the guest has for itself; at most 16.",
        "devices[]": "One device, by one of these keys.",
        "devices[].pci": "The address of a function on PCI, such as 0000:03:00.0.",
        "devices[].pci_id": "The vendor's and the device's number of the host's one such function, such as 10de:1eb8.",
        "devices[].mdev": "The UUID of a mediated device.",
        "devices[].usb": "The vendor's and the product's number of a USB device, such as 1d6b:0002.",
        "shares": "Directories of the host that the guest can mount, by virtio-fs; at most 8.",
        "shares[]": "A directory that the configuration allows; the guest's memory is shared for it.",
        "shares[].tag": "The name by which the guest mounts it: mount -t virtiofs TAG DIRECTORY.",
        "shares[].source": "The directory's absolute path, with no link on the way to it.",
        "shares[].read_only": "Whether the guest may only read; false unless given.",
        "channels": "Channels to programs in the guest, each with a socket on the host; at most 8.",
        "channels[]": "The name by which the guest finds it, below /dev/virtio-ports.",
        "serial_ports": "Serial ports beside the console's, of a PC; none unless given.",
        "guest_os": "What runs in the guest: linux, windows, generic, or an id of libosinfo's; generic unless given.",
        "profile":
            "What the machine is made for; standard unless given. fast: a throw-away guest that starts the kernel of "
            + "boot as soon as may be, on a PC without ACPI and PCI Express. It cannot power itself off: it ends "
            + "where it would restart, or panics, and its agent alone can ask it to go down. It has one vcpu, no "
            + "reboot, hot-plug, UEFI, TPM, panic device, NUMA cells and SATA, and its kernel no audit, no AppArmor, "
            + "no random addresses and no mitigation of processors' flaws.",
        "clock": "What the guest's clock shows when it starts; UTC, or local time for Windows, unless given.",
        "clock.offset": "utc, localtime for the host's, or timezone.",
        "clock.timezone": "The time zone, such as Europe/Berlin, where offset is timezone.",
        "hyperv":
            "Whether the machine offers what Windows knows of its own hypervisor; to Windows under KVM unless given.",
        "smbios": "What SMBIOS tells the guest of the system; QEMU's own unless given.",
        "smbios.manufacturer": "Who made the system.",
        "smbios.product": "What the system is called.",
        "smbios.version": "The system's version.",
        "smbios.serial": "The system's serial number.",
        "smbios.sku": "The system's number in its maker's catalogue.",
        "smbios.family": "The family of systems that it belongs to.",
        "launch_security": "How the guest's memory is kept from the host; it is not unless given.",
        "launch_security.type": "sev encrypts memory, sev-es registers, too; sev-snp and tdx also keep them whole.",
        "launch_security.kernel_hashes": "Whether the kernel that is started directly is measured; false unless given.",
        "on_reboot": "What happens when the guest reboots; restart unless given.",
        "on_poweroff": "What happens when it powers itself off; destroy unless given, and restart for one never off.",
        "on_crash": "What happens when the guest crashes; destroy unless given.",
    ]
}
