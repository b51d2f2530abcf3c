// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Reads what the guest is seen and operated with, and for whom its machine is made.
extension InstanceReader {
    mutating func readPeripherals(_ fields: Fields) -> Peripherals {
        Peripherals(
            graphics: fields["graphics"].flatMap { readGraphics($0) },
            video: fields["video"].flatMap { reader.choice($0, of: VideoModel.self) },
            tablet: fields["tablet"].flatMap { reader.choice($0, of: Tablet.self) },
            vsock: fields["vsock"].flatMap { readVSock($0) }, entropyLimit: fields["rng"].flatMap { readEntropy($0) },
            hostDevices: fields["devices"].flatMap { readHostDevices($0) } ?? [],
            shares: fields["shares"].map { readShares($0) } ?? [],
            channels: fields["channels"].map { readChannels($0) } ?? [],
            serialPorts: fields["serial_ports"].flatMap { readSerialPorts($0) })
    }

    /// All of them, or nil: what is told of one names it by its place among all.
    private mutating func readHostDevices(_ field: Field) -> [HostDevice]? {
        let devices = reader.sequence(field)?.map { readHostDevice($0) }
        guard let devices, !devices.contains(nil) else { return nil }
        return devices.compactMap(\.self)
    }

    private mutating func readGraphics(_ field: Field) -> Graphics? {
        guard let fields = reader.mapping(field, keys: ["type", "listen"]) else { return nil }
        let kind = reader.required("type", in: fields, example: "type: vnc").flatMap {
            reader.choice($0, of: Graphics.Kind.self)
        }
        let listener = fields["listen"].map { reader.choice($0, of: Graphics.Listener.self) } ?? .ipv4Loopback
        guard let kind, let listener else { return nil }
        return Graphics(kind: kind, listener: listener)
    }

    private mutating func readVSock(_ field: Field) -> VSock? {
        guard let fields = reader.mapping(field, keys: ["cid"]) else { return nil }
        guard let cid = fields["cid"] else { return .automatic }
        return readNumber(cid, in: ContextID.range, ContextID.init).map(VSock.number)
    }

    private mutating func readEntropy(_ field: Field) -> EntropyLimit? {
        guard let fields = reader.mapping(field, keys: ["bytes", "period_ms"]) else { return nil }
        let bytes = reader.required("bytes", in: fields, example: "bytes: 64 KiB").flatMap { field in
            reader.size(field) { bytes throws(RuleViolation) in
                try EntropyLimit.check(bytes)
                return bytes
            }
        }
        let period = fields["period_ms"].map { field in
            readNumber(field, in: EntropyLimit.millisecondsRange) { number throws(RuleViolation) in
                try EntropyLimit.check(milliseconds: number)
                return number
            }
        }
        guard let bytes, let milliseconds = period ?? 1_000 else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try EntropyLimit(bytes: bytes, milliseconds: milliseconds)
        }
    }

    private mutating func readHostDevice(_ field: Field) -> HostDevice? {
        guard let fields = reader.mapping(field, keys: ["pci", "pci_id", "mdev", "usb"]) else { return nil }
        let pci = fields["pci"].flatMap { reader.value($0, matching: PCIAddress.pattern, PCIAddress.init(parsing:)) }
        let kind = fields["pci_id"].flatMap {
            reader.value($0, matching: PCIIdentity.pattern, PCIIdentity.init(parsing:))
        }
        let mediated = fields["mdev"].flatMap {
            reader.value($0, matching: MediatedDevice.pattern, MediatedDevice.init(parsing:))
        }
        let usb = fields["usb"].flatMap { reader.value($0, matching: USBIdentity.pattern, USBIdentity.init(parsing:)) }
        guard fields.byKey.count + fields.misspelt.count == 1 else {
            return reader.attempt(at: field) { () throws(RuleViolation) in
                throw RuleViolation(
                    value: fields.byKey.keys.sorted().joined(separator: ", "),
                    rule: "a device is one of pci, pci_id, mdev, usb", remedy: "name one of them")
            }
        }
        return pci.map(HostDevice.pci) ?? kind.map(HostDevice.pciKind) ?? mediated.map(HostDevice.mediated)
            ?? usb.map(HostDevice.usb)
    }

    mutating func readPlatform(_ fields: Fields) -> Platform {
        Platform(
            guestOS: fields["guest_os"].flatMap {
                reader.value($0, matching: GuestOS.pattern, GuestOS.init(parsing:))
            },
            profile: fields["profile"].flatMap { reader.choice($0, of: MachineProfile.self) },
            clock: fields["clock"].flatMap { readClock($0) },
            hasHyperV: fields["hyperv"].flatMap { reader.boolean($0) },
            smbios: fields["smbios"].flatMap { readSystemInformation($0) },
            onCrash: fields["on_crash"].flatMap { reader.choice($0, of: CrashAction.self) },
            onReboot: fields["on_reboot"].flatMap { reader.choice($0, of: PowerAction.self) },
            onPowerOff: fields["on_poweroff"].flatMap { reader.choice($0, of: PowerAction.self) },
            launchSecurity: fields["launch_security"].flatMap { readLaunchSecurity($0) })
    }

    /// What a clock shows, as a document says it.
    enum ClockOffset: String, CaseIterable {
        case utc
        case localTime = "localtime"
        case timeZone = "timezone"
    }

    private mutating func readClock(_ field: Field) -> GuestClock? {
        guard let fields = reader.mapping(field, keys: ["offset", "timezone"]) else { return nil }
        let offset = reader.required("offset", in: fields, example: "offset: utc").flatMap {
            reader.choice($0, of: ClockOffset.self)
        }
        let zone = fields["timezone"].flatMap { reader.value($0, matching: TimeZoneName.pattern, TimeZoneName.init) }
        switch offset {
        case .timeZone:
            guard reader.required("timezone", in: fields, example: "timezone: Europe/Berlin") != nil else { return nil }
            return zone.map(GuestClock.zone)
        case .utc, .localTime:
            guard let stray = fields["timezone"] else { return offset == .utc ? .utc : .localTime }
            reader.note(
                RuleViolation(
                    value: "", rule: "`timezone` belongs to `offset: timezone`", remedy: "remove one of the two"),
                at: stray)
            return nil
        case nil: return nil
        }
    }

    private mutating func readLaunchSecurity(_ field: Field) -> LaunchSecurity? {
        guard let fields = reader.mapping(field, keys: ["type", "kernel_hashes"]) else { return nil }
        let kind = reader.required("type", in: fields, example: "type: sev").flatMap {
            reader.choice($0, of: LaunchSecurity.Kind.self)
        }
        let measuresKernel = fields["kernel_hashes"].map { reader.boolean($0) } ?? false
        guard let kind, let measuresKernel else { return nil }
        return LaunchSecurity(kind: kind, measuresKernel: measuresKernel)
    }

    private mutating func readSystemInformation(_ field: Field) -> SystemInformation? {
        let keys = SystemInformation.Entry.allCases.map(\.rawValue)
        guard let fields = reader.mapping(field, keys: keys) else { return nil }
        var entries: [SystemInformation.Entry: SystemText] = [:]
        for entry in SystemInformation.Entry.allCases {
            guard let field = fields[entry.rawValue] else { continue }
            guard let text = reader.value(field, matching: SystemText.pattern, SystemText.init) else { continue }
            entries[entry] = text
        }
        // What is there and could not be read was noted.
        if entries.isEmpty, field.node.content != .mapping([]) { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in try SystemInformation(entries) }
    }
}
