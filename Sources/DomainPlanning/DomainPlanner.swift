// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainXML
public import Foundation
public import InstanceModel

/// Plans domains: a pure function of the instance, the host's facts and where its resources lie.
public struct DomainPlanner: Sendable {
    let facts: HostFacts

    /// A planner for the host of these facts.
    public init(facts: HostFacts) {
        self.facts = facts
    }

    /// PCIe root ports beyond what the instance uses, for devices that are attached later.
    public static let sparePorts = 8

    /// The plan of an instance whose disk sizes and MAC addresses are resolved, and whose dedicated processors are
    /// placed by ``place(_:among:)``; what the host is known to lack, ``refuseWhatIsLacking(_:)`` tells.
    ///
    /// - Throws: ``PlanError/architecture(_:)``, and ``PlanError/lacks(_:)`` for a device that was not looked up.
    public func plan(
        _ instance: Instance, id: InstanceID, operationID: OperationID, createdAt: Date, resources: InstanceResources
    ) throws(PlanError) -> DomainPlan {
        guard let architecture = OperatingSystem.Architecture(rawValue: facts.architecture) else {
            throw .architecture(facts.architecture)
        }
        try refuseUnlocated(instance)
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
        setMemory(of: instance, in: &document)
        setTuning(of: instance, in: &document)
        document.processorCount = instance.mostVCPUs
        if instance.mostVCPUs > instance.vcpus.value { document.currentProcessorCount = instance.vcpus.value }
        let isFast = instance.platform.isFast
        var system = OperatingSystem(architecture: architecture, machine: machine(of: instance))
        if case .uefi(let secureBoot) = instance.firmware {
            system.firmware = .efi
            if secureBoot { system[firmwareFeature: "enrolled-keys"] = true }
            system[firmwareFeature: "secure-boot"] = secureBoot
            system.variablesFile = resources.firmwareVariables
        }
        if let kernel = resources.kernel {
            system.kernel = kernel
            system.initialRamdisk = resources.initrd
            let line = (instance.platform.profile ?? .standard).commandLine(instance.boot?.commandLine ?? "")
            if !line.isEmpty { system.commandLine = line }
        }
        document.operatingSystem = system
        // Without a UEFI nothing gives the tables of ACPI to a machine that is no PC: libvirt refuses it.
        document.features = Features(acpi: (isPC || system.firmware == .efi) && !isFast, apic: isPC)
        document.processor = processor(of: instance)
        setPlatform(of: instance, in: &document)
        document.emulator = facts.emulator
    }

    /// Lost ticks are caught up by the RTC and delayed by the PIT, and no HPET: what virt-install and Nova give x86.
    static let x86Timers = [
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
        document.serials = serials(of: instance, resources: resources)
        document.channels = channels(of: instance, resources: resources)
        if instance.hasTPM {
            document.trustedPlatformModule = TrustedPlatformModule(model: isPC ? .crb : .tis)
        }
        if let action = instance.watchdog {
            document.watchdogs = [DomainXML.Watchdog(model: .i6300esb, action: action.domainAction)]
        }
        if instance.hasPanicDevice { document.panicDevices = [PanicDevice(model: .isa)] }
        document.memoryBalloon = balloon(of: instance)
        document.memoryDevices = memoryDevices(of: instance)
        document.randomSources = [randomSource(of: instance)]
        setPeripherals(of: instance, resources: resources, in: &document)
        document.controllers = controllers(for: document, of: instance)
    }

    /// No USB where nothing needs it; one root port for each device that takes one, and spare ones: libvirt would leave
    /// a single free port.
    private func controllers(for document: DomainDocument, of instance: Instance) -> [Controller] {
        let hasSCSI = document.disks.contains { $0.target?.bus == .scsi }
        let usb: Controller = Self.needsUSB(document) ? .qemuXHCI : .noUSB
        let scsi: [Controller] = hasSCSI ? [.virtioSCSI()] : []
        // Nothing is plugged into such a machine while it runs.
        if instance.platform.isFast { return [usb, .pciRoot] + scsi }
        let fixed = document.memoryBalloon?.model == .absent ? 1 : 2  // balloon and entropy
        let devices = [
            document.disks.count { $0.target?.bus == .virtio }, document.interfaces.count,
            document.channels.isEmpty ? 0 : 1, hasSCSI ? 1 : 0,
            // The bridge to the slots of a PC that the watchdog needs.
            document.watchdogs.isEmpty ? 0 : 1, fixed, peripheralPorts(of: document), Self.sparePorts,
        ]
        let ports = (1...devices.reduce(0, +)).map { Controller.pcieRootPort(index: $0) }
        return [usb, .pcieRoot] + ports + scsi
    }

    /// What an instance takes that nobody else may have.
    public static func claims(of instance: Instance, id: InstanceID) -> [Claim] {
        var claims = [
            Claim(.name, instance.name.description), Claim(.uuid, id.description),
        ]
        claims += (instance.processor?.tuning.hostCPUs ?? []).map { Claim(.cpu, "\($0)") }
        claims += instance.hugePages.map { $0.claim(of: id) }
        for (index, interface) in instance.interfaces.enumerated() {
            let mac = interface.mac ?? .derived(for: id, index: index)
            claims.append(Claim(.mac, mac.description))
            if case .hostDevice(let address, _) = interface.network { claims.append(Claim(.pci, address.description)) }
            claims += interface.network.publishedPorts.map { port in
                let endpoint = port.endpoint
                return Claim(
                    .port, "\(endpoint.transport.rawValue):\(endpoint.address):\(endpoint.port)")
            }
        }
        if case .number(let id) = instance.peripherals.vsock { claims.append(Claim(.vsock, "\(id.value)")) }
        return claims + instance.peripherals.hostDevices.map { Claim($0.claimKind, $0.identity) }
    }
}
