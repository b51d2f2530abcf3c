// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import InstanceModel
import Testing

@testable import DomainPlanning

/// Instances and a host to plan for.
enum Scene {
    static let id = InstanceID("00000000-0000-4000-8000-000000000001") ?? InstanceID()
    static let operationID = OperationID("00000000-0000-4000-8000-000000000002") ?? OperationID()
    static let createdAt = Date(timeIntervalSince1970: 1_700_000_000)

    static func facts(
        architecture: String = "x86_64", accelerator: HostFacts.Accelerator = .emulation,
        firmware: HostFacts.FirmwareFacts = .init(hasUEFI: true, hasSecureBoot: true), emulatesTPM: Bool = true,
        hasDirectIO: Bool = true, isPrivileged: Bool = true, topology: HostTopology? = nil,
        devices: DeviceFacts? = nil, fastMachine: String? = "pc-i440fx-7.2"
    ) -> HostFacts {
        HostFacts(
            architecture: architecture, emulator: "/usr/bin/qemu-system-x86_64", machine: "pc-q35-7.2",
            accelerator: accelerator, maximumVCPUs: 288, processorModels: ["qemu64", "Skylake-Server"],
            firmware: firmware, emulatesTPM: emulatesTPM, hasDirectIO: hasDirectIO, isPrivileged: isPrivileged,
            topology: topology, devices: devices, fastMachine: fastMachine)
    }

    static func instance(
        vcpus: Int = 2, boot: DirectBoot? = nil, disks: [InstanceModel.Disk]? = nil,
        interfaces: [InstanceModel.Interface] = [], cloudInit: CloudInit? = nil, agent: Bool = true,
        labels: [String: String] = [:], peripherals: Peripherals = Peripherals(), platform: Platform = Platform()
    ) throws -> Instance {
        let overlay = InstanceModel.Disk.image(try ImageName("base"), size: try DiskSize(.gibibytes(4)))
        return try Instance(
            name: InstanceName("web-1"), vcpus: VCPUCount(vcpus), memory: MemorySize(.mebibytes(512)), boot: boot,
            disks: disks ?? [overlay], interfaces: interfaces, cloudInit: cloudInit, agent: agent,
            labels: Labels(labels), peripherals: peripherals, platform: platform)
    }

    /// An instance with each part that most have not.
    static func machine(model: InstanceModel.Processor.Model? = nil) throws -> Instance {
        try Instance(
            name: InstanceName("web-1"), vcpus: VCPUCount(2), maximumVCPUs: VCPUCount(8),
            processor: InstanceModel.Processor(
                model: model ?? .named(ProcessorModelName("Skylake-Server")), required: [ProcessorFeature("aes")],
                disabled: [ProcessorFeature("svm")], topology: .init(sockets: 1, dies: 2, cores: 2, threads: 2)),
            memory: MemorySize(.mebibytes(512)), firmware: .uefi(secureBoot: true), hasTPM: true,
            disks: [
                .image(ImageName("base"), size: DiskSize(.gibibytes(4))),
                InstanceModel.Disk(
                    .blank(DiskSize(.gibibytes(1))), bus: .scsi, serial: DiskSerial("data"), isReadOnly: true),
                InstanceModel.Disk(.blank(DiskSize(.gibibytes(1))), bus: .sata, cache: .writeback),
                InstanceModel.Disk(
                    .blank(DiskSize(.gibibytes(1))),
                    limits: DiskLimits(
                        rates: .init(readBytes: .mebibytes(1), operations: 100),
                        burst: .init(.init(operations: 1_000), seconds: 5))),
                InstanceModel.Disk(.blank(DiskSize(.gibibytes(1))), bus: .scsi),
            ],
            watchdog: .pause, hasPanicDevice: true, cloudInit: CloudInit())
    }

    /// The plan of an instance that the host does not refuse.
    static func plan(_ instance: Instance, facts: HostFacts = facts()) throws -> DomainPlan {
        try DomainPlanner(facts: facts).refuseWhatIsLacking(instance)
        return try replan(instance, facts: facts)
    }

    /// The plan of an instance that was made once.
    static func replan(_ instance: Instance, facts: HostFacts) throws -> DomainPlan {
        try DomainPlanner(facts: facts).plan(
            instance, id: id, operationID: operationID, createdAt: createdAt, resources: resources(of: instance))
    }

    /// Where an instance's resources lie.
    static func resources(of instance: Instance) -> InstanceResources {
        let disks = instance.disks.enumerated().map { index, disk in
            var base: BackingChain.Layer?
            if let name = disk.image {
                base = BackingChain.Layer(file: "/s/images/\(name).qcow2", format: .qcow2)
            }
            let path = disk.isCDROM ? base?.file : nil
            return InstanceResources.DiskFile(path: path ?? "/s/i/disk-\(index).qcow2", base: base)
        }
        let bridged = instance.interfaces.indices.filter { index in
            if case .bridge = instance.interfaces[index].network { true } else { false }
        }
        return InstanceResources(
            disks: disks, seed: instance.cloudInit == nil ? nil : "/s/i/seed.iso",
            kernel: instance.boot.map { "/s/images/\($0.kernel).raw" },
            initrd: instance.boot?.initrd.map { "/s/images/\($0).raw" }, consoleLog: "/s/i/console.log",
            firmwareVariables: "/s/i/firmware/variables.fd", agentSocket: "/s/agent",
            socketDirectory: "/s/i/console",
            taps: Dictionary(uniqueKeysWithValues: bridged.map { ($0, "rst\($0)") }))
    }

    /// An instance and a host, named for the test's output.
    struct Variant: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var facts = Scene.facts()
        let make: @Sendable () throws -> Instance
    }

    static let variants = [
        Variant(testDescription: "plain") { try instance() },
        Variant(testDescription: "under KVM", facts: facts(accelerator: .kvm)) { try instance() },
        Variant(testDescription: "without O_DIRECT", facts: facts(hasDirectIO: false)) { try instance() },
        Variant(testDescription: "without an agent") { try instance(agent: false) },
        Variant(testDescription: "direct boot without disks") {
            try instance(
                boot: DirectBoot(kernel: ImageName("k"), initrd: ImageName("i"), commandLine: "quiet"), disks: [])
        },
        Variant(testDescription: "seed") { try instance(cloudInit: CloudInit()) },
        Variant(testDescription: "a machine of many parts") { try machine() },
        Variant(testDescription: "a machine of many parts under KVM", facts: facts(accelerator: .kvm)) {
            try machine(model: .hostPassthrough)
        },
        Variant(testDescription: "a database") { try database() },
        Variant(testDescription: "every kind of network") { try instance(interfaces: networks()) },
        Variant(testDescription: "every kind of drive") { try instance(disks: drives()) },
        Variant(testDescription: "every peripheral") {
            try instance(peripherals: peripherals(), platform: platform())
        },
        Variant(testDescription: "shares, channels and serial ports") { try instance(peripherals: connections()) },
        Variant(testDescription: "Windows under KVM", facts: facts(accelerator: .kvm)) {
            try instance(
                peripherals: Peripherals(graphics: Graphics(kind: .spice)),
                platform: Platform(guestOS: GuestOS(parsing: "windows")))
        },
        Variant(testDescription: "thrown away") { try throwaway() },
        Variant(testDescription: "all at their most") {
            try instance(
                vcpus: 255,
                disks: (0..<Instance.maximumDisks).map { _ in .blank(try DiskSize(.mebibytes(1))) },
                interfaces: (0..<Instance.maximumInterfaces).map { index in
                    index.isMultiple(of: 2)
                        ? Interface(network: .user(publish: [try PublishedPort(parsing: "\(index + 1):1")]))
                        : Interface(network: .bridge(try BridgeName("br\(index)")))
                }, cloudInit: CloudInit(), labels: ["a": "<&]]>"])
        },
    ]
}
