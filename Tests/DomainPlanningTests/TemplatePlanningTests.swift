// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("planning templates for hosts that have what they need")
struct TemplatePlanningTests {
    /// Facts of a host with two cells of eight cores with two threads each, as they are recorded.
    private static let twoSockets = """
        {"architecture": "x86_64", "emulator": "/usr/bin/qemu-system-x86_64", "machine": "pc-q35-7.2",
         "accelerator": "kvm", "maximum_vcpus": 288, "processor_models": [], "emulates_tpm": true,
         "has_direct_io": true,
         "firmware": {"has_uefi": true, "has_secure_boot": true}, "is_privileged": true,
         "topology": {"cells": [
           {"id": 0, "memory_kib": 67108864, "huge_pages": [{"size_kib": 2048, "count": 8192}], "cores": [
             [0, 16], [1, 17], [2, 18], [3, 19], [4, 20], [5, 21], [6, 22], [7, 23]]},
           {"id": 1, "memory_kib": 67108864, "huge_pages": [{"size_kib": 2048, "count": 8192}], "cores": [
             [8, 24], [9, 25], [10, 26], [11, 27], [12, 28], [13, 29], [14, 30], [15, 31]]}]}}
        """

    private func database() throws -> Instance {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let bytes = Array(try Data(contentsOf: root.appending(path: "Templates/database.yaml")))
        return try InstanceDocument.parse(bytes: bytes)
    }

    @Test("a database has cores, huge pages and threads of its own")
    func plan() throws {
        let facts = try JSONDecoder().decode(HostFacts.self, from: Data(Self.twoSockets.utf8))
        let planner = DomainPlanner(facts: facts)
        let held = HostClaims([Claim(.cpu, "0"), Claim(.cpu, "24")])
        let instance = try database()
        try planner.refuseWhatIsLacking(instance)
        let placed = try planner.place(instance, among: held)
        let root = try Scene.plan(placed, facts: facts).document.root
        try XMLSchema(path: DomainDocument.schemaPath).validate(root)
        let text = { (name: XMLName) in try root.first(name)?.serialized(indentation: .none) }
        let pins = zip(0..., [2, 18, 3, 19, 4, 20, 5, 21]).map { #"<vcpupin vcpu="\#($0)" cpuset="\#($1)"/>"# }
        #expect(
            try text("cputune")
                == "<cputune>\(pins.joined())"
                + #"<emulatorpin cpuset="1,17"/><iothreadpin iothread="1" cpuset="1,17"/>"#
                + #"<iothreadpin iothread="2" cpuset="1,17"/></cputune>"#)
        #expect(
            try text("memoryBacking")
                == #"<memoryBacking><hugepages><page size="2048" unit="KiB"/></hugepages></memoryBacking>"#)
        #expect(
            try text("cpu")
                == #"<cpu mode="host-passthrough" migratable="on">"#
                + #"<topology sockets="1" dies="1" cores="4" threads="2"/></cpu>"#)
        #expect(try text("iothreads") == "<iothreads>2</iothreads>")
        #expect(try Scene.plan(placed, facts: facts).document.disks.map(\.ioThread) == [1, 2])
    }

    @Test("it is refused where the host has too little left, or no privileges")
    func refusals() throws {
        let facts = try JSONDecoder().decode(HostFacts.self, from: Data(Self.twoSockets.utf8))
        let planner = DomainPlanner(facts: facts)
        let instance = try database()
        let refusal = { (claims: [Claim]) -> String? in
            do {
                _ = try planner.place(instance, among: HostClaims(claims))
                return nil
            } catch PlanError.exhausted(let problem) {
                return "\(problem.path): \(problem.violation.rule)"
            } catch {
                return "\(error)"
            }
        }
        let cpus = (Array(0...4) + Array(10...15)).map { Claim(.cpu, "\($0)") }
        #expect(refusal(cpus) == nil)
        #expect(
            refusal(cpus + [Claim(.cpu, "31"), Claim(.cpu, "7")])
                == "cpu.dedicated: needs 5 whole cores, 4 are free: cell 0 has 2, cell 1 has 2")
        let unprivileged = DomainPlanner(facts: Scene.facts(accelerator: .kvm, isPrivileged: false))
        let error = #expect(throws: PlanError.self) { try unprivileged.refuseWhatIsLacking(instance) }
        guard case .lacks(let problem) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.path == "memory_backing.huge_pages")
    }
}
