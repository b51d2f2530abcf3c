// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceReader {
    mutating func readProcessor(_ field: Field) -> Processor? {
        let keys =
            ["model", "require", "force", "disable", "migratable", "topology", "shares", "quota"]
            + Self.placementKeys
        guard let fields = reader.mapping(field, keys: keys) else { return nil }
        let model = fields["model"].flatMap {
            reader.value($0, matching: Processor.Model.pattern, Processor.Model.init(parsing:))
        }
        let required = fields["require"].flatMap { readFeatures($0) } ?? []
        let forced = fields["force"].flatMap { readFeatures($0) } ?? []
        let disabled = fields["disable"].flatMap { readFeatures($0) } ?? []
        let topology = fields["topology"].flatMap { readTopology($0) }
        let isMigratable = optional(fields["migratable"]) { $0.reader.boolean($1) }
        guard let tuning = readTuning(in: fields), let isMigratable else { return nil }
        // A model that cannot be read was noted.
        let isUnread = model == nil && fields["model"] != nil
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try Processor(
                model: model, required: required, forced: forced, disabled: disabled,
                isMigratable: isUnread ? nil : isMigratable,
                topology: topology, tuning: tuning)
        }
    }

    private mutating func readFeatures(_ field: Field) -> [ProcessorFeature]? {
        reader.sequence(field)?.compactMap {
            reader.value($0, matching: ProcessorFeature.pattern, ProcessorFeature.init)
        }
    }

    private mutating func readTopology(_ field: Field) -> Processor.Topology? {
        let keys = ["sockets", "dies", "cores", "threads"]
        guard let fields = reader.mapping(field, keys: keys) else { return nil }
        let numbers = keys.map { key -> Int? in
            guard let field = fields[key] else { return 1 }
            return readInteger(field, in: Processor.Topology.range, Processor.Topology.check)
        }
        guard let sockets = numbers[0], let dies = numbers[1], let cores = numbers[2], let threads = numbers[3] else {
            return nil
        }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try Processor.Topology(sockets: sockets, dies: dies, cores: cores, threads: threads)
        }
    }

    /// A whole number that `check` lets pass.
    mutating func readInteger(
        _ field: Field, in range: ClosedRange<Int>, _ check: (Int) throws(RuleViolation) -> Void
    ) -> Int? {
        guard let number = reader.integer(field, in: range) else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try check(number)
            return number
        }
    }

    /// `bios`, `uefi`, or a mapping of the type and what it is to do.
    mutating func readFirmware(_ field: Field) -> Firmware? {
        guard case .mapping = field.node.content else {
            return reader.choice(field, of: Firmware.Kind.self).flatMap { kind in
                reader.attempt(at: field) { () throws(RuleViolation) in
                    try Firmware(kind: kind, secureBoot: false)
                }
            }
        }
        guard let fields = reader.mapping(field, keys: ["type", "secure_boot"]) else { return nil }
        let kind = reader.required("type", in: fields, example: "type: uefi").flatMap {
            reader.choice($0, of: Firmware.Kind.self)
        }
        let secureBoot = fields["secure_boot"].map { reader.boolean($0) } ?? false
        guard let kind, let secureBoot else { return nil }
        return reader.attempt(at: fields["secure_boot"] ?? field) { () throws(RuleViolation) in
            try Firmware(kind: kind, secureBoot: secureBoot)
        }
    }

    mutating func readWatchdog(_ field: Field) -> WatchdogAction? {
        guard let fields = reader.mapping(field, keys: ["action"]) else { return nil }
        return reader.required("action", in: fields, example: "action: reset").flatMap {
            reader.choice($0, of: WatchdogAction.self)
        }
    }

    private static let diskKeys = [
        "type", "image", "size", "bus", "serial", "read_only", "cache", "limits", "boot_order",
    ]

    mutating func readDisk(_ field: Field) -> Disk? {
        guard let fields = reader.mapping(field, keys: Self.diskKeys + Self.handlingKeys) else { return nil }
        let kind = fields["type"].map { reader.choice($0, of: DiskKind.self) } ?? .disk
        let source = readSource(in: fields, of: field, kind: kind)
        let bus = fields["bus"].map { reader.choice($0, of: Disk.Bus.self) } ?? (kind == .cdrom ? .sata : .virtio)
        let serial = fields["serial"].flatMap { reader.value($0, matching: DiskSerial.pattern, DiskSerial.init) }
        let isReadOnly = fields["read_only"].map { reader.boolean($0) } ?? false
        let cache = fields["cache"].flatMap { reader.choice($0, of: Disk.Cache.self) }
        let limits = fields["limits"].flatMap { readLimits($0) }
        let order = fields["boot_order"].flatMap { readNumber($0, in: BootOrder.range, BootOrder.init) }
        let handling = readHandling(fields)
        guard let source, let bus, let isReadOnly else { return nil }
        return Disk(
            source, bus: bus, serial: serial, isReadOnly: isReadOnly, cache: cache, limits: limits, bootOrder: order,
            handling: handling)
    }

    private mutating func readSource(in fields: Fields, of field: Field, kind: DiskKind?) -> Disk.Source? {
        let size = fields["size"].flatMap { reader.size($0, DiskSize.init) }
        if kind == .cdrom { return readMedium(in: fields) }
        guard let image = fields["image"] else {
            guard fields["size"] == nil else { return size.map(Disk.Source.blank) }
            reader.note(
                RuleViolation(
                    value: "", rule: "a disk has an image, a size, or both",
                    remedy: "for example { image: debian-12, size: 20 GiB }"),
                at: field)
            return nil
        }
        return reader.value(image, matching: ImageName.pattern, ImageName.init).map { .image($0, size: size) }
    }

    private static let rateKeys = ["bytes", "read_bytes", "write_bytes", "iops", "read_iops", "write_iops"]

    private mutating func readLimits(_ field: Field) -> DiskLimits? {
        guard let fields = reader.mapping(field, keys: Self.rateKeys + ["burst", "burst_seconds"]) else { return nil }
        let rates = readRates(in: fields, at: field, DiskLimits.check)
        let burst = fields["burst"].flatMap { readBurst($0, above: rates) }
        let seconds = fields["burst_seconds"].map { readBurstSeconds($0, hasBurst: fields["burst"] != nil) }
        guard let rates, let seconds = seconds ?? 1 else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try DiskLimits(
                rates: rates,
                burst: burst.map { rates throws(RuleViolation) in try DiskLimits.Burst(rates, seconds: seconds) })
        }
    }

    private mutating func readBurst(_ field: Field, above rates: DiskLimits.Rates?) -> DiskLimits.Rates? {
        guard let fields = reader.mapping(field, keys: Self.rateKeys) else { return nil }
        return readRates(in: fields, at: field) { burst throws(RuleViolation) in
            if let rates { try DiskLimits.check(burst, above: rates) }
        }
    }

    private mutating func readBurstSeconds(_ field: Field, hasBurst: Bool) -> Int? {
        let seconds = readInteger(field, in: DiskLimits.burstSecondsRange, DiskLimits.check(burstSeconds:))
        guard !hasBurst else { return seconds }
        reader.note(
            RuleViolation(
                value: "", rule: "`burst_seconds` belongs to `burst`, which is absent", remedy: "give `burst`"),
            at: field)
        return nil
    }

    private mutating func readRates(
        in fields: Fields, at field: Field, _ check: (DiskLimits.Rates) throws(RuleViolation) -> Void
    ) -> DiskLimits.Rates? {
        let bytes = ["bytes", "read_bytes", "write_bytes"].map { key in
            fields[key].map { field in reader.size(field) { size throws(RuleViolation) in size } }
        }
        let operations = ["iops", "read_iops", "write_iops"].map { key in
            fields[key].map { field in
                readInteger(field, in: 1...DiskLimits.maximum) { number throws(RuleViolation) in
                    guard number < 1 else { return }
                    throw RuleViolation(
                        value: "\(number)", rule: "a rate is 1 to 10^15 a second",
                        remedy: "leave it out where nothing is to be limited")
                }
            }
        }
        // What is there and could not be read was noted.
        guard !bytes.contains(.some(nil)), !operations.contains(.some(nil)) else { return nil }
        let rates = DiskLimits.Rates(
            bytes: bytes[0] ?? nil, readBytes: bytes[1] ?? nil, writeBytes: bytes[2] ?? nil,
            operations: operations[0] ?? nil, readOperations: operations[1] ?? nil,
            writeOperations: operations[2] ?? nil)
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try check(rates)
            return rates
        }
    }
}
