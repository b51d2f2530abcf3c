// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("planning what a guest takes of the host")
struct ResourcePlanningTests {
    private func element(_ path: XMLName..., in plan: DomainPlan) -> [String] {
        path.reduce([plan.document.root]) { reached, name in reached.flatMap { $0.all(name) } }
            .compactMap { try? $0.serialized(indentation: .none) }
    }

    @Test("memory has its size, its most, its limit, what it is made of and where it comes from")
    func memory() throws {
        let plan = try Scene.plan(Scene.database())
        #expect(element("memory", in: plan) == [#"<memory unit="KiB">4194304</memory>"#])
        #expect(element("currentMemory", in: plan) == [#"<currentMemory unit="KiB">4194304</currentMemory>"#])
        #expect(element("maxMemory", in: plan) == [#"<maxMemory unit="KiB" slots="4">16777216</maxMemory>"#])
        #expect(element("memtune", in: plan) == [#"<memtune><hard_limit unit="KiB">17825792</hard_limit></memtune>"#])
        #expect(
            element("memoryBacking", in: plan) == [
                #"<memoryBacking><hugepages><page size="2048" unit="KiB"/></hugepages><nosharepages/><locked/>"#
                    + #"<source type="memfd"/><access mode="shared"/></memoryBacking>"#
            ])
        #expect(
            element("numatune", in: plan) == [
                #"<numatune><memory mode="interleave" nodeset="0-1"/>"#
                    + #"<memnode cellid="1" mode="interleave" nodeset="1"/></numatune>"#
            ])
        #expect(
            element("cpu", "numa", in: plan) == [
                #"<numa><cell id="0" cpus="0-1" memory="1048576" unit="KiB" memAccess="shared"><distances>"#
                    + #"<sibling id="0" value="10"/><sibling id="1" value="21"/></distances></cell>"#
                    + #"<cell id="1" cpus="2-3" memory="3145728" unit="KiB"><distances>"#
                    + #"<sibling id="0" value="31"/><sibling id="1" value="10"/></distances></cell></numa>"#
            ])
        #expect(
            element("devices", "memballoon", in: plan) == [
                #"<memballoon model="virtio" autodeflate="on"><stats period="10"/></memballoon>"#
            ])
    }

    @Test("memory devices have their size, blocks, cell and place, and libvirt counts them as memory")
    func memoryDevices() throws {
        let instance = try Scene.taking(
            MemoryDetails(
                maximum: MaximumMemory(MemorySize(.gibibytes(4)), slots: 2),
                devices: [
                    InstanceModel.MemoryDevice(size: .gibibytes(1), requested: .mebibytes(256)),
                    InstanceModel.MemoryDevice(size: .mebibytes(128), block: .mebibytes(4)),
                ]))
        let plan = try Scene.plan(instance)
        #expect(
            element("devices", "memory", in: plan) == [
                #"<memory model="virtio-mem"><target><size unit="KiB">1048576</size><node>0</node>"#
                    + #"<block unit="KiB">2048</block><requested unit="KiB">262144</requested></target>"#
                    + #"<alias name="ua-memory-0"/></memory>"#,
                #"<memory model="virtio-mem"><target><size unit="KiB">131072</size><node>0</node>"#
                    + #"<block unit="KiB">4096</block><requested unit="KiB">0</requested></target>"#
                    + #"<alias name="ua-memory-1"/></memory>"#,
            ])
        #expect(element("memory", in: plan) == [#"<memory unit="KiB">1703936</memory>"#])
        #expect(element("currentMemory", in: plan) == [#"<currentMemory unit="KiB">524288</currentMemory>"#])
        #expect(
            element("cpu", "numa", in: plan) == [#"<numa><cell id="0" cpus="0-1" memory="524288" unit="KiB"/></numa>"#])
        let plain = try Scene.plan(Scene.taking())
        let ports = { (plan: DomainPlan) in plan.document.controllers.count { $0.model == .pcieRootPort } }
        #expect(ports(plan) - ports(plain) == 2 && element("devices", "memory", in: plain).isEmpty)
        #expect(throws: Never.self) { try XMLSchema(path: DomainDocument.schemaPath).validate(plan.document.root) }
    }

    @Test("huge pages are counted with what is requested of devices")
    func hugePagesOfDevices() throws {
        let instance = try Scene.taking(
            MemoryDetails(
                maximum: MaximumMemory(MemorySize(.gibibytes(4))),
                devices: [InstanceModel.MemoryDevice(size: .gibibytes(1), requested: .mebibytes(256))],
                backing: InstanceModel.MemoryBacking(hugePages: .size(HugePageSize(.mebibytes(2))))))
        #expect(instance.hugePages.map(\.count) == [(512 + 256) / 2])
    }

    @Test("a plain guest has none of it, and the balloon that libvirt would add")
    func plain() throws {
        let plan = try Scene.plan(Scene.instance())
        for name in ["maxMemory", "memtune", "memoryBacking", "numatune", "cputune", "iothreads"] {
            #expect(element(XMLName(name), in: plan).isEmpty, "\(name)")
        }
        #expect(element("cpu", "numa", in: plan).isEmpty)
        #expect(element("devices", "memballoon", in: plan) == [#"<memballoon model="virtio"/>"#])
    }

    @Test(
        "each kind of backing is what libvirt calls it",
        arguments: [
            (try MemoryBacking(hugePages: .hostDefault), "<hugepages/>"),
            (try MemoryBacking(isShared: true), #"<source type="memfd"/><access mode="shared"/>"#),
            (try MemoryBacking(source: .anonymous), #"<source type="anonymous"/>"#),
            (try MemoryBacking(source: .file, isDiscarded: true), #"<source type="file"/><discard/>"#),
            (try MemoryBacking(hugePages: .hostDefault, isShared: true), #"<hugepages/><access mode="shared"/>"#),
            (try MemoryBacking(merging: false), "<nosharepages/>"),
        ])
    func backing(backing: InstanceModel.MemoryBacking, expected: String) throws {
        let plan = try Scene.plan(Scene.taking(MemoryDetails(backing: backing)))
        #expect(element("memoryBacking", in: plan) == ["<memoryBacking>\(expected)</memoryBacking>"])
    }

    @Test("one shared cell makes all memory a memfd, unless it is made of something else")
    func sharedCell() throws {
        let numa = try NUMA(cells: [.init(vcpus: [0, 1], memory: MemorySize(.mebibytes(512)), isShared: true)])
        let plan = { (backing: InstanceModel.MemoryBacking) in
            try Scene.plan(Scene.taking(MemoryDetails(backing: backing, numa: numa)))
        }
        #expect(
            try element("memoryBacking", in: plan(.usual)) == [
                #"<memoryBacking><source type="memfd"/></memoryBacking>"#
            ])
        #expect(
            try element("memoryBacking", in: plan(MemoryBacking(source: .file))) == [
                #"<memoryBacking><source type="file"/></memoryBacking>"#
            ])
    }

    @Test("merging that is allowed, and a limit, need no backing")
    func noBacking() throws {
        let backing = try MemoryBacking(limit: .gibibytes(2), merging: true)
        #expect(try element("memoryBacking", in: Scene.plan(Scene.taking(MemoryDetails(backing: backing)))).isEmpty)
    }

    @Test("memory that can be plugged in has a cell to go to")
    func plugging() throws {
        let details = MemoryDetails(maximum: try MaximumMemory(MemorySize(.gibibytes(2))))
        let plan = try Scene.plan(Scene.taking(details))
        #expect(
            element("cpu", "numa", in: plan) == [
                #"<numa><cell id="0" cpus="0-1" memory="524288" unit="KiB"/></numa>"#
            ])
        #expect(element("maxMemory", in: plan) == [#"<maxMemory unit="KiB" slots="16">2097152</maxMemory>"#])
    }

    @Test("a balloon that is absent is said, and leaves its port to others")
    func noBalloon() throws {
        let plan = try Scene.plan(Scene.taking(MemoryDetails(balloon: Balloon(model: .absent))))
        #expect(element("devices", "memballoon", in: plan) == [#"<memballoon model="none"/>"#])
        let ports = { (plan: DomainPlan) in plan.document.controllers.count { $0.model == .pcieRootPort } }
        #expect(try ports(plan) == ports(Scene.plan(Scene.instance())) - 1)
        let reporting = MemoryDetails(balloon: try Balloon(reportsFreePages: true))
        #expect(
            try element("devices", "memballoon", in: Scene.plan(Scene.taking(reporting))) == [
                #"<memballoon model="virtio" freePageReporting="on"/>"#
            ])
    }

    @Test("processors have their shares and quota, and disks on virtio their threads by turns")
    func processors() throws {
        let plan = try Scene.plan(Scene.database())
        #expect(
            element("cputune", in: plan) == [
                "<cputune><shares>512</shares><period>100000</period><quota>50000</quota></cputune>"
            ])
        #expect(element("iothreads", in: plan) == ["<iothreads>2</iothreads>"])
        let disks = plan.document.disks
        #expect(disks.map(\.target?.device) == ["vda", "vdc", "vdd", "vde", "sdb"])
        #expect(disks.map(\.ioThread) == [1, 2, 1, nil, nil], "a seed and a disk on SCSI have none")
    }

    @Test("a libvirt without privileges is asked for nothing that needs them")
    func privileges() throws {
        let needs: [(instance: Instance, path: String)] = [
            (try Scene.taking(tuning: ProcessorTuning(shares: 5)), "cpu.shares"),
            (try Scene.taking(tuning: ProcessorTuning(quota: .init(quotaMicroseconds: 5_000))), "cpu.quota"),
            (try Scene.taking(.init(backing: MemoryBacking(hugePages: .hostDefault))), "memory_backing.huge_pages"),
            (
                try Scene.taking(.init(backing: MemoryBacking(isLocked: true, limit: .gibibytes(1)))),
                "memory_backing.locked"
            ),
            (try Scene.taking(.init(backing: MemoryBacking(limit: .gibibytes(1)))), "memory_backing.limit"),
            (
                try Scene.taking(
                    .init(
                        numa: NUMA(
                            cells: [.init(vcpus: [0, 1], memory: MemorySize(.mebibytes(512)))], mode: .restrictive,
                            nodes: [0]))), "numa.mode"
            ),
        ]
        for (instance, path) in needs {
            let error = #expect(throws: PlanError.self) {
                try Scene.plan(instance, facts: Scene.facts(isPrivileged: false))
            }
            guard case .lacks(let problem) = error else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
            #expect(problem.path == path)
            #expect(throws: Never.self) { try Scene.plan(instance) }
        }
        let details = MemoryDetails(
            maximum: try MaximumMemory(MemorySize(.gibibytes(2))), backing: try MemoryBacking(isShared: true))
        #expect(throws: Never.self) {
            try Scene.plan(Scene.taking(details), facts: Scene.facts(isPrivileged: false))
        }
    }

    @Test("facts that were recorded before a fact was known are read, and refuse nothing for want of it")
    func recordedFacts() throws {
        let facts = Scene.facts()
        var tree = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(facts)) as? [String: Any])
        #expect(tree.removeValue(forKey: "is_privileged") as? Bool == true)
        let old = try JSONSerialization.data(withJSONObject: tree)
        #expect(try JSONDecoder().decode(HostFacts.self, from: old) == facts)
        let cell = HostTopology.Cell(
            id: 0, memoryKiB: 1, hugePages: [.init(kibibytes: 2048, count: 3)], cores: [[0, 1]])
        let unprivileged = Scene.facts(isPrivileged: false, topology: HostTopology(cells: [cell]))
        #expect(try JSONDecoder().decode(HostFacts.self, from: JSONEncoder().encode(unprivileged)) == unprivileged)
    }
}
