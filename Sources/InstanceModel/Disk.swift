// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A disk of the guest.
public struct Disk: Sendable, Hashable {
    /// What is on the disk at first.
    public let source: Source
    /// How the guest finds it.
    public let bus: Bus
    /// The serial number that the guest reads; absent, `disk-` and the disk's index.
    public let serial: DiskSerial?
    /// Whether the guest may only read.
    public let isReadOnly: Bool
    /// How the host caches what the guest writes; absent, past the host's cache where the file system can do that.
    public let cache: Cache?
    /// How fast the guest may use it; absent, as fast as it goes.
    public let limits: DiskLimits?
    /// The place in the order in which the firmware tries to boot; absent, only where no device has one.
    public let bootOrder: BootOrder?
    /// How the host does what the guest asks of it.
    public let handling: Handling

    /// A disk of these parts.
    public init(
        _ source: Source, bus: Bus = .virtio, serial: DiskSerial? = nil, isReadOnly: Bool = false, cache: Cache? = nil,
        limits: DiskLimits? = nil, bootOrder: BootOrder? = nil, handling: Handling = Handling()
    ) {
        self.source = source
        self.bus = bus
        self.serial = serial
        self.isReadOnly = isReadOnly
        self.cache = cache
        self.limits = limits
        self.bootOrder = bootOrder
        self.handling = handling
    }

    /// A disk over a stored image, at least as large as the image; without a size, as large.
    public static func image(_ name: ImageName, size: DiskSize?) -> Disk {
        Disk(.image(name, size: size))
    }

    /// An empty disk.
    public static func blank(_ size: DiskSize) -> Disk {
        Disk(.blank(size))
    }

    /// The same disk with something else on it.
    public func replacing(source: Source) -> Disk {
        Disk(
            source, bus: bus, serial: serial, isReadOnly: isReadOnly, cache: cache, limits: limits,
            bootOrder: bootOrder, handling: handling)
    }

    /// A CD-ROM with the stored image in it as it is, or an empty one.
    public static func cdrom(_ name: ImageName?, bus: Bus = .sata, bootOrder: BootOrder? = nil) -> Disk {
        Disk(.medium(name), bus: bus, bootOrder: bootOrder)
    }

    /// What is on a disk at first.
    public enum Source: Sendable, Hashable {
        /// An overlay on a stored image, at least as large as the image; without a size, as large.
        case image(ImageName, size: DiskSize?)
        /// Nothing.
        case blank(DiskSize)
        /// A stored image as it is, in a CD-ROM drive, whose guest may only read; nil: the drive is empty.
        case medium(ImageName?)
    }

    /// How a guest finds a disk.
    public enum Bus: String, Sendable, Hashable, CaseIterable {
        /// virtio-blk, a device of its own.
        case virtio
        /// A disk on the machine's virtio-scsi controller.
        case scsi
        /// A disk on the machine's AHCI controller, which takes six; for guests without virtio.
        case sata
    }

    /// How the host caches what the guest writes.
    public enum Cache: String, Sendable, Hashable, CaseIterable {
        /// Past the host's cache (O_DIRECT).
        case bypassed = "none"
        /// Through the host's cache, flushed when the guest asks for it.
        case writeback
        /// Through the host's cache, each write flushed.
        case writethrough
        /// Past the host's cache, each write flushed.
        case directsync
    }

    /// The stored image that the disk stands on, or that is in the drive; nil for an empty one.
    public var image: ImageName? {
        switch source {
        case .image(let name, _): name
        case .medium(let name): name
        case .blank: nil
        }
    }

    /// Whether it is a CD-ROM.
    public var isCDROM: Bool {
        if case .medium = source { true } else { false }
    }

    /// Whether it is a drive with nothing in it.
    public var isEmptyDrive: Bool { source == .medium(nil) }

    /// The size that was asked for.
    public var size: DiskSize? {
        switch source {
        case .image(_, let size): size
        case .blank(let size): size
        case .medium: nil
        }
    }
}

/// A disk's serial number: 1 to 20 of a-z A-Z 0-9 . _ - (virtio-blk takes no more).
public struct DiskSerial: Sendable, Hashable, CustomStringConvertible {
    /// The serial number as text.
    public let description: String

    static let pattern = "^[A-Za-z0-9._-]{1,20}$"

    /// Reads a serial number.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        guard (1...20).contains(text.utf8.count), text.utf8.allSatisfy(isNameByte) else {
            throw RuleViolation(
                value: text, rule: "a serial number has 1 to 20 of a-z A-Z 0-9 . _ -", remedy: "for example data-1")
        }
        description = text
    }

    /// The serial number of a cloud-init seed.
    public static let ofSeed = "cidata"

    /// The serial number of the disk at an index, from 0, that was given none.
    public static func ofDisk(_ index: Int) -> String { "disk-\(index)" }
}

/// A disk's size: 1 MiB to 64 TiB, a multiple of 512 bytes.
public struct DiskSize: Sendable, Hashable {
    /// The size.
    public let size: ByteCount

    /// A disk's size.
    ///
    /// - Throws: ``RuleViolation`` outside 1 MiB to 64 TiB, or where it is no multiple of 512 bytes.
    public init(_ size: ByteCount) throws(RuleViolation) {
        guard (ByteCount.mebibytes(1)...ByteCount(bytes: 64 << 40)).contains(size), size.bytes.isMultiple(of: 512)
        else {
            throw RuleViolation(
                value: size.description, rule: "a disk is 1 MiB to 64 TiB, in whole sectors of 512 bytes",
                remedy: "for example 20 GiB")
        }
        self.size = size
    }
}
