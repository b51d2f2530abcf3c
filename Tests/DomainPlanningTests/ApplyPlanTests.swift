// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceGenerator
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("Plans to apply a document")
struct ApplyPlanTests {
    /// A document of two processors, up to four, one disk and one interface.
    private func instance(_ more: String = "", vcpus: Int = 2, most: Int? = 4) throws -> Instance {
        try InstanceDocument.parse(
            """
            version: 1
            name: web-1
            vcpus: \(vcpus)
            \(most.map { "maximum_vcpus: \($0)" } ?? "")
            memory: 512 MiB
            \(more.isEmpty ? "disks: [{ size: 1 GiB }]" : more)
            """)
    }

    private func plan(
        _ newer: Instance, of present: Instance, definition: DomainDocument? = nil, running: DomainDocument?
    ) throws -> ApplyPlan {
        let planned = try Scene.replan(present, facts: Scene.facts()).document
        let scene = ApplyScene(
            id: Scene.id,
            metadata: InstanceMetadata(
                document: InstanceDocument.stored(present), operationID: Scene.operationID.description,
                createdAt: Scene.createdAt),
            present: present, resources: Scene.resources(of: present), definition: definition ?? planned,
            running: running)
        return try DomainPlanner(facts: #require(HostFacts(definition: planned)))
            .apply(newer, resources: Scene.resources(of: newer), to: scene)
    }

    @Test("of the same document change nothing")
    func same() throws {
        let present = try instance()
        let document = try Scene.replan(present, facts: Scene.facts()).document
        let plan = try plan(present, of: present, running: document)
        #expect(plan.changes == [])
        #expect(plan.live == [])
        #expect(plan.definition == document)
    }

    @Test("give a running guest at once what libvirt has a call for, and tell when it has the rest")
    func live() throws {
        let address = "mac: '52:54:00:00:00:01'"
        let present = try instance(
            "disks: [{ size: 1 GiB, limits: { iops: 10 } }]\ninterfaces: [{ network: user, \(address) }]")
        let newer = try instance(
            """
            disks: [{ size: 1 GiB, limits: { iops: 20, bytes: 1 MiB } }]
            interfaces: [{ network: user, link: down, \(address) }]
            labels: { role: web }
            on_crash: restart
            """, vcpus: 3)
        let running = try Scene.replan(present, facts: Scene.facts()).document
        let plan = try plan(newer, of: present, running: running)
        #expect(
            Dictionary(uniqueKeysWithValues: plan.changes.map { ($0.change.path, $0.timing) }) == [
                "vcpus": .live, "disks[0].limits.iops": .live, "disks[0].limits.bytes": .live,
                "interfaces[0].link": .live, "labels.role": .live, "on_crash": .nextBoot,
            ])
        #expect(plan.live.map(\.name) == ["limits-0", "link-0", "metadata", "vcpus"])
        guard case .limits(0, "vda", let from, let to)? = plan.live.first else { throw Unexpected() }
        #expect(from["total_iops_sec"] == 10 && to["total_iops_sec"] == 20)
        #expect(from["total_bytes_sec"] == 0 && to["total_bytes_sec"] == 1 << 20)
        #expect(plan.live.contains(.link(interface: 0, mac: "52:54:00:00:00:01", isUp: false)))
        #expect(plan.live.last == .vcpus(from: 2, to: 3))
        #expect(plan.definition.currentProcessorCount == 3)
        #expect(plan.definition.onCrash == .restart)
        #expect(plan.planned.changes(to: plan.definition) == [])
        // Nothing of it is live where nothing runs.
        let off = try self.plan(newer, of: present, running: nil)
        #expect(off.live == [] && off.changes.allSatisfy { $0.timing == .nextBoot })
        #expect(off.definition == plan.definition)
    }

    struct Unexpected: Error {}

    @Test(
        "leave processors to the next boot that the running guest cannot have",
        arguments: [(1, 4, 2, 4), (5, 8, 2, 4), (3, nil, 2, nil)] as [(Int, Int?, Int, Int?)])
    func vcpus(count: Int, most: Int?, before: Int, mostBefore: Int?) throws {
        let present = try instance(vcpus: before, most: mostBefore)
        let running = try Scene.replan(present, facts: Scene.facts()).document
        let plan = try plan(instance(vcpus: count, most: most), of: present, running: running)
        #expect(plan.changes.first { $0.change.path == "vcpus" }?.timing == .nextBoot)
        #expect(plan.live.map(\.name) == ["metadata"])
    }

    @Test("take a guest that was started with an older document as it is")
    func older() throws {
        // The definition has room for eight by now, and the guest runs with four.
        let running = try Scene.replan(instance(), facts: Scene.facts()).document
        let present = try instance(most: 8)
        let more = try plan(instance(vcpus: 6, most: 8), of: present, running: running)
        #expect(more.changes.map(\.timing) == [.nextBoot])
        let fewer = try plan(instance(vcpus: 4, most: 8), of: present, running: running)
        #expect(fewer.changes.map(\.timing) == [.live])
    }

    @Test("claim what the newer document needs")
    func claims() throws {
        let present = try instance(
            "disks: [{ size: 1 GiB }]\ninterfaces: [{ network: user, mac: '52:54:00:00:00:01' }]")
        let newer = try instance(
            """
            disks: [{ size: 1 GiB }]
            interfaces: [{ network: user, mac: '52:54:00:00:00:02', publish: ["2222:22"] }]
            """)
        let plan = try plan(newer, of: present, running: nil)
        #expect(plan.claims.map(\.description).contains("mac 52:54:00:00:00:02"))
        #expect(!plan.claims.map(\.description).contains("mac 52:54:00:00:00:01"))
        #expect(plan.claims.map(\.description).contains("port tcp:127.0.0.1:2222"))
    }

    @Test("of any two documents give all that the newer one plans, and keep what others added")
    func generated() throws {
        var generator = try InstanceGenerator(seed: 23)
        generator.excluded = InstanceGenerator.secrets
        let facts = Scene.facts(accelerator: .kvm)
        // Which device that is, the driver looks up before it plans.
        generator.excluded.insert("devices[].pci_id")
        for _ in 0..<150 {
            let (one, other) = (try generator.next().instance, try generator.next().instance)
            let before = try Scene.replan(one, facts: facts).document
            let after = try Scene.replan(other, facts: facts).document
            var current = before
            current.title = "added by another"
            let merged = current.merging(from: before, to: after)
            #expect(merged.title == "added by another")
            let missing = after.missing(in: merged).filter { !$0.path.contains("/controller[") }
            #expect(missing == [], "\(before.root) \(after.root)")
        }
    }
}
