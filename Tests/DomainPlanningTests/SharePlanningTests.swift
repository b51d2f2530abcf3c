// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("planning shares, channels and serial ports")
struct SharePlanningTests {
    private func elements(_ path: XMLName..., in plan: DomainPlan) -> [String] {
        path.reduce([plan.document.root]) { reached, name in reached.flatMap { $0.all(name) } }
            .compactMap { try? $0.serialized(indentation: .none) }
    }

    @Test("each has its element, and shares their place and memory that others map")
    func connections() throws {
        let plan = try Scene.plan(Scene.instance(peripherals: Scene.connections()))
        #expect(
            elements("devices", "filesystem", in: plan) == [
                #"<filesystem type="mount" accessmode="passthrough"><driver type="virtiofs"/>"#
                    + #"<source dir="/srv/data"/><target dir="data"/><alias name="ua-share-0"/></filesystem>"#,
                #"<filesystem type="mount" accessmode="passthrough"><driver type="virtiofs"/>"#
                    + #"<source dir="/srv/tools"/><target dir="tools"/><readonly/><alias name="ua-share-1"/>"#
                    + "</filesystem>",
            ])
        #expect(
            elements("memoryBacking", in: plan) == [
                #"<memoryBacking><source type="memfd"/><access mode="shared"/></memoryBacking>"#
            ])
        #expect(
            elements("devices", "serial", in: plan) == [
                #"<serial type="pty"><log file="/s/i/console.log" append="on"/><target port="0"/></serial>"#,
                #"<serial type="unix"><source mode="bind" path="/s/i/console/serial-1"/><target port="1"/></serial>"#,
                #"<serial type="unix"><source mode="bind" path="/s/i/console/serial-2"/><target port="2"/></serial>"#,
            ])
        #expect(
            elements("devices", "channel", in: plan).dropFirst() == [
                #"<channel type="unix"><source mode="bind" path="/s/i/console/channel-0"/>"#
                    + #"<target type="virtio" name="org.example.backup.0"/></channel>"#,
                #"<channel type="unix"><source mode="bind" path="/s/i/console/channel-1"/>"#
                    + #"<target type="virtio" name="b"/></channel>"#,
            ])
        let plain = try Scene.plan(Scene.instance())
        let ports = { (plan: DomainPlan) in plan.document.controllers.count { $0.model == .pcieRootPort } }
        #expect(ports(plan) - ports(plain) == 2)
        #expect(elements("devices", "filesystem", in: plain).isEmpty && elements("memoryBacking", in: plain).isEmpty)
        #expect(plain.document.serials.count == 1 && plain.document.channels.count == 1)
    }

    @Test("a guest without an agent has its own channels alone, and their controller's place")
    func withoutAgent() throws {
        let peripherals = Peripherals(channels: [try ChannelName("a")])
        let plan = try Scene.plan(Scene.instance(agent: false, peripherals: peripherals))
        #expect(plan.document.channels.map(\.name) == ["a"])
        let none = try Scene.plan(Scene.instance(agent: false))
        let ports = { (plan: DomainPlan) in plan.document.controllers.count { $0.model == .pcieRootPort } }
        #expect(ports(plan) - ports(none) == 1)
    }

    @Test("where libvirt chooses for itself, channels have its sockets and serial ports its terminals")
    func chosenByLibvirt() throws {
        let instance = try Scene.instance(peripherals: Scene.connections())
        let resources = InstanceResources(
            disks: [.init(path: "/d", base: nil)], seed: nil, kernel: nil, initrd: nil, consoleLog: "/l",
            firmwareVariables: "/v", agentSocket: nil, taps: [:])
        let document = try DomainPlanner(facts: Scene.facts()).plan(
            instance, id: Scene.id, operationID: Scene.operationID, createdAt: Scene.createdAt, resources: resources
        ).document
        #expect(document.serials.map(\.backend) == [.pty(), .pty(), .pty()])
        #expect(document.channels.map(\.backend) == [.unix(), .unix(), .unix()])
    }

    @Test(
        "memory of huge pages or of a file stays so, and is shared",
        arguments: [
            (#"<memoryBacking><hugepages/><access mode="shared"/></memoryBacking>"#, true, nil),
            (
                #"<memoryBacking><source type="file"/><access mode="shared"/></memoryBacking>"#, false,
                InstanceModel.MemoryBacking.Source.file
            ),
        ] as [(String, Bool, InstanceModel.MemoryBacking.Source?)])
    func backing(expected: String, hasHugePages: Bool, source: InstanceModel.MemoryBacking.Source?) throws {
        let instance = try Instance(
            name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(512)),
            memoryDetails: MemoryDetails(
                backing: InstanceModel.MemoryBacking(hugePages: hasHugePages ? .hostDefault : nil, source: source)),
            disks: [.blank(DiskSize(.gibibytes(1)))], peripherals: Scene.connections())
        #expect(elements("memoryBacking", in: try Scene.plan(instance)) == [expected])
    }

    /// A host, whether it has virtio-fs and privileges, and the place that is told; nil: it is planned.
    static let hosts: [(version: String?, hasVirtioFS: Bool?, isPrivileged: Bool, path: String?)] = [
        ("9.0.0", true, true, "shares[1].read_only"), ("10.10.0", true, true, "shares[1].read_only"),
        ("11.0.0", true, true, nil), ("11.0.0", nil, true, nil), (nil, true, true, nil), (nil, nil, false, nil),
        ("12.1.0", true, false, nil), ("11.0.0", false, true, "shares"), ("9.10.0", true, false, "shares"),
    ]

    @Test("what virtio-fs cannot do there is refused with its place", arguments: hosts)
    func refuses(version: String?, hasVirtioFS: Bool?, isPrivileged: Bool, path: String?) throws {
        let facts = HostFacts(
            architecture: "x86_64", emulator: "/q", machine: "pc-q35-7.2", accelerator: .kvm, maximumVCPUs: 8,
            processorModels: [], firmware: .init(hasUEFI: false, hasSecureBoot: false), emulatesTPM: false,
            hasDirectIO: true, libvirtVersion: version, isPrivileged: isPrivileged,
            devices: DeviceFacts(hasVirtioFS: hasVirtioFS))
        let instance = try Scene.instance(peripherals: Scene.connections())
        do {
            _ = try Scene.plan(instance, facts: facts)
            #expect(path == nil)
        } catch PlanError.lacks(let problem) {
            #expect(problem.path == path)
        }
    }

    @Test("a machine that is no PC has no more serial ports")
    func otherMachines() throws {
        let instance = try Scene.instance(peripherals: Peripherals(serialPorts: SerialPortCount(1)))
        let error = #expect(throws: PlanError.self) {
            try Scene.plan(instance, facts: Scene.facts(architecture: "aarch64"))
        }
        guard case .lacks(let problem)? = error else { return }
        #expect(problem.path == "serial_ports")
    }
}
