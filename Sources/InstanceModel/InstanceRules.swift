// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The rules that concern more than one part of an instance, over what is known of the parts: ``InstanceDocument``
/// reports them together with what is wrong within each part.
struct InstanceRules {
    /// Whether there is a kernel to start.
    var bootsKernel: Bool
    /// The virtual processors at the start.
    var vcpus: VCPUCount?
    /// The most virtual processors.
    var maximumVCPUs: VCPUCount?
    /// Their arrangement.
    var topology: Processor.Topology?
    /// The disks; nil stands for one that is none.
    var disks: [Disk?]
    /// Whether there is a cloud-init seed.
    var hasSeed: Bool
    /// What each interface takes.
    var interfaces: [InterfaceClaims]
    /// What the guest is seen and operated with.
    var peripherals = Peripherals()
    /// For whom the machine is made.
    var platform = Platform()
    /// What it starts with.
    var firmware: Firmware?
    /// The model of its processor.
    var processorModel: Processor.Model?
    /// What a watchdog does.
    var watchdog: WatchdogAction?

    /// What an interface takes for itself, as far as it is known.
    struct InterfaceClaims {
        /// The MAC address that was asked for.
        var mac: MACAddress?
        /// The published ports; nil stands for one that is none.
        var ports: [PublishedPort?] = []
        /// The interface itself.
        var interface: Interface?
    }

    /// Every rule that is broken.
    var problems: [SpecProblem] {
        bootProblems + processorProblems + diskProblems
            + tooMany("interfaces", interfaces.count, Instance.maximumInterfaces)
            + interfaceProblems + bootOrderProblems + peripheralProblems + shareProblems
            + launchSecurityProblems + powerProblems
            + Self.duplicates(in: interfaces)
    }

    private var bootProblems: [SpecProblem] {
        let isBootable = bootsKernel || disks.contains { $0?.isEmptyDrive != true }
        guard !isBootable, !interfaces.contains(where: { $0.interface?.device.bootOrder != nil }) else { return [] }
        return [
            problem(
                "disks", value: "", rule: "an instance boots from a disk, a kernel, or an interface with `boot_order`",
                remedy: "give `disks` an image, or give `boot` a kernel")
        ]
    }

    private var processorProblems: [SpecProblem] {
        guard let vcpus else { return [] }
        let most = maximumVCPUs ?? vcpus
        guard most.value >= vcpus.value else {
            return [
                problem(
                    "maximum_vcpus", value: "\(most.value)",
                    rule: "`maximum_vcpus` is at least `vcpus`, which is \(vcpus.value)",
                    remedy: "raise `maximum_vcpus`, or leave it out")
            ]
        }
        guard let topology, topology.count != most.value else { return [] }
        let named = maximumVCPUs == nil ? "vcpus" : "maximum_vcpus"
        return [
            problem(
                "cpu.topology", value: "\(topology.count)",
                rule: "the product of `cpu.topology` is `\(named)`, which is \(most.value)",
                remedy: "change the topology, or `\(named)`")
        ]
    }

    private var diskProblems: [SpecProblem] {
        let onSATA = disks.indices.filter { disks[$0]?.bus == .sata }
        var problems = tooMany("disks", disks.count, Instance.maximumDisks)
        if onSATA.count > Instance.maximumSATADisks {
            problems.append(
                problem(
                    "disks[\(onSATA[Instance.maximumSATADisks])].bus", value: "sata",
                    rule: "at most \(Instance.maximumSATADisks) disks are on SATA", remedy: "use scsi or virtio"))
        }
        for index in onSATA where disks[index]?.isReadOnly == true && disks[index]?.isCDROM == false {
            problems.append(
                problem(
                    "disks[\(index)].read_only", value: "true", rule: "a disk with `bus: sata` is not read-only",
                    remedy: "use scsi or virtio, or leave `read_only` out"))
        }
        return problems + diskPartProblems + serialProblems
    }

    private var serialProblems: [SpecProblem] {
        let unnamed = disks.indices.filter { index in disks[index].map { $0.serial == nil } ?? false }
        var serials = Set(unnamed.map(DiskSerial.ofDisk))
        if hasSeed { serials.insert(DiskSerial.ofSeed) }
        return disks.enumerated().compactMap { index, disk in
            guard let serial = disk?.serial, !serials.insert(serial.description).inserted else { return nil }
            return problem(
                "disks[\(index)].serial", value: serial.description, rule: "each disk has its own serial number",
                remedy: "give another; a disk without `serial` has disk- and its index, from 0, and the seed cidata")
        }
    }

    func tooMany(_ path: String, _ count: Int, _ limit: Int) -> [SpecProblem] {
        guard count > limit else { return [] }
        return [problem(path, value: "\(count)", rule: "at most \(limit) \(path)", remedy: "remove some")]
    }

    func problem(_ path: String, value: String, rule: String, remedy: String) -> SpecProblem {
        SpecProblem(path: path, violation: RuleViolation(value: value, rule: rule, remedy: remedy))
    }

    private var powerProblems: [SpecProblem] {
        guard platform.onPowerOff == .restart, platform.onReboot == .destroy else { return [] }
        return [
            problem(
                "on_poweroff", value: "restart",
                rule: "a guest that `on_reboot: destroy` turns off is not started again by `on_poweroff: restart`",
                remedy: "leave one of the two out")
        ]
    }

    /// The MAC addresses and published ports that are there twice, or ports of which there are too many.
    static func duplicates(in interfaces: [InterfaceClaims]) -> [SpecProblem] {
        var problems = interfaces.enumerated().compactMap { index, interface -> SpecProblem? in
            guard interface.ports.count > Instance.maximumPorts else { return nil }
            let violation = RuleViolation(
                value: "\(interface.ports.count)",
                rule: "an interface publishes at most \(Instance.maximumPorts) ports",
                remedy: "remove some, or use a bridge")
            return SpecProblem(path: "interfaces[\(index)].publish", violation: violation)
        }
        guard problems.isEmpty else { return problems }
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

extension InstanceRules.InterfaceClaims {
    /// What `interface` takes for itself.
    init(_ interface: Interface) {
        self.interface = interface
        mac = interface.mac
        if case .user(let publish) = interface.network { ports = publish }
    }
}
