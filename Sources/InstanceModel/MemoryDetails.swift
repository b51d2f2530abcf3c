// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What there is to a guest's memory beside its size.
public struct MemoryDetails: Sendable, Hashable {
    /// The most memory that the guest can have without a restart; absent, no more than it starts with.
    public let maximum: MaximumMemory?
    /// Memory of which the running guest can have more or less; it lies in the maximum.
    public let devices: [MemoryDevice]
    /// What of the host the memory is made of.
    public let backing: MemoryBacking
    /// The device through which memory is taken from the running guest and given back.
    public let balloon: Balloon
    /// How memory and virtual processors are divided; absent, the guest sees no division.
    public let numa: NUMA?

    /// Details of a guest's memory.
    public init(
        maximum: MaximumMemory? = nil, devices: [MemoryDevice] = [], backing: MemoryBacking = .usual,
        balloon: Balloon = .usual, numa: NUMA? = nil
    ) {
        self.maximum = maximum
        self.devices = devices
        self.backing = backing
        self.balloon = balloon
        self.numa = numa
    }
}

/// The most memory of a guest, and how many devices can bring it (`<maxMemory>`).
public struct MaximumMemory: Sendable, Hashable {
    /// The most memory.
    public let size: MemorySize
    /// How many memory devices can be plugged in, 1 to 256.
    public let slots: Int

    static let slotRange = 1...256
    /// The slots where none are asked for.
    static let usualSlots = 16

    /// A maximum.
    ///
    /// - Throws: ``RuleViolation`` outside 1 to 256 slots.
    public init(_ size: MemorySize, slots: Int = 16) throws(RuleViolation) {
        try Self.check(slots: slots)
        self.size = size
        self.slots = slots
    }

    static func check(slots: Int) throws(RuleViolation) {
        guard !slotRange.contains(slots) else { return }
        throw RuleViolation(value: "\(slots)", rule: "1 to 256 slots for memory", remedy: "for example 16")
    }
}

/// What of the host a guest's memory is made of (`<memoryBacking>`, `<memtune>`).
public struct MemoryBacking: Sendable, Hashable {
    /// The huge pages that it is made of; absent, pages of the usual size.
    public let hugePages: HugePages?
    /// Where the host has it from; absent, QEMU's own memory, and a memfd where it is shared.
    public let source: Source?
    /// Whether other processes of the host may map it.
    public let isShared: Bool
    /// Whether it never leaves the host's memory.
    public let isLocked: Bool
    /// The most memory of the host that QEMU may take, with all that it needs for itself.
    public let limit: ByteCount?
    /// Whether the host may merge pages of equal content (KSM); absent, as the host is set.
    public let merging: Bool?
    /// Whether the content of a file behind it is dropped, and not written back, when the guest ends.
    public let isDiscarded: Bool

    /// Huge pages of one size.
    public enum HugePages: Sendable, Hashable {
        /// Of the size that the host gives unless asked.
        case hostDefault
        /// Of this size.
        case size(HugePageSize)
    }

    /// Where the host has memory from.
    public enum Source: String, Sendable, Hashable, CaseIterable {
        /// QEMU's own memory.
        case anonymous
        /// A file in the directory that libvirt has for it.
        case file
        /// A file without a name, in memory.
        case memfd
    }

    /// Memory that is made of.
    ///
    /// - Throws: ``RuleViolation`` where huge pages are to be merged or anonymous, anonymous memory shared, memory that
    ///   is no file's discarded, or memory locked without a limit; and for a limit that is not 32 MiB to 32 TiB, in
    ///   whole MiB.
    public init(
        hugePages: HugePages? = nil, source: Source? = nil, isShared: Bool = false, isLocked: Bool = false,
        limit: ByteCount? = nil, merging: Bool? = nil, isDiscarded: Bool = false
    ) throws(RuleViolation) {
        if hugePages != nil, merging == true {
            throw RuleViolation(
                value: "merging: true", rule: "`huge_pages` are never merged, and `merging` is true",
                remedy: "leave `merging` or `huge_pages` out")
        }
        if hugePages != nil, source == .anonymous {
            throw RuleViolation(
                value: "source: anonymous",
                rule: "`huge_pages` come from a file of the host, and `source` is anonymous",
                remedy: "leave `source` or `huge_pages` out")
        }
        if let limit { try Self.check(limit: limit) }
        if isShared, source == .anonymous {
            throw RuleViolation(
                value: "source: anonymous", rule: "`shared` memory has a `source` that others can map",
                remedy: "write source: memfd, or leave it out")
        }
        if isDiscarded, source != .file {
            throw RuleViolation(
                value: "discard: true", rule: "`discard` needs `source` to be file", remedy: "write source: file")
        }
        if isLocked, limit == nil {
            throw RuleViolation(
                value: "locked: true", rule: "`locked` memory needs a `limit` of what QEMU may lock",
                remedy: "give `limit` the guest's memory and a GiB more")
        }
        self.init(
            checked: hugePages, source: source, isShared: isShared, isLocked: isLocked, limit: limit, merging: merging,
            isDiscarded: isDiscarded)
    }

    static func check(limit: ByteCount) throws(RuleViolation) {
        let range = ByteCount.mebibytes(32)...ByteCount(bytes: 32 << 40)
        guard range.contains(limit), limit.bytes.isMultiple(of: 1 << 20) else {
            throw RuleViolation(
                value: limit.description, rule: "a limit of memory is 32 MiB to 32 TiB, in whole MiB",
                remedy: "for example 9 GiB")
        }
    }

    private init(
        checked hugePages: HugePages?, source: Source?, isShared: Bool, isLocked: Bool, limit: ByteCount?,
        merging: Bool?, isDiscarded: Bool
    ) {
        self.hugePages = hugePages
        self.source = source
        self.isShared = isShared
        self.isLocked = isLocked
        self.limit = limit
        self.merging = merging
        self.isDiscarded = isDiscarded
    }

    /// QEMU's own memory, in pages of the usual size.
    public static let usual = MemoryBacking(
        checked: nil, source: nil, isShared: false, isLocked: false, limit: nil, merging: nil, isDiscarded: false)
}

/// The size of a huge page: a power of two, 64 KiB to 16 GiB.
public struct HugePageSize: Sendable, Hashable {
    /// The size.
    public let size: ByteCount

    /// A size.
    ///
    /// - Throws: ``RuleViolation`` for another one.
    public init(_ size: ByteCount) throws(RuleViolation) {
        let range = ByteCount(bytes: 64 << 10)...ByteCount.gibibytes(16)
        guard range.contains(size), size.bytes.nonzeroBitCount == 1 else {
            throw RuleViolation(
                value: size.description, rule: "a huge page is a power of two, 64 KiB to 16 GiB",
                remedy: "for example 2 MiB")
        }
        self.size = size
    }
}

/// The device through which memory is taken from a running guest and given back (`<memballoon>`).
public struct Balloon: Sendable, Hashable {
    /// Which device.
    public let model: Model
    /// Whether the guest tells which of its pages are free, and the host takes them back.
    public let reportsFreePages: Bool
    /// How often the guest reports how it uses its memory, 1 to 3,600 s; absent, never.
    public let statisticsPeriod: Int?
    /// Whether memory goes back to the guest before that kills a process for want of it.
    public let deflatesOnPressure: Bool

    /// The kinds of balloon.
    public enum Model: String, Sendable, Hashable, CaseIterable {
        /// virtio's.
        case virtio
        /// There is none.
        case absent = "none"
    }

    static let periodRange = 1...3_600

    /// A balloon.
    ///
    /// - Throws: ``RuleViolation`` for a period outside 1 to 3,600 s, and where one that is absent is to do something.
    public init(
        model: Model = .virtio, reportsFreePages: Bool = false, statisticsPeriod: Int? = nil,
        deflatesOnPressure: Bool = false
    ) throws(RuleViolation) {
        if let statisticsPeriod { try Self.check(period: statisticsPeriod) }
        if model == .absent, reportsFreePages || deflatesOnPressure || statisticsPeriod != nil {
            throw RuleViolation(
                value: "model: none", rule: "a balloon with `model: none` does nothing else",
                remedy: "write model: virtio, or leave the other keys out")
        }
        self.init(
            checked: model, reportsFreePages: reportsFreePages, statisticsPeriod: statisticsPeriod,
            deflatesOnPressure: deflatesOnPressure)
    }

    private init(checked model: Model, reportsFreePages: Bool, statisticsPeriod: Int?, deflatesOnPressure: Bool) {
        self.model = model
        self.reportsFreePages = reportsFreePages
        self.statisticsPeriod = statisticsPeriod
        self.deflatesOnPressure = deflatesOnPressure
    }

    static func check(period: Int) throws(RuleViolation) {
        guard !periodRange.contains(period) else { return }
        throw RuleViolation(value: "\(period)", rule: "a period of 1 to 3600 s", remedy: "for example 10")
    }

    /// virtio's, which does what it is told.
    public static let usual = Balloon(
        checked: .virtio, reportsFreePages: false, statisticsPeriod: nil, deflatesOnPressure: false)
}
