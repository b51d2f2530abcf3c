// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A disk of the guest (`<disk>`).
public struct Disk: DomainDevice {
    /// `disk`.
    public static let elementName: XMLName = "disk"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<disk>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a disk in a file.
    ///
    /// - Parameters:
    ///   - file: The image's absolute path on the host; nil for a drive with nothing in it.
    ///   - driver: How QEMU opens it.
    ///   - backing: What the image stands on; `.layers([])` says that it stands on nothing.
    ///   - target: How the guest sees it.
    ///   - device: What kind of device it is.
    ///   - serial: The serial number that the guest reads.
    ///   - bootOrder: Its place in the boot order, from 1.
    public init(
        file: String?, driver: Driver, backing: BackingChain, target: Target, device: Device = .disk,
        serial: String? = nil, bootOrder: Int? = nil
    ) {
        element = XMLElement(Self.elementName, ["type": "file", "device": device.rawValue])
        self.driver = driver
        self.file = file
        self.backing = backing
        self.target = target
        self.serial = serial
        self.bootOrder = bootOrder
    }

    /// What the guest takes the disk for.
    public enum Device: String, Sendable, Hashable, CaseIterable {
        case disk, cdrom, floppy, lun
    }

    /// The format of an image.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        case raw, qcow2
    }

    /// How the host caches what the guest writes.
    public enum Cache: String, Sendable, Hashable, CaseIterable {
        case writethrough, writeback, directsync, unsafe
        /// libvirt's `none`: past the host's cache.
        case bypassed = "none"
        case hypervisorDefault = "default"
    }

    /// How QEMU does the host's input and output.
    public enum InputOutput: String, Sendable, Hashable, CaseIterable {
        case native, threads
        case ioUring = "io_uring"
    }

    /// What happens to blocks that the guest gives back.
    public enum Discard: String, Sendable, Hashable, CaseIterable {
        case unmap, ignore
    }

    /// What happens to zeros that the guest writes.
    public enum DetectZeroes: String, Sendable, Hashable, CaseIterable {
        case off, on, unmap
    }

    /// What happens where the host cannot read or write.
    public enum ErrorPolicy: String, Sendable, Hashable, CaseIterable {
        case stop, report, ignore, enospace
    }

    /// The bus that the guest finds the disk on.
    public enum Bus: String, Sendable, Hashable, CaseIterable {
        case virtio, scsi, sata, ide, usb, fdc, sd
    }

    /// How QEMU opens the image (`<driver>`).
    public struct Driver: Sendable, Hashable {
        /// The image's format; nil where it is none that Roost uses.
        public var format: Format?
        /// How the host caches.
        public var cache: Cache?
        /// How the host's input and output is done.
        public var io: InputOutput?
        /// What happens to blocks that the guest gives back.
        public var discard: Discard?
        /// What happens to zeros that the guest writes.
        public var detectZeroes: DetectZeroes?
        /// What happens where the host cannot read or write.
        public var errorPolicy: ErrorPolicy?
        /// The queues of a virtio disk.
        public var queues: Int?

        /// Describes a driver; what is nil is left to libvirt.
        public init(
            format: Format?, cache: Cache? = nil, io: InputOutput? = nil, discard: Discard? = nil,
            detectZeroes: DetectZeroes? = nil, errorPolicy: ErrorPolicy? = nil, queues: Int? = nil
        ) {
            self.format = format
            self.cache = cache
            self.io = io
            self.discard = discard
            self.detectZeroes = detectZeroes
            self.errorPolicy = errorPolicy
            self.queues = queues
        }
    }

    /// How the guest sees the disk (`<target>`).
    public struct Target: Sendable, Hashable {
        /// The name that orders the disks of one bus, such as `vda`; the guest may use another.
        public var device: String
        /// The bus; nil where it is none that Roost uses.
        public var bus: Bus?
        /// How fast the disk says that it turns, in revolutions a minute; 1 for one without moving parts.
        public var rotationRate: Int?

        /// Describes a target.
        public init(device: String, bus: Bus?, rotationRate: Int? = nil) {
            self.device = device
            self.bus = bus
            self.rotationRate = rotationRate
        }
    }
}

extension Disk {
    private static let order: ChildOrder = [
        "driver", "auth", "source", "backingStore", "backenddomain", "geometry", "blockio", "mirror", "target",
        "iotune",
        "readonly", "shareable", "transient", "serial", "wwn", "vendor", "product", "encryption", "boot", "alias",
        "rom",
        "acpi", "address",
    ]

    /// What the guest takes the disk for; libvirt takes an absent value for a disk.
    public var device: Device? {
        get { element["device"] == nil ? .disk : element.value("device") }
        set { if newValue != device { element["device"] = newValue?.rawValue } }
    }

    /// How QEMU opens the image.
    public var driver: Driver {
        get {
            let driver = element.first("driver") ?? XMLElement("driver")
            return Driver(
                format: driver.value("type"), cache: driver.value("cache"), io: driver.value("io"),
                discard: driver.value("discard"), detectZeroes: driver.value("detect_zeroes"),
                errorPolicy: driver.value("error_policy"), queues: driver.number("queues"))
        }
        set {
            let old = driver
            guard newValue != old else { return }
            element.editChild("driver", in: Self.order) { driver in
                if driver["name"] == nil { driver["name"] = "qemu" }
                if old.format != newValue.format { driver["type"] = newValue.format?.rawValue }
                if old.cache != newValue.cache { driver["cache"] = newValue.cache?.rawValue }
                if old.io != newValue.io { driver["io"] = newValue.io?.rawValue }
                if old.discard != newValue.discard { driver["discard"] = newValue.discard?.rawValue }
                if old.detectZeroes != newValue.detectZeroes {
                    driver["detect_zeroes"] = newValue.detectZeroes?.rawValue
                }
                if old.errorPolicy != newValue.errorPolicy { driver["error_policy"] = newValue.errorPolicy?.rawValue }
                if old.queues != newValue.queues { driver["queues"] = newValue.queues.map(String.init) }
            }
        }
    }

    /// The image's path, where the disk is a file; nil for an empty drive and other kinds.
    ///
    /// Setting a path makes the disk a file; setting nil empties the drive.
    public var file: String? {
        get { element["type"] == "file" ? element.first("source")?["file"] : nil }
        set {
            guard newValue != file else { return }
            if let newValue, element["type"] == "file" {
                element.editChild("source", in: Self.order) { $0["file"] = newValue }
            } else {
                element["type"] = "file"
                let source = newValue.map { XMLElement("source", ["file": $0]) }
                element.setChild("source", to: source, in: Self.order)
            }
        }
    }

    /// The host's path behind the disk, whether a file or a block device.
    public var sourcePath: String? {
        element.first("source").flatMap { $0["file"] ?? $0["dev"] }
    }

    /// What the image stands on; nil where it has a layer that ``BackingChain`` cannot express.
    public var backing: BackingChain? {
        get { BackingChain(of: element) }
        set {
            guard newValue != backing else { return }
            element.setChild("backingStore", to: newValue?.element, in: Self.order)
        }
    }

    /// How the guest sees the disk.
    public var target: Target? {
        get {
            guard let target = element.first("target"), let device = target["dev"] else { return nil }
            return Target(device: device, bus: target.value("bus"), rotationRate: target.number("rotation_rate"))
        }
        set {
            let old = target
            element.editChild("target", in: Self.order) { target in
                if old?.device != newValue?.device { target["dev"] = newValue?.device }
                if old?.bus != newValue?.bus { target["bus"] = newValue?.bus?.rawValue }
                if old?.rotationRate != newValue?.rotationRate {
                    target["rotation_rate"] = newValue?.rotationRate.map(String.init)
                }
            }
        }
    }

    /// How fast the guest may use the disk (`<iotune>`): the amount of one quantity; nil where it is not limited.
    public subscript(limit quantity: Limit) -> Int? {
        get { element.first("iotune")?.childText(XMLName(quantity.rawValue)).flatMap { Int($0) } }
        set {
            guard newValue != self[limit: quantity] else { return }
            element.editChild("iotune", in: Self.order) { limits in
                limits.setChildText(XMLName(quantity.rawValue), newValue.map(String.init), in: Limit.order)
            }
        }
    }

    /// What can be limited of a disk's use.
    public enum Limit: String, Sendable, Hashable, CaseIterable {
        case bytes = "total_bytes_sec"
        case readBytes = "read_bytes_sec"
        case writeBytes = "write_bytes_sec"
        case operations = "total_iops_sec"
        case readOperations = "read_iops_sec"
        case writeOperations = "write_iops_sec"
        case burstBytes = "total_bytes_sec_max"
        case burstReadBytes = "read_bytes_sec_max"
        case burstWriteBytes = "write_bytes_sec_max"
        case burstOperations = "total_iops_sec_max"
        case burstReadOperations = "read_iops_sec_max"
        case burstWriteOperations = "write_iops_sec_max"
        case burstBytesSeconds = "total_bytes_sec_max_length"
        case burstReadBytesSeconds = "read_bytes_sec_max_length"
        case burstWriteBytesSeconds = "write_bytes_sec_max_length"
        case burstOperationsSeconds = "total_iops_sec_max_length"
        case burstReadOperationsSeconds = "read_iops_sec_max_length"
        case burstWriteOperationsSeconds = "write_iops_sec_max_length"

        fileprivate static let order = ChildOrder(allCases.map(\.rawValue))
    }

    /// The serial number that the guest reads.
    public var serial: String? {
        get { element.childText("serial") }
        set { element.setChildText("serial", newValue, in: Self.order) }
    }

    /// Whether the guest may only read.
    public var isReadOnly: Bool {
        get { element.first("readonly") != nil }
        set { element.setFlag("readonly", newValue, in: Self.order) }
    }

    /// Whether other guests may use the disk at the same time.
    public var isShareable: Bool {
        get { element.first("shareable") != nil }
        set { element.setFlag("shareable", newValue, in: Self.order) }
    }
}
