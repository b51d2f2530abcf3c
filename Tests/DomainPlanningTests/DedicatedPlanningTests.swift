// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("planning a guest with processors of its own")
struct DedicatedPlanningTests {
    private static let topology = HostTopology(
        cells: (0..<2).map { cell in
            HostTopology.Cell(
                id: cell, memoryKiB: 8 << 20,
                hugePages: [.init(kibibytes: 2048, count: 256), .init(kibibytes: 1 << 20, count: 0)],
                cores: (0..<4).map { [cell * 4 + $0, cell * 4 + $0 + 8] })
        })

    private func instance(
        _ vcpus: Int = 2, dedicated: ProcessorTuning.HostCPUs = .chosen,
        emulatorThreads: ProcessorTuning.EmulatorThreads = .shared, realTime: ProcessorTuning.RealTime? = nil,
        numa: NUMA? = nil
    ) throws -> Instance {
        try Instance(
            name: InstanceName("web-1"), vcpus: VCPUCount(vcpus),
            processor: Processor(
                tuning: ProcessorTuning(
                    dedicated: dedicated, emulatorThreads: emulatorThreads, realTime: realTime)),
            memory: MemorySize(.mebibytes(512)), memoryDetails: MemoryDetails(numa: numa), ioThreads: IOThreadCount(2),
            disks: [.blank(DiskSize(.gibibytes(1)))])
    }

    private func placed(_ instance: Instance, held: [Int] = []) throws -> Instance {
        let planner = DomainPlanner(facts: Scene.facts(topology: Self.topology))
        return try planner.place(instance, among: HostClaims(held.map { Claim(.cpu, "\($0)") }))
    }

    private func tuning(of instance: Instance) throws -> String? {
        try Scene.plan(instance).document.root.first("cputune")?.serialized(indentation: .none)
    }

    private func refusal(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch PlanError.exhausted(let problem) {
            return "exhausted: \(problem.path): \(problem.violation.rule)"
        } catch PlanError.lacks(let problem) {
            return "\(problem.path): \(problem.violation.rule)"
        } catch {
            return "\(error)"
        }
    }

    @Test("each virtual processor runs on one of the host, and QEMU's own threads on the same ones")
    func pins() throws {
        let placed = try placed(instance())
        #expect(placed.processor?.tuning.dedicated == .fixed([0, 8]))
        #expect(
            try tuning(of: placed)
                == #"<cputune><vcpupin vcpu="0" cpuset="0"/><vcpupin vcpu="1" cpuset="8"/><emulatorpin cpuset="0,8"/>"#
                + #"<iothreadpin iothread="1" cpuset="0,8"/><iothreadpin iothread="2" cpuset="0,8"/></cputune>"#)
    }

    @Test("isolated threads have a core of their own, and a real-time scheduler is for the others")
    func isolated() throws {
        let realTime = try ProcessorTuning.RealTime(scheduler: .roundRobin, priority: 5, vcpus: [1])
        let placed = try placed(
            instance(emulatorThreads: .isolated(.chosen), realTime: realTime), held: [0])
        #expect(
            try tuning(of: placed)
                == #"<cputune><vcpupin vcpu="0" cpuset="2"/><vcpupin vcpu="1" cpuset="10"/>"#
                + #"<emulatorpin cpuset="1,9"/><iothreadpin iothread="1" cpuset="1,9"/>"#
                + #"<iothreadpin iothread="2" cpuset="1,9"/>"#
                + #"<vcpusched vcpus="1" scheduler="rr" priority="5"/></cputune>"#
        )
        let all = try instance(emulatorThreads: .isolated(.chosen), realTime: ProcessorTuning.RealTime())
        // libvirt would write one for several back as one for each.
        #expect(
            try tuning(of: self.placed(all))?.hasSuffix(
                #"<vcpusched vcpus="0" scheduler="fifo" priority="1"/>"#
                    + #"<vcpusched vcpus="1" scheduler="fifo" priority="1"/></cputune>"#) == true)
        let facts = Scene.facts(isPrivileged: false, topology: Self.topology)
        #expect(
            refusal { try DomainPlanner(facts: facts).refuseWhatIsLacking(all) }?.hasPrefix("cpu.real_time: ") == true)
    }

    @Test("QEMU's own threads do not run where a real-time processor would keep them waiting")
    func shared() throws {
        let placed = try placed(instance(realTime: ProcessorTuning.RealTime(vcpus: [0])))
        let pins = #"<emulatorpin cpuset="8"/><iothreadpin iothread="1" cpuset="8"/>"#
        #expect(try tuning(of: placed)?.contains(pins) == true)
    }

    @Test("what is claimed are the processors, and a placed instance is placed as it was")
    func claims() throws {
        let placed = try placed(instance(3, emulatorThreads: .isolated(.chosen)))
        let claims = DomainPlanner.claims(of: placed, id: Scene.id).filter { $0.kind == .cpu }
        #expect(claims.map(\.description) == ["cpu 1", "cpu 9", "cpu 2", "cpu 0", "cpu 8"])
        #expect(try self.placed(placed) == placed)
        #expect(DomainPlanner.looksAtClaims(for: placed))
        #expect(try !DomainPlanner.looksAtClaims(for: Scene.instance()))
        #expect(try self.placed(placed, held: [0, 1, 2, 8, 9]) == placed, "the conflict is told with its holder")
        let stored = try InstanceDocument.parseStored(InstanceDocument.stored(placed))
        #expect(stored == placed)
        #expect(DomainPlanner.claims(of: try instance(), id: Scene.id).allSatisfy { $0.kind != .cpu })
    }

    @Test("virtual processors of one cell of the guest run beside one another, in the nodes that were asked for")
    func cells() throws {
        let memory = try MemorySize(.mebibytes(256))
        let numa = try NUMA(
            cells: [.init(vcpus: [0, 3], memory: memory), .init(vcpus: [1, 2], memory: memory)], nodes: [1])
        let placed = try placed(instance(4, numa: numa))
        #expect(placed.processor?.tuning.dedicated == .fixed([4, 5, 13, 12]))
    }

    @Test("a refusal tells the arithmetic, and what is wrong with processors that were named")
    func refusals() throws {
        let many = try instance(16)
        #expect(
            refusal { _ = try placed(many, held: [4, 13]) }
                == "exhausted: cpu.dedicated: needs 8 whole cores, 6 are free: cell 0 has 4, cell 1 has 2")
        let named = try instance(dedicated: .fixed([0, 99]))
        #expect(refusal { _ = try placed(named) } == "cpu.dedicated: this host has no processor of this number")
        let isolated = try instance(dedicated: .fixed([0, 8]), emulatorThreads: .isolated(.fixed([1])))
        #expect(
            refusal { _ = try placed(isolated, held: [9]) }
                == "cpu.emulator_threads: this processor shares its core with one that another instance holds")
        #expect(try placed(isolated, held: [2, 10]) == isolated)
        let one = try instance()
        #expect(
            refusal { _ = try DomainPlanner(facts: Scene.facts()).place(one, among: HostClaims()) }
                == "cpu.dedicated: libvirt does not tell this host's processors")
        #expect(
            try DomainPlanner(facts: Scene.facts()).place(Scene.database(), among: HostClaims()) == Scene.database())
    }

    @Test("nodes and huge pages that the host lacks are refused")
    func lacking() throws {
        let planner = DomainPlanner(facts: Scene.facts(topology: Self.topology))
        let memory = try MemorySize(.mebibytes(512))
        let details = { (nodes: [Int], own: [Int], page: ByteCount?) in
            let cell = try NUMA.Cell(vcpus: [0, 1], memory: memory, nodes: own)
            return try Scene.taking(
                MemoryDetails(
                    backing: MemoryBacking(
                        hugePages: page.map { page throws(RuleViolation) in .size(try HugePageSize(page)) }),
                    numa: NUMA(cells: [cell], nodes: nodes)))
        }
        let refused = { (instance: Instance) in
            refusal {
                try planner.refuseWhatIsLacking(instance)
                _ = try planner.place(instance, among: HostClaims())
            }
        }
        #expect(try refused(details([0, 1], [1], .mebibytes(2))) == nil)
        #expect(try refused(details([0, 2], [], nil)) == "numa.nodes: the NUMA nodes of this host are 0, 1")
        #expect(try refused(details([], [3], nil)) == "numa.cells[0].nodes: the NUMA nodes of this host are 0, 1")
        let path = "memory_backing.huge_pages: "
        #expect(try refused(details([], [], .mebibytes(16))) == path + "this host has no huge pages of this size")
        #expect(try refused(details([], [], .mebibytes(2))) == nil)
        #expect(try refused(details([0], [], .mebibytes(2))) == nil)
        let large = try Instance(
            name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.gibibytes(2)),
            memoryDetails: MemoryDetails(backing: MemoryBacking(hugePages: .size(HugePageSize(.mebibytes(2))))),
            disks: [.blank(DiskSize(.mebibytes(1)))])
        let few = path + "needs 1024 huge pages, and 512 are set aside"
        #expect(refused(large) == "exhausted: " + few)
    }

    @Test("huge pages are claimed by the host's nodes that they come from")
    func hugePages() throws {
        let claims = { (cells: [[Int]], nodes: [Int], mode: NUMA.Mode?) in
            let numa = try NUMA(
                cells: cells.enumerated().map { index, own throws(RuleViolation) in
                    try NUMA.Cell(vcpus: [index], memory: MemorySize(.mebibytes(256)), nodes: own)
                }, mode: mode, nodes: nodes)
            let details = try MemoryDetails(
                backing: MemoryBacking(hugePages: .size(HugePageSize(.mebibytes(2)))), numa: numa)
            return DomainPlanner.claims(of: try Scene.taking(details), id: Scene.id)
                .filter { $0.kind == .hugePages }.map(\.value)
        }
        #expect(try claims([[], []], [], nil) == ["2048:256:\(Scene.id)"])
        #expect(try claims([[], []], [0, 1], nil) == ["2048:256:\(Scene.id):0,1"])
        #expect(try claims([[], [1]], [0], nil) == ["2048:128:\(Scene.id):0", "2048:128:\(Scene.id):1"])
        #expect(try claims([[1], []], [], nil) == ["2048:128:\(Scene.id)", "2048:128:\(Scene.id):1"])
        #expect(try claims([[], []], [1], .preferred) == ["2048:256:\(Scene.id)"])
        #expect(try claims([[], []], [0, 1], .interleave) == ["2048:256:\(Scene.id):0,1"])
    }

    @Test("more huge pages than the host's nodes have are refused, with the arithmetic", arguments: [true, false])
    func hugePagesOfNodes(own: Bool) throws {
        let planner = DomainPlanner(facts: Scene.facts(topology: Self.topology))
        let large = try MemorySize(.mebibytes(514))
        let cell = try NUMA.Cell(vcpus: [0], memory: large, nodes: own ? [1] : [])
        let instance = try Instance(
            name: InstanceName("a"), vcpus: VCPUCount(1), memory: large,
            memoryDetails: MemoryDetails(
                backing: MemoryBacking(hugePages: .size(HugePageSize(.mebibytes(2)))),
                numa: NUMA(cells: [cell], nodes: own ? [] : [0])),
            disks: [.blank(DiskSize(.mebibytes(1)))])
        #expect(
            refusal { _ = try planner.place(instance, among: HostClaims()) }
                == "exhausted: memory_backing.huge_pages: "
                + "needs 257 huge pages on these nodes, and 256 are set aside")
    }
}
