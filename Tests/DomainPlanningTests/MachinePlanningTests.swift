// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("planning a machine's parts")
struct MachinePlanningTests {
    /// The elements that a machine of many parts has and a plain one has not, as libvirt writes them.
    private func element(_ path: XMLName..., in plan: DomainPlan) -> [String] {
        path.reduce([plan.document.root]) { reached, name in reached.flatMap { $0.all(name) } }
            .compactMap { try? $0.serialized(indentation: .none) }
    }

    @Test("the processor has its model, arrangement, features, and room for more")
    func processor() throws {
        let plan = try Scene.plan(Scene.machine())
        #expect(element("vcpu", in: plan) == [#"<vcpu current="2">8</vcpu>"#])
        #expect(
            element("cpu", in: plan) == [
                #"<cpu mode="custom" match="exact"><model fallback="forbid">Skylake-Server</model>"#
                    + #"<topology sockets="1" dies="2" cores="2" threads="2"/>"#
                    + #"<feature policy="require" name="aes"/><feature policy="disable" name="svm"/></cpu>"#
            ])
        let forced = try InstanceModel.Processor(
            model: .maximum, required: [ProcessorFeature("aes")], forced: [ProcessorFeature("vmx")],
            disabled: [ProcessorFeature("svm")], isMigratable: false)
        let staying = try Scene.plan(
            Instance(
                name: InstanceName("a"), vcpus: VCPUCount(1), processor: forced, memory: MemorySize(.mebibytes(64)),
                disks: [.blank(DiskSize(.mebibytes(1)))]))
        #expect(
            element("cpu", in: staying) == [
                #"<cpu mode="maximum" migratable="off"><feature policy="require" name="aes"/>"#
                    + #"<feature policy="force" name="vmx"/><feature policy="disable" name="svm"/></cpu>"#
            ])
        let passed = try Scene.plan(Scene.machine(model: .hostPassthrough), facts: Scene.facts(accelerator: .kvm))
        #expect(passed.document.processor?.mode == .hostPassthrough(isMigratable: true))
        let most = try Scene.plan(Scene.machine(model: .maximum), facts: Scene.facts(accelerator: .kvm))
        #expect(most.document.processor?.mode == .maximum(isMigratable: nil))
        #expect(try Scene.plan(Scene.machine(model: .hostModel)).document.processor?.mode == .hostModel)
    }

    @Test("a UEFI is chosen by its features, and its variables lie with the instance")
    func firmware() throws {
        let secure = try Scene.plan(Scene.machine())
        #expect(
            element("os", in: secure) == [
                #"<os firmware="efi"><type arch="x86_64" machine="pc-q35-7.2">hvm</type><firmware>"#
                    + #"<feature enabled="yes" name="enrolled-keys"/><feature enabled="yes" name="secure-boot"/>"#
                    + "</firmware><nvram>/s/i/firmware/variables.fd</nvram></os>"
            ])
        let plain = try Instance(
            name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(64)),
            firmware: .uefi(secureBoot: false), disks: [.blank(DiskSize(.mebibytes(1)))])
        let system = try #require(Scene.plan(plain).document.operatingSystem)
        #expect(system.firmware == .efi)
        #expect(system[firmwareFeature: "secure-boot"] == false)
        #expect(system[firmwareFeature: "enrolled-keys"] == nil)
    }

    @Test("TPM, watchdog and panic device are there where they are asked for, and only there")
    func devices() throws {
        let plan = try Scene.plan(Scene.machine())
        #expect(
            element("devices", "tpm", in: plan) == [
                #"<tpm model="tpm-crb"><backend type="emulator" version="2.0"/></tpm>"#
            ])
        #expect(element("devices", "watchdog", in: plan) == [#"<watchdog model="i6300esb" action="pause"/>"#])
        #expect(element("devices", "panic", in: plan) == [#"<panic model="isa"/>"#])
        let plain = try Scene.plan(Scene.instance())
        for name in ["tpm", "watchdog", "panic"] {
            #expect(element("devices", XMLName(name), in: plain).isEmpty)
        }
    }

    @Test("disks have their buses, places, serial numbers and limits, in the order in which libvirt keeps them")
    func disks() throws {
        let disks = try Scene.plan(Scene.machine()).document.disks
        #expect(disks.map(\.target?.device) == ["vda", "vdd", "vdf", "sdb", "sde", "sdc"])
        #expect(disks.map(\.target?.bus) == [.virtio, .virtio, .virtio, .scsi, .scsi, .sata])
        #expect(disks.map(\.serial) == ["disk-0", "disk-3", "cidata", "data", "disk-4", "disk-2"])
        #expect(
            disks.map(\.address) == [
                nil, nil, nil, .drive(controller: 0, target: 0, unit: 0), .drive(controller: 0, target: 1, unit: 0),
                .drive(controller: 0, unit: 0),
            ])
        #expect(disks.map(\.bootOrder) == [1, nil, nil, nil, nil, nil])
        #expect(disks.map(\.isReadOnly) == [false, false, true, true, false, false])
        #expect(disks.map(\.driver.cache) == [.bypassed, .bypassed, .writeback, .bypassed, .bypassed, .writeback])
        #expect(disks.map(\.driver.io) == [.native, .native, nil, .native, .native, nil])
        let limited = disks[1].element.first("iotune")
        #expect(
            try limited?.serialized(indentation: .none)
                == "<iotune><read_bytes_sec>1048576</read_bytes_sec><total_iops_sec>100</total_iops_sec>"
                + "<total_iops_sec_max>1000</total_iops_sec_max>"
                + "<total_iops_sec_max_length>5</total_iops_sec_max_length></iotune>")
        #expect(disks.count { $0.element.first("iotune") != nil } == 1)
    }

    @Test("each rate is the limit of its own name")
    func rates() throws {
        let both = try DiskLimits(
            rates: .init(bytes: .mebibytes(1), operations: 2), burst: .init(.init(bytes: .mebibytes(3), operations: 4)))
        let each = try DiskLimits(
            rates: .init(
                readBytes: .mebibytes(1), writeBytes: .mebibytes(2), readOperations: 3, writeOperations: 4),
            burst: .init(
                .init(readBytes: .mebibytes(5), writeBytes: .mebibytes(6), readOperations: 7, writeOperations: 8),
                seconds: 9))
        let disks = try Scene.plan(
            Scene.instance(
                disks: [both, each].map { InstanceModel.Disk(.blank(try DiskSize(.mebibytes(1))), limits: $0) })
        ).document.disks
        let found = disks.map { disk in disk.element.first("iotune")?.elements.map { "\($0.name)=\($0.text)" } }
        #expect(
            found == [
                [
                    "total_bytes_sec=1048576", "total_iops_sec=2", "total_bytes_sec_max=3145728",
                    "total_iops_sec_max=4", "total_bytes_sec_max_length=1", "total_iops_sec_max_length=1",
                ],
                [
                    "read_bytes_sec=1048576", "write_bytes_sec=2097152", "read_iops_sec=3", "write_iops_sec=4",
                    "read_bytes_sec_max=5242880", "write_bytes_sec_max=6291456", "read_iops_sec_max=7",
                    "write_iops_sec_max=8", "read_bytes_sec_max_length=9", "write_bytes_sec_max_length=9",
                    "read_iops_sec_max_length=9", "write_iops_sec_max_length=9",
                ],
            ])
    }

    @Test("eight root ports are left beside what takes one")
    func ports() throws {
        let document = try Scene.plan(Scene.machine()).document
        let ports = document.controllers.count { $0.model == .pcieRootPort }
        // Three virtio disks, the SCSI controller, the watchdog's bridge, the agent's channel, balloon, entropy.
        #expect(ports == 8 + DomainPlanner.sparePorts)
        #expect(document.controllers.count { $0.model == .virtioSCSI } == 1)
    }

    @Test("what the host lacks is refused, and told with its place")
    func refusals() throws {
        let place = { (facts: HostFacts, instance: Instance) in
            do {
                _ = try Scene.plan(instance, facts: facts)
                return "planned"
            } catch PlanError.lacks(let problem) {
                return problem.path
            } catch {
                return "\(error)"
            }
        }
        let machine = try Scene.machine()
        #expect(place(Scene.facts(firmware: .init(hasUEFI: false, hasSecureBoot: false)), machine) == "firmware")
        let insecure = Scene.facts(firmware: .init(hasUEFI: true, hasSecureBoot: false))
        #expect(place(insecure, machine) == "firmware.secure_boot")
        #expect(place(Scene.facts(emulatesTPM: false), machine) == "tpm")
        #expect(place(Scene.facts(), try Scene.machine(model: .hostPassthrough)) == "cpu.model")
        let unknown = try Scene.machine(model: .named(ProcessorModelName("Vax")))
        #expect(place(Scene.facts(), unknown) == "cpu.model")
        let direct = InstanceModel.Disk(.blank(try DiskSize(.mebibytes(1))), cache: .directsync)
        let cached = InstanceModel.Disk(.blank(try DiskSize(.mebibytes(1))), cache: .writethrough)
        let buffered = Scene.facts(hasDirectIO: false)
        #expect(place(buffered, try Scene.instance(disks: [cached, direct])) == "disks[1].cache")
        #expect(place(buffered, try Scene.instance(disks: [cached])) == "planned")
        let many = try Instance(
            name: InstanceName("a"), vcpus: VCPUCount(1), maximumVCPUs: VCPUCount(256),
            memory: MemorySize(.mebibytes(64)), disks: [.blank(DiskSize(.mebibytes(1)))])
        #expect(place(Scene.facts(), many) == "maximum_vcpus")
        #expect(place(Scene.facts(), try Scene.instance(vcpus: 256)) == "vcpus")
        #expect(place(Scene.facts(architecture: "aarch64"), many) == "planned")
    }

    @Test("parts that only a PC has are refused on other machines")
    func otherArchitectures() throws {
        let instance = { (firmware: Firmware?, panic: Bool, dies: Int, bus: InstanceModel.Disk.Bus) in
            try Instance(
                name: InstanceName("a"), vcpus: VCPUCount(2),
                processor: InstanceModel.Processor(topology: dies == 2 ? .init(dies: 2) : .init(cores: 2)),
                memory: MemorySize(.mebibytes(64)), firmware: firmware, hasTPM: true,
                disks: [InstanceModel.Disk(.blank(DiskSize(.mebibytes(1))), bus: bus)], hasPanicDevice: panic)
        }
        let facts = Scene.facts(architecture: "aarch64")
        let refused: [(instance: Instance, path: String)] = [
            (try instance(.bios, false, 1, .virtio), "firmware"), (try instance(nil, true, 1, .virtio), "panic_device"),
            (try instance(nil, false, 2, .virtio), "cpu.topology.dies"),
            (try instance(nil, false, 1, .sata), "disks[0].bus"),
        ]
        for (instance, path) in refused {
            let error = #expect(throws: PlanError.self) { try Scene.plan(instance, facts: facts) }
            guard case .lacks(let problem) = error else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
            #expect(problem.path == path)
        }
        let plan = try Scene.plan(instance(.uefi(secureBoot: false), false, 1, .scsi), facts: facts)
        #expect(plan.document.trustedPlatformModule?.model == .tis)
    }
}
