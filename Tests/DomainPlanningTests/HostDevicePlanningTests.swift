// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel
import Testing

@testable import DomainPlanning

@Suite("planning devices on PCI by their kind")
struct HostDevicePlanningTests {
    private static let facts = Scene.facts(
        devices: DeviceFacts(
            hostDevices: .init(
                pci: ["0000:3b:00.0", "0000:af:00.0", "0000:5e:00.0"],
                pciIdentities: ["0000:3b:00.0": "10de:1eb8", "0000:af:00.0": "10de:1eb8", "0000:5e:00.0": "8086:1572"])
        ))

    private func instance(_ devices: [InstanceModel.HostDevice], function: String? = nil) throws -> Instance {
        try Scene.instance(
            interfaces: function.map { [Interface(network: .hostDevice(try PCIAddress(parsing: $0), vlan: nil))] }
                ?? [],
            peripherals: Peripherals(hostDevices: devices))
    }

    private func kind(_ text: String) throws -> InstanceModel.HostDevice { .pciKind(try PCIIdentity(parsing: text)) }

    /// What the planner makes of an instance, or the place and the rule that it refuses it for.
    private func outcome(_ instance: Instance, facts: HostFacts = facts) throws -> String {
        do throws(PlanError) {
            let planner = DomainPlanner(facts: facts)
            try planner.refuseWhatIsLacking(instance)
            return try planner.place(instance, among: HostClaims()).peripherals.hostDevices.map(\.identity)
                .joined(separator: " ")
        } catch {
            guard case .lacks(let problem) = error else { throw error }
            return "\(problem.path): \(problem.violation.rule)"
        }
    }

    @Test("the only one of a kind has its address, its element and its claim")
    func only() throws {
        let asked = try instance([kind("8086:1572"), .pci(PCIAddress(parsing: "3b:00.0"))])
        #expect(try outcome(asked) == "0000:5e:00.0 0000:3b:00.0")
        let planner = DomainPlanner(facts: Self.facts)
        let placed = try planner.place(asked, among: HostClaims())
        let plan = try Scene.plan(placed, facts: Self.facts)
        #expect(plan.document.hostDevices.map(\.source).first == .pci(domain: 0, bus: 0x5E, slot: 0, function: 0))
        #expect(plan.claims.map(\.description).contains("pci 0000:5e:00.0"))
        // What is stored is the address.
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(placed)) == placed)
    }

    @Test("several of a kind, none, one that is there by its address, and an unknown host are refused")
    func refusals() throws {
        #expect(
            try outcome(instance([kind("10de:1eb8")]))
                == "devices[0].pci_id: this host has 2 of this kind: 0000:3b:00.0, 0000:af:00.0")
        #expect(
            try outcome(instance([kind("10de:ffff")])) == "devices[0].pci_id: this host has no such device on PCI")
        let taken = "devices[1].pci_id: 0000:5e:00.0 is the only one of this kind, and is there by its address"
        #expect(try outcome(instance([.pci(PCIAddress(parsing: "5e:00.0")), kind("8086:1572")])) == taken)
        #expect(
            try outcome(instance([kind("8086:1572")], function: "5e:00.0"))
                == taken.replacing("[1]", with: "[0]"))
        let unknown = "devices[0].pci_id: this host does not tell what its devices on PCI are"
        #expect(try outcome(instance([kind("8086:1572")]), facts: Scene.facts()) == unknown)
        let older = Scene.facts(devices: DeviceFacts(hostDevices: .init(pci: ["0000:5e:00.0"])))
        #expect(try outcome(instance([kind("8086:1572")]), facts: older) == unknown)
        let unprivileged = Scene.facts(isPrivileged: false, devices: Self.facts.devices)
        #expect(try outcome(instance([kind("8086:1572")]), facts: unprivileged).hasPrefix("devices[0]: "))
    }

    @Test("one that was not looked up is never planned")
    func unlocated() throws {
        let error = #expect(throws: PlanError.self) {
            try Scene.replan(instance([kind("8086:1572")]), facts: Self.facts)
        }
        guard case .lacks(let problem)? = error else { return }
        #expect(problem.path == "devices[0].pci_id")
    }
}
