// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Peripherals and the platform as the stored document has them; each key is there only where it was given.
extension InstanceDocument {
    static func peripherals(_ peripherals: Peripherals) -> [String: CanonicalJSON] {
        var members: [String: CanonicalJSON] = [:]
        members["graphics"] = peripherals.graphics.map { graphics in
            var members: [String: CanonicalJSON] = ["type": .string(graphics.kind.rawValue)]
            if graphics.listener != .ipv4Loopback { members["listen"] = .string(graphics.listener.rawValue) }
            return .object(members)
        }
        members["video"] = peripherals.video.map { .string($0.rawValue) }
        members["tablet"] = peripherals.tablet.map { .string($0.rawValue) }
        members["vsock"] = peripherals.vsock.map { vsock in
            switch vsock {
            case .automatic: .object([:])
            case .number(let id): .object(["cid": .integer(id.value)])
            }
        }
        members["rng"] = peripherals.entropyLimit.map { limit in
            .object(["bytes": .string(limit.bytes.description), "period_ms": .integer(limit.milliseconds)])
        }
        if !peripherals.hostDevices.isEmpty { members["devices"] = .array(peripherals.hostDevices.map(device)) }
        if !peripherals.shares.isEmpty { members["shares"] = .array(peripherals.shares.map(share)) }
        if !peripherals.channels.isEmpty {
            members["channels"] = .array(peripherals.channels.map { .string($0.description) })
        }
        members["serial_ports"] = peripherals.serialPorts.map { .integer($0.value) }
        return members
    }

    private static func share(_ share: SharedDirectory) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "tag": .string(share.tag.description), "source": .string(share.source.description),
        ]
        if share.isReadOnly { members["read_only"] = .boolean(true) }
        return .object(members)
    }

    private static func device(_ device: HostDevice) -> CanonicalJSON {
        switch device {
        case .pci(let address): .object(["pci": .string(address.description)])
        case .pciKind(let identity): .object(["pci_id": .string(identity.description)])
        case .mediated(let device): .object(["mdev": .string(device.description)])
        case .usb(let identity): .object(["usb": .string(identity.description)])
        }
    }

    static func platform(_ platform: Platform) -> [String: CanonicalJSON] {
        var members: [String: CanonicalJSON] = [:]
        members["guest_os"] = platform.guestOS.map { .string($0.description) }
        members["profile"] = platform.profile.map { .string($0.rawValue) }
        members["clock"] = platform.clock.map { clock in
            switch clock {
            case .utc: .object(["offset": .string("utc")])
            case .localTime: .object(["offset": .string("localtime")])
            case .zone(let name):
                .object(["offset": .string("timezone"), "timezone": .string(name.description)])
            }
        }
        members["hyperv"] = platform.hasHyperV.map(CanonicalJSON.boolean)
        members["smbios"] = platform.smbios.map { information in
            let texts = information.entries.map { ($0.rawValue, CanonicalJSON.string($1.description)) }
            return .object(Dictionary(uniqueKeysWithValues: texts))
        }
        members["on_reboot"] = platform.onReboot.map { .string($0.rawValue) }
        members["on_poweroff"] = platform.onPowerOff.map { .string($0.rawValue) }
        members["on_crash"] = platform.onCrash.map { .string($0.rawValue) }
        members["launch_security"] = platform.launchSecurity.map { security in
            var members: [String: CanonicalJSON] = ["type": .string(security.kind.rawValue)]
            if security.measuresKernel { members["kernel_hashes"] = .boolean(true) }
            return .object(members)
        }
        return members
    }
}
