// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import InstanceGenerator
import InstanceModel
import Testing

@testable import DomainPlanning

@Suite("The reasons of what is planned")
struct ExplanationTests {
    /// A host with four cells of eight cores with two threads each.
    private static let topology = HostTopology(
        cells: (0..<4).map { cell in
            HostTopology.Cell(
                id: cell, memoryKiB: 64 << 20,
                hugePages: [2_048, 1_048_576].map { .init(kibibytes: $0, count: 1 << 30) },
                cores: (0..<8).map { [16 * cell + 2 * $0, 16 * cell + 2 * $0 + 1] })
        })
    private static let hosts = [
        Scene.facts(
            accelerator: .kvm, topology: topology,
            devices: DeviceFacts(launchSecurity: Set(InstanceModel.LaunchSecurity.Kind.allCases.map(\.rawValue)))),
        Scene.facts(hasDirectIO: false, topology: topology),
        Scene.facts(architecture: "aarch64", accelerator: .kvm, topology: topology),
    ]

    private static var templates: [String] {
        get throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let directory = root.appending(path: "Templates")
            let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            return try files.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }.map { file in
                InstanceDocument.stored(try InstanceDocument.parse(bytes: Array(try Data(contentsOf: file))))
            }
        }
    }

    /// What of a document chance seldom gives alone.
    private static let specials = [
        "cpu: { dedicated: true, emulator_threads: isolate, real_time: { scheduler: fifo, priority: 1 } }",
        "maximum_vcpus: 6\ncpu: { dedicated: true, emulator_threads: isolate, real_time: {} }",
        "memory_backing: { shared: true }", "firmware: uefi\nlaunch_security: { type: sev-snp }",
        "firmware: uefi\nlaunch_security: { type: tdx }",
        "firmware: uefi\nboot: { kernel: k }\nlaunch_security: { type: sev, kernel_hashes: true }",
        "cpu: { dedicated: true }\nio_threads: 1", "cpu: { dedicated: true }\nmaximum_vcpus: 8",
        "cpu: { dedicated: [8-11] }", "maximum_memory: { size: 4 GiB, slots: 2 }",
        "numa: { nodes: [1], cells: [{ vcpus: [0-1], memory: 1 GiB }, { vcpus: [2-3], memory: 1 GiB }] }",
        "memory_backing: { source: file, discard: true }",
        "interfaces: [{ network: { libvirt: default }, isolated: true }]",
        "disks: [{ size: 1 GiB, limits: { iops: 10, burst: { iops: 20, bytes: 2 MiB }, bytes: 1 MiB } }]",
        """
        disks:
          - size: 1 GiB
            limits:
              { read_iops: 10, write_iops: 10, read_bytes: 1 MiB, write_bytes: 1 MiB,
                burst: { read_iops: 20, write_iops: 20, read_bytes: 2 MiB, write_bytes: 2 MiB } }
        """,
    ]

    private static func special(_ extra: String) throws -> Instance {
        let disks = extra.hasPrefix("disks") ? "" : "disks: [{ size: 1 GiB }]\n"
        return try InstanceDocument.parse("version: 1\nname: web-1\nvcpus: 4\nmemory: 2 GiB\n\(disks)\(extra)\n")
    }

    /// The plans of all templates, variants and specials for each host that can have them.
    private static func known() throws -> [ExplainedPlan] {
        let instances = try Scene.variants.map { try $0.make() } + specials.map(special)
        let documents = try templates + instances.map(InstanceDocument.stored)
        return try documents.flatMap { stored in
            let plans = try hosts.compactMap { facts in
                do { return try ExplainedPlan(stored, facts: facts) } catch is PlanError { return nil }
            }
            try #require(!plans.isEmpty, "no host can have \(stored)")
            return plans
        }
    }

    /// The plans of so many generated instances that their host does not refuse.
    private static func generated(_ count: Int, seed: UInt64) throws -> [ExplainedPlan] {
        var generator = try InstanceGenerator(seed: seed)
        generator.excluded = InstanceGenerator.secrets
        var plans: [ExplainedPlan] = []
        for attempt in 0..<(4 * count) where plans.count < count {
            let stored = InstanceDocument.stored(try generator.next().instance)
            do {
                plans.append(try ExplainedPlan(stored, facts: hosts[attempt % hosts.count]))
            } catch is PlanError {
                continue
            }
        }
        try #require(plans.count == count, "the hosts refuse more than three quarters of them")
        return plans
    }

    @Test("are one for each element and attribute of every template's plan, and of generated ones")
    func complete() throws {
        let plans = try Self.known() + Self.generated(300, seed: 31)
        var wrong: [String: String] = [:]
        for plan in plans {
            for node in plan.nodes {
                let rules = PlanRules.rules(of: node)
                if rules.count != 1 { wrong[node.names] = "\(node.path): \(rules.map(\.sentence))" }
            }
        }
        #expect(wrong.values.sorted() == [])
    }

    @Test("have values of the document and of the host, or tell that the document leaves them out")
    func values() throws {
        let stored = try #require(try Self.templates.first { $0.contains("\"database-1\"") })
        let plan = try ExplainedPlan(stored, facts: Self.hosts[0])
        let explanation = DomainExplanation(
            of: plan.document, asked: try InstanceDocument.parseStored(stored), facts: plan.facts)
        let reason = { (path: String) in explanation.nodes.first { $0.path == path }?.reason }
        let driver = "/domain/devices/disk[target/@dev='%']/driver/@cache"
        #expect(
            reason(driver.replacing("%", with: "vda"))?.requests == [
                .init(path: "disks[0].cache", value: nil), .init(path: "disks[0].type", value: nil),
            ])
        #expect(
            reason(driver.replacing("%", with: "vda"))?.facts == [.init(path: "has_direct_io", value: "true")])
        #expect(
            reason(driver.replacing("%", with: "vdb"))
                == .init(rule: PlanRule.asAsked, requests: [.init(path: "disks[1].cache", value: "none")]))
        #expect(reason("/domain/cputune/vcpupin[@vcpu='0']")?.requests.first?.path == "cpu.dedicated")
        #expect(explanation.nodes.map(\.path) == plan.nodes.map(\.path))
    }

    @Test("are true: what one names changes what it is the reason of, and what changes a node is named by its reason")
    func truth() throws {
        var generator = try InstanceGenerator(seed: 32)
        generator.excluded = InstanceGenerator.secrets
        var trial = ReasonTrial(perturbation: FieldPerturbation(generator: generator))
        let known = try Self.known()
        for plan in known { try trial.run(plan, others: 3) }
        for plan in try Self.generated(150, seed: 33) { try trial.run(plan, others: 2) }
        // What chance has not hit upon is tried again.
        for _ in 0..<4 where !trial.ineffective.isEmpty {
            for plan in known { try trial.run(plan, others: 0) }
        }
        #expect(trial.unnamed.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" } == [])
        #expect(trial.ineffective == [])
        #expect(trial.unused == [])
        #expect(trial.changeCount > 500, "\(trial.changeCount)")
    }
}

/// What reasons name, changed.
struct ReasonTrial {
    var perturbation: FieldPerturbation
    /// How many changed plans were looked at.
    private(set) var changeCount = 0
    /// Differences that no reason names, by what was changed.
    private(set) var unnamed: [String: String] = [:]
    /// What was named, and whether its change was seen to change the node, with a place where it was named.
    private var names: [ExplainedPlan.Name: (isSeen: Bool, place: String)] = [:]
    private var rules: Set<PlanRule> = []

    /// The facts, by their names.
    private static let facts = [
        "architecture", "emulator", "machine", "accelerator", "maximum_vcpus", "processor_models", "firmware",
        "emulates_tpm", "has_direct_io", "libvirt_version", "is_privileged", "topology", "devices",
    ]

    init(perturbation: FieldPerturbation) {
        self.perturbation = perturbation
    }

    /// What was named and never seen to change anything.
    var ineffective: [String] {
        names.filter { !$0.value.isSeen }.map { name, seen in
            "\(seen.place): \(name.isFact ? "fact " : "")\(name.template)\(name.isAsked ? " (asked)" : "")"
        }.sorted()
    }

    /// The rules that nothing was made by.
    var unused: [String] {
        PlanRules.all.filter { !rules.contains($0) }.map { "\($0.sentence): \($0.asked ?? "") \($0.requests)" }
    }

    /// Changes what the reasons of a plan name and nothing has shown yet, and so many other fields and facts.
    mutating func run(_ plan: ExplainedPlan, others: Int) throws {
        var named: [Field: [(name: ExplainedPlan.Name, node: DomainNode)]] = [:]
        for node in plan.nodes {
            rules.formUnion(PlanRules.rules(of: node))
            for (name, path) in plan.names(of: node) {
                named[Field(path: path, isFact: name.isFact), default: []].append((name, node))
                if names[name] == nil { names[name] = (false, node.path) }
            }
        }
        let fields = named.keys.sorted { $0.path < $1.path }
        let wanted = fields.filter { field in named[field]?.contains { names[$0.name]?.isSeen == false } ?? false }
        let rest = fields.filter { !wanted.contains($0) } + Self.facts.map { Field(path: $0, isFact: true) }
        for field in wanted + rest.shuffled(using: &perturbation.generator.random).prefix(others) {
            try change(field, of: plan, naming: named[field] ?? [])
        }
    }

    private struct Field: Hashable {
        let path: String
        let isFact: Bool
    }

    private mutating func change(
        _ field: Field, of plan: ExplainedPlan, naming nodes: [(name: ExplainedPlan.Name, node: DomainNode)]
    ) throws {
        for other in try others(field, of: plan) {
            changeCount += 1
            let changed = field.isFact ? [field.path] : plan.request.differences(from: other.request)
            for line in plan.unnamed(in: other, changed: changed, isFact: field.isFact) {
                unnamed[changed.joined(separator: ", ")] = line
            }
            for (name, node) in nodes where names[name]?.isSeen == false && plan.isChanged(node, in: other) {
                names[name]?.isSeen = true
            }
            if nodes.allSatisfy({ names[$0.name]?.isSeen ?? true }) { return }
        }
    }

    /// The plans with that field changed, as far as they can be made.
    private mutating func others(_ field: Field, of plan: ExplainedPlan) throws -> [ExplainedPlan] {
        guard let document = plan.request.value else { return [] }
        let candidates =
            field.isFact
            ? try FieldPerturbation.facts(from: plan.facts, at: field.path).map { (document, $0) }
            : perturbation.documents(from: document, at: field.path).map { ($0, plan.facts) }
        return candidates.compactMap { document, facts in
            do {
                let instance = try InstanceDocument.parseStored(document.json)
                return try ExplainedPlan(InstanceDocument.stored(instance), facts: facts)
            } catch {
                // Not every value that the schema allows is valid beside the others, and not every host has it.
                return nil
            }
        }
    }
}
