// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainXML
public import Foundation
public import InstanceModel

/// Plans domains: a pure function of the instance, the host's facts and where its resources lie.
public struct DomainPlanner: Sendable {
    private let facts: HostFacts

    /// A planner for the host of these facts.
    public init(facts: HostFacts) {
        self.facts = facts
    }

    /// PCIe root ports beyond what the instance uses, for devices that are attached later.
    public static let sparePorts = 8

    /// The plan of an instance whose disk sizes and MAC addresses are resolved.
    ///
    /// - Throws: ``PlanError`` where the host cannot have such a guest.
    public func plan(
        _ instance: Instance, id: InstanceID, operationID: OperationID, createdAt: Date, resources: InstanceResources
    ) throws(PlanError) -> DomainPlan {
        guard let architecture = OperatingSystem.Architecture(rawValue: facts.architecture) else {
            throw .architecture(facts.architecture)
        }
        guard instance.vcpus.value <= facts.maximumVCPUs else {
            throw .tooManyVCPUs(asked: instance.vcpus.value, maximum: facts.maximumVCPUs)
        }
        var document = DomainDocument(
            hypervisor: facts.accelerator == .kvm ? .kvm : .qemu, name: instance.name.description, uuid: id.uuid)
        let metadata = InstanceMetadata(
            document: InstanceDocument.stored(instance), operationID: operationID.description, createdAt: createdAt)
        document[metadata: InstanceMetadata.elementName] = metadata.element
        setMachine(of: instance, architecture: architecture, resources: resources, in: &document)
        setDevices(of: instance, id: id, resources: resources, in: &document)
        return DomainPlan(document: document, claims: Self.claims(of: instance, id: id), createdAt: createdAt)
    }

    private func setMachine(
        of instance: Instance, architecture: OperatingSystem.Architecture, resources: InstanceResources,
        in document: inout DomainDocument
    ) {
        let kibibytes = Int(instance.memory.size.bytes >> 10)
        document.memoryKiB = kibibytes
        document.currentMemoryKiB = kibibytes
        document.processorCount = instance.vcpus.value
        var system = OperatingSystem(architecture: architecture, machine: facts.machine)
        if let kernel = resources.kernel {
            system.kernel = kernel
            system.initialRamdisk = resources.initrd
            if let line = instance.boot?.commandLine, !line.isEmpty { system.commandLine = line }
        }
        document.operatingSystem = system
        document.features = Features(acpi: true, apic: architecture == .x86)
        document.processor = Processor(
            mode: facts.accelerator == .kvm ? .hostModel : .maximum(isMigratable: nil))
        document.clock = Clock(offset: .utc, timers: architecture == .x86 ? Self.x86Timers : [])
        document.onPoweroff = .destroy
        document.onReboot = .restart
        document.onCrash = .destroy
        document.emulator = facts.emulator
    }

    /// Lost ticks are caught up by the RTC and delayed by the PIT, and no HPET: what virt-install and Nova give x86.
    private static let x86Timers = [
        Clock.Timer(.rtc, tickPolicy: .catchup), Clock.Timer(.pit, tickPolicy: .delay),
        Clock.Timer(.hpet, isPresent: false),
    ]

    private func setDevices(
        of instance: Instance, id: InstanceID, resources: InstanceResources, in document: inout DomainDocument
    ) {
        document.disks = disks(of: instance, resources: resources)
        document.interfaces = instance.interfaces.enumerated().map { index, interface in
            self.interface(interface, index: index, id: id, resources: resources)
        }
        let serialLog = CharacterLog(file: resources.consoleLog, opening: .appending)
        document.serials = [Serial(backend: .pty(), log: serialLog, port: 0)]
        if instance.agent {
            document.channels = [Channel(name: Channel.guestAgentName, backend: .unix(path: resources.agentSocket))]
        }
        document.memoryBalloon = MemoryBalloon(model: .virtio)
        document.randomSources = [.virtio]
        document.controllers = controllers(for: document)
    }

    private func disks(of instance: Instance, resources: InstanceResources) -> [DomainXML.Disk] {
        let cache: DomainXML.Disk.Cache = facts.hasDirectIO ? .bypassed : .writeback
        let io: DomainXML.Disk.InputOutput? = facts.hasDirectIO ? .native : nil
        var disks = resources.disks.enumerated().map { index, file in
            var disk = DomainXML.Disk(
                file: file.path,
                driver: DomainXML.Disk.Driver(format: .qcow2, cache: cache, io: io, discard: .unmap),
                backing: .layers(file.base.map { [$0] } ?? []),
                target: DomainXML.Disk.Target(device: DeviceNames.disk(index), bus: .virtio),
                serial: DeviceNames.diskSerial(index),
                bootOrder: index == 0 && resources.kernel == nil ? 1 : nil)
            disk.alias = DeviceNames.diskAlias(index)
            return disk
        }
        if let seed = resources.seed {
            var disk = DomainXML.Disk(
                file: seed, driver: DomainXML.Disk.Driver(format: .raw, cache: .writeback), backing: .layers([]),
                target: DomainXML.Disk.Target(device: DeviceNames.disk(disks.count), bus: .virtio), serial: "cidata")
            disk.isReadOnly = true
            disk.alias = "ua-seed"
            disks.append(disk)
        }
        return disks
    }

    private func interface(
        _ interface: InstanceModel.Interface, index: Int, id: InstanceID, resources: InstanceResources
    ) -> DomainXML.Interface {
        let connection: DomainXML.Interface.Connection =
            switch interface.network {
            case .user: .user
            case .bridge(let bridge):
                resources.taps[index].map { .ethernet(tap: $0, isManaged: false) } ?? .bridge(bridge.description)
            }
        let mac = interface.mac ?? .derived(for: id, index: index)
        var device = DomainXML.Interface(connection: connection, macAddress: mac.description)
        device.alias = DeviceNames.interfaceAlias(index)
        return device
    }

    /// No USB; one root port for each device that takes one, and spare ones: libvirt would leave a single free port.
    private func controllers(for document: DomainDocument) -> [Controller] {
        let channels = document.channels.isEmpty ? 0 : 1
        let fixed = 2  // balloon and entropy
        let ports = document.disks.count + document.interfaces.count + channels + fixed + Self.sparePorts
        return [.noUSB, .pcieRoot] + (1...ports).map { Controller.pcieRootPort(index: $0) }
    }

    /// What an instance takes that nobody else may have.
    public static func claims(of instance: Instance, id: InstanceID) -> [Claim] {
        var claims = [
            Claim(.name, instance.name.description), Claim(.uuid, id.description),
        ]
        for (index, interface) in instance.interfaces.enumerated() {
            let mac = interface.mac ?? .derived(for: id, index: index)
            claims.append(Claim(.mac, mac.description))
            guard case .user(let ports) = interface.network else { continue }
            claims += ports.map { port in
                let endpoint = port.endpoint
                return Claim(
                    .port, "\(endpoint.transport.rawValue):\(endpoint.address):\(endpoint.port)")
            }
        }
        return claims
    }
}
