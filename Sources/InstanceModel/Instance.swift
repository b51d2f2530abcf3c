// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a user asks for: a virtual machine, as a value that cannot be invalid.
///
/// ``InstanceDocument`` reads it from YAML or JSON; a program may also build it from its parts.
public struct Instance: Sendable, Hashable {
    /// The name, unique on a host.
    public let name: InstanceName
    /// The number of virtual processors, 1 to 512.
    public let vcpus: VCPUCount
    /// The guest's memory.
    public let memory: MemorySize
    /// A kernel that is started directly; absent, the first disk's boot loader is started.
    public let boot: DirectBoot?
    /// The disks, in the order in which the guest sees them.
    public let disks: [Disk]
    /// The network interfaces, in the order in which the guest sees them.
    public let interfaces: [Interface]
    /// What cloud-init is given, through a NoCloud seed.
    public let cloudInit: CloudInit?
    /// Whether the guest gets a channel for the QEMU guest agent.
    public let agent: Bool
    /// Free labels.
    public let labels: Labels

    /// An instance of these parts.
    ///
    /// - Throws: ``InvalidSpec`` with every rule that the parts break together: something to boot from,
    ///   at most ``maximumDisks`` disks and ``maximumInterfaces`` interfaces, no MAC address and no published
    ///   port twice.
    public init(
        name: InstanceName, vcpus: VCPUCount, memory: MemorySize, boot: DirectBoot? = nil, disks: [Disk] = [],
        interfaces: [Interface] = [], cloudInit: CloudInit? = nil, agent: Bool = true, labels: Labels = Labels()
    ) throws(InvalidSpec) {
        let problems = Self.problems(
            bootsKernel: boot != nil, disks: disks.count, interfaces: interfaces.map(InterfaceClaims.init))
        guard problems.isEmpty else { throw InvalidSpec(problems: problems) }
        self.name = name
        self.vcpus = vcpus
        self.memory = memory
        self.boot = boot
        self.disks = disks
        self.interfaces = interfaces
        self.cloudInit = cloudInit
        self.agent = agent
        self.labels = labels
    }

    /// The largest number of disks, which leaves PCIe root ports for hot-plug.
    public static let maximumDisks = 24
    /// The largest number of interfaces.
    public static let maximumInterfaces = 8

    /// What an interface takes for itself, as far as it is known.
    struct InterfaceClaims {
        /// The MAC address that was asked for.
        var mac: MACAddress?
        /// The published ports; nil stands for one that is none.
        var ports: [PublishedPort?] = []
    }

    /// The rules that concern more than one part; ``InstanceDocument`` reports them with the others.
    static func problems(bootsKernel: Bool, disks: Int, interfaces: [InterfaceClaims]) -> [SpecProblem] {
        var problems: [SpecProblem] = []
        if !bootsKernel, disks == 0 {
            problems.append(
                SpecProblem(
                    path: "disks",
                    violation: RuleViolation(
                        value: "", rule: "an instance boots from a disk or from a kernel",
                        remedy: "give `disks` an image, or give `boot` a kernel")))
        }
        if disks > maximumDisks { problems.append(tooMany("disks", disks, maximumDisks)) }
        if interfaces.count > maximumInterfaces {
            problems.append(tooMany("interfaces", interfaces.count, maximumInterfaces))
        }
        return problems + duplicates(in: interfaces)
    }

    private static func tooMany(_ path: String, _ count: Int, _ limit: Int) -> SpecProblem {
        SpecProblem(
            path: path,
            violation: RuleViolation(value: "\(count)", rule: "at most \(limit) \(path)", remedy: "remove some"))
    }

    private static func duplicates(in interfaces: [InterfaceClaims]) -> [SpecProblem] {
        var problems: [SpecProblem] = []
        var addresses: Set<MACAddress> = []
        var endpoints: [PublishedPort.Endpoint] = []
        for (index, interface) in interfaces.enumerated() {
            if let mac = interface.mac, !addresses.insert(mac).inserted {
                let violation = RuleViolation(
                    value: mac.description, rule: "each interface has its own MAC address",
                    remedy: "leave `mac` out, or give another")
                problems.append(SpecProblem(path: "interfaces[\(index)].mac", violation: violation))
            }
            for (position, port) in interface.ports.enumerated() {
                guard let port else { continue }
                if endpoints.contains(where: port.endpoint.overlaps) {
                    let violation = RuleViolation(
                        value: port.description, rule: "each port of the host is published once",
                        remedy: "choose another port of the host")
                    problems.append(
                        SpecProblem(path: "interfaces[\(index)].publish[\(position)]", violation: violation))
                }
                endpoints.append(port.endpoint)
            }
        }
        return problems
    }
}

extension Instance.InterfaceClaims {
    /// What `interface` takes for itself.
    init(_ interface: Interface) {
        mac = interface.mac
        if case .user(let publish) = interface.network { ports = publish }
    }
}

/// A number of virtual processors, 1 to 512.
public struct VCPUCount: Sendable, Hashable {
    /// The number.
    public let value: Int

    /// A count of virtual processors.
    ///
    /// - Throws: ``RuleViolation`` outside 1 to 512.
    public init(_ value: Int) throws(RuleViolation) {
        guard (1...512).contains(value) else {
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
