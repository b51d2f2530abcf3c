// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a user asks for: a virtual machine, as a value that cannot be invalid.
///
/// ``InstanceDocument`` reads it from YAML or JSON; a program may also build it from its parts.
public struct Instance: Sendable, Hashable {
    /// The name, unique on a host.
    public private(set) var name: InstanceName
    /// The number of virtual processors that the guest starts with, 1 to 512.
    public let vcpus: VCPUCount
    /// The number that it can have without a restart; absent, no more than it starts with.
    public let maximumVCPUs: VCPUCount?
    /// The processor that it sees; absent, it follows from the host.
    public internal(set) var processor: Processor?
    /// The guest's memory.
    public let memory: MemorySize
    /// What there is to the memory beside its size.
    public let memoryDetails: MemoryDetails
    /// The threads that do the input and output of disks on virtio; absent, QEMU's own does.
    public let ioThreads: IOThreadCount?
    /// What the machine starts with; absent, the usual one of its architecture.
    public let firmware: Firmware?
    /// Whether the machine has an emulated TPM 2.0, whose state lives as long as the instance.
    public let hasTPM: Bool
    /// A kernel that is started directly; absent, the first disk's boot loader is started.
    public let boot: DirectBoot?
    /// The disks, in the order in which the guest sees them.
    public internal(set) var disks: [Disk]
    /// The network interfaces, in the order in which the guest sees them.
    public internal(set) var interfaces: [Interface]
    /// What a watchdog does to a guest that does not feed it; absent, the machine has none.
    public let watchdog: WatchdogAction?
    /// Whether the guest can tell the host that it crashed.
    public let hasPanicDevice: Bool
    /// What the guest is seen and operated with, and what else it has.
    public private(set) var peripherals: Peripherals
    /// For whom the machine is made, and what it tells of itself.
    public let platform: Platform
    /// What cloud-init is given, through a NoCloud seed.
    public internal(set) var cloudInit: CloudInit?
    /// Whether the guest gets a channel for the QEMU guest agent.
    public let agent: Bool
    /// Free labels.
    public let labels: Labels

    /// An instance of these parts.
    ///
    /// - Throws: ``InvalidSpec`` with every rule that the parts break together: something to boot from, at most
    ///   ``maximumDisks`` disks, of which ``maximumSATADisks`` on SATA, and ``maximumInterfaces`` interfaces; no MAC
    ///   address, published port and serial number twice; a topology that has room for just the most virtual
    ///   processors, which are no fewer than those at the start; NUMA cells that add up to them and to the memory;
    ///   memory that can be what it is made of; and nothing that a machine made to be thrown away has not.
    public init(
        name: InstanceName, vcpus: VCPUCount, maximumVCPUs: VCPUCount? = nil, processor: Processor? = nil,
        memory: MemorySize, memoryDetails: MemoryDetails = MemoryDetails(), ioThreads: IOThreadCount? = nil,
        firmware: Firmware? = nil, hasTPM: Bool = false, boot: DirectBoot? = nil,
        disks: [Disk] = [], interfaces: [Interface] = [], watchdog: WatchdogAction? = nil,
        hasPanicDevice: Bool = false, cloudInit: CloudInit? = nil, agent: Bool = true, labels: Labels = Labels(),
        peripherals: Peripherals = Peripherals(), platform: Platform = Platform()
    ) throws(InvalidSpec) {
        let parts = InstanceRules(
            bootsKernel: boot != nil, vcpus: vcpus, maximumVCPUs: maximumVCPUs, topology: processor?.topology,
            disks: disks, hasSeed: cloudInit != nil,
            interfaces: interfaces.map(InstanceRules.InterfaceClaims.init), peripherals: peripherals,
            platform: platform, firmware: firmware, processorModel: processor?.model, watchdog: watchdog
        ).problems
        let resources = ResourceRules(
            mostVCPUs: (maximumVCPUs ?? vcpus).value, memory: memory, details: memoryDetails,
            tuning: processor?.tuning, memorySharer: InstanceRules.memorySharer(peripherals, interfaces),
            isEncrypted: platform.launchSecurity != nil)
        let fast = FastProfileRules(
            platform: platform, bootsKernel: boot != nil, commandLine: boot?.commandLine, vcpus: vcpus,
            maximumVCPUs: maximumVCPUs, details: memoryDetails, firmware: firmware, hasTPM: hasTPM,
            hasPanicDevice: hasPanicDevice, watchdog: watchdog, disks: disks, interfaceCount: interfaces.count,
            peripherals: peripherals)
        let problems = parts + resources.problems + fast.problems
        guard problems.isEmpty else { throw InvalidSpec(problems: problems) }
        self.name = name
        self.vcpus = vcpus
        self.maximumVCPUs = maximumVCPUs
        self.processor = processor
        self.memory = memory
        self.memoryDetails = memoryDetails
        self.ioThreads = ioThreads
        self.firmware = firmware
        self.hasTPM = hasTPM
        self.boot = boot
        self.disks = disks
        self.interfaces = interfaces
        self.watchdog = watchdog
        self.hasPanicDevice = hasPanicDevice
        self.peripherals = peripherals
        self.platform = platform
        self.cloudInit = cloudInit
        self.agent = agent
        self.labels = labels
    }

    /// The largest number of disks, which leaves PCIe root ports for hot-plug.
    public static let maximumDisks = 24
    /// The largest number of disks on SATA: the ports of a q35 machine's controller.
    public static let maximumSATADisks = 6
    /// The largest number of interfaces.
    public static let maximumInterfaces = 8
    /// The largest number of ports of the host that an interface publishes.
    public static let maximumPorts = 64

    /// The most virtual processors that the guest can have without a restart.
    public var mostVCPUs: Int { (maximumVCPUs ?? vcpus).value }

    /// Whether a device has a place in the boot order of its own.
    public var hasBootOrder: Bool {
        disks.contains { $0.bootOrder != nil } || interfaces.contains { $0.device.bootOrder != nil }
    }

    /// The same instance under another name.
    public func renamed(_ name: InstanceName) -> Instance {
        var copy = self
        copy.name = name
        return copy
    }

    /// The same instance with other devices of the host.
    public func replacing(hostDevices: [HostDevice]) -> Instance {
        var copy = self
        copy.peripherals.hostDevices = hostDevices
        return copy
    }

    /// The same instance with the size of each disk and the MAC address of each interface filled in, where they were
    /// left out; a disk for which nil is given stays as it is.
    ///
    /// - Throws: ``InvalidSpec`` where a MAC address is then there twice.
    public func resolved(
        diskSize: (Disk) -> DiskSize?, macAddress: (_ index: Int) -> MACAddress
    ) throws(InvalidSpec) -> Instance {
        var copy = self
        copy.disks = disks.map { disk in
            guard case .image(let name, nil) = disk.source else { return disk }
            return disk.replacing(source: .image(name, size: diskSize(disk)))
        }
        copy.interfaces = interfaces.enumerated().map { index, interface in
            interface.replacing(mac: interface.mac ?? macAddress(index))
        }
        let problems = InstanceRules.duplicates(in: copy.interfaces.map(InstanceRules.InterfaceClaims.init))
        guard problems.isEmpty else { throw InvalidSpec(problems: problems) }
        return copy
    }
}

/// A number of virtual processors, 1 to 512.
public struct VCPUCount: Sendable, Hashable {
    /// The number.
    public let value: Int

    static let range = 1...512

    /// A count of virtual processors.
    ///
    /// - Throws: ``RuleViolation`` outside 1 to 512.
    public init(_ value: Int) throws(RuleViolation) {
        guard Self.range.contains(value) else {
            throw RuleViolation(value: "\(value)", rule: "1 to 512 virtual processors", remedy: "for example 2")
        }
        self.value = value
    }
}

/// A guest's memory: 32 MiB to 16 TiB, in whole mebibytes.
public struct MemorySize: Sendable, Hashable {
    /// The size.
    public let size: ByteCount

    /// A guest's memory.
    ///
    /// - Throws: ``RuleViolation`` outside 32 MiB to 16 TiB, or where it is no whole number of MiB.
    public init(_ size: ByteCount) throws(RuleViolation) {
        let range = ByteCount.mebibytes(32)...ByteCount(bytes: 16 << 40)
        guard range.contains(size), size.bytes.isMultiple(of: 1 << 20) else {
            throw RuleViolation(
                value: size.description, rule: "memory is 32 MiB to 16 TiB, in whole MiB", remedy: "for example 2 GiB")
        }
        self.size = size
    }
}
