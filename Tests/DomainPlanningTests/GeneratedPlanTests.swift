// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceGenerator
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("Plans of generated instances")
struct GeneratedPlanTests {
    private static let facts = Scene.facts(accelerator: .kvm)

    /// The plans of so many instances of a seed that the host does not refuse, with their instances.
    private static func plans(_ count: Int, seed: UInt64) throws -> [(instance: Instance, document: DomainDocument)] {
        var generator = try InstanceGenerator(seed: seed)
        generator.excluded = InstanceGenerator.secrets
        var plans: [(instance: Instance, document: DomainDocument)] = []
        for _ in 0..<(2 * count) where plans.count < count {
            let instance = try generator.next().instance
            do {
                plans.append((instance, try Scene.plan(instance, facts: facts).document))
            } catch is PlanError {
                continue
            }
        }
        try #require(plans.count == count, "the host refuses more than half of them")
        return plans
    }

    @Test("pass libvirt's schema, and are read as they were written")
    func schema() throws {
        let schema = try XMLSchema(path: DomainDocument.schemaPath)
        for (_, document) in try Self.plans(300, seed: 21) {
            let text = try document.text(accepting: schema)
            #expect(try DomainDocument(parsing: text) == document)
        }
    }

    @Test("tell the instance and the host's facts that they were made of")
    func metadata() throws {
        for (instance, document) in try Self.plans(200, seed: 22) {
            let metadata = try #require(try InstanceMetadata.read(fromDomainXML: document.text()))
            let read = try InstanceDocument.parseStored(metadata.document)
            #expect(read == instance)
            let facts = try #require(HostFacts(definition: document))
            #expect(try Scene.replan(read, facts: facts).document == document)
        }
    }
}
