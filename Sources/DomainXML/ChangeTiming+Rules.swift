// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

extension ChangeTiming {
    /// When a change at a place can reach a running guest, as the QEMU driver of libvirt 9.0 does it where it has all
    /// privileges: limits that are cgroups' need them.
    init(of place: ChangePlace) {
        let path = place.known
        if Self.identity.contains(path) {
            self = .never
        } else if place.isWholeDevice {
            self = place.device.map(Self.isHotPluggable) ?? false ? .live : .nextBoot
        } else if let device = place.device, Self.isMedium(place, of: device) || Self.isLink(place, of: device) {
            self = .live
        } else {
            self = Self.isLive(path) ? .live : .nextBoot
        }
    }

    /// What a domain is known by.
    private static let identity: Set<String> = ["name", "uuid"]

    /// What libvirt changes in a running guest, each with all that is in it, by the call that does it.
    private static let changeable: Set<String> = [
        // virDomainSetMetadata
        "title", "description", "metadata",
        // virDomainSetMemoryFlags
        "currentMemory",
        // virDomainSetVcpusFlags, virDomainSetVcpu
        "vcpu@current", "vcpus/vcpu@enabled",
        // virDomainSetSchedulerParametersFlags
        "cputune/shares", "cputune/period", "cputune/quota", "cputune/global_period", "cputune/global_quota",
        "cputune/emulator_period", "cputune/emulator_quota", "cputune/iothread_period", "cputune/iothread_quota",
        // virDomainPinVcpuFlags, virDomainPinEmulator, virDomainPinIOThread
        "cputune/vcpupin", "cputune/emulatorpin", "cputune/iothreadpin",
        // virDomainAddIOThread, virDomainDelIOThread
        "iothreads", "iothreadids/iothread",
        // virDomainSetBlkioParameters, virDomainSetMemoryParameters
        "blkiotune", "memtune/hard_limit", "memtune/soft_limit", "memtune/swap_hard_limit",
        // virDomainSetPerfEvents
        "perf",
        // virDomainSetLifecycleAction
        "on_poweroff", "on_reboot", "on_crash",
        // virDomainSetBlockIoTune
        "devices/disk/iotune",
        // virDomainUpdateDeviceFlags
        "devices/interface/link", "devices/interface/bandwidth", "devices/interface/filterref",
        "devices/interface/coalesce", "devices/graphics@passwd",
        "devices/graphics@passwdValidTo", "devices/graphics@connected",
        // virDomainSetMemoryStatsPeriod
        "devices/memballoon/stats@period",
        // virDomainUpdateDeviceFlags, for virtio-mem
        "devices/memory/target/requested",
    ]

    private static func isLive(_ path: String) -> Bool {
        var rest = Substring(path)
        while true {
            if changeable.contains(String(rest)) { return true }
            guard let end = rest.lastIndex(where: { $0 == "/" || $0 == "@" }) else { return false }
            rest = rest[..<end]
        }
    }

    /// Whether the place is the medium of a drive with removable ones.
    private static func isMedium(_ place: ChangePlace, of device: XMLElement) -> Bool {
        guard device.name.denotes("disk"), ["cdrom", "floppy"].contains(device["device"] ?? "disk") else {
            return false
        }
        return place.names.count > 2 && ["source", "backingStore"].contains(place.names[2])
    }

    /// Whether the place is the bridge or network that an interface is on.
    private static func isLink(_ place: ChangePlace, of device: XMLElement) -> Bool {
        device.name.denotes("interface") && ["bridge", "network"].contains(device["type"])
            && place.names.count == 3 && place.names[2] == "source"
            && ["bridge", "network"].contains(place.attribute?.local)
    }

    /// Whether QEMU takes such a device into a running guest, and out of it (virDomainAttachDeviceFlags).
    private static func isHotPluggable(_ device: XMLElement) -> Bool {
        switch device.name.local {
        case "disk":
            ["disk", "lun"].contains(device["device"] ?? "disk")
                && ["virtio", "scsi", "usb"].contains(device.first("target")?["bus"])
        case "controller": device["type"] == "scsi"
        case "interface": !["mcast", "server", "client", "udp"].contains(device["type"])
        case "channel": device.first("target")?["type"] == "virtio"
        case "serial": ["pci-serial", "usb-serial"].contains(device.first("target")?["type"])
        case "input": ["usb", "virtio"].contains(device["bus"])
        case "watchdog": device["model"] == "i6300esb"
        case "filesystem": device.first("driver")?["type"] == "virtiofs"
        case "hostdev", "rng", "memory", "shmem", "vsock", "redirdev", "lease": true
        default: false
        }
    }
}
