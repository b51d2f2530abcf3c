// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Libvirt
import RoostKit
import SystemPackage
import Testing

@testable import LibvirtDriver

/// What a spawn takes for itself on a real host, and what it leaves to others.
@Suite("A spawn", .serialized)
struct ClaimTests {
    private static let lab = "claims"

    @Test("whose own address is taken gets another identity and address; one that was asked for is a conflict")
    func planned() async throws {
        let lab = try await Lab.ready(Self.lab)
        let (taken, free) = (InstanceID(), InstanceID())
        let address = MACAddress.derived(for: taken, index: 0)
        let other = InstanceRecord(
            id: InstanceID(), name: "other", document: "{}", operationID: OperationID(), createdAt: Date())
        let journal = try Journal.open(lab.state)
        try journal.adopt(other, claims: [Claim(.mac, "\(address)")])
        defer { try? journal.forget(other.id) }
        let driver = try await Self.driver(of: lab, choosing: [taken, taken, free])

        let asked = try lab.tiny("asked", interfaces: [Interface(network: .user(publish: []), mac: address)])
        let error = await #expect(throws: ComputeError.self) {
            try await driver.spawn(asked, until: .started, context: lab.context)
        }
        #expect(error?.code == .conflict)
        #expect(error?.subject == "mac \(address)")

        let chosen = try lab.tiny("chosen", interfaces: [Interface(network: .user(publish: []))])
        let made = try await driver.spawn(chosen, until: .started, context: lab.context)
        #expect(made.id == free)
        let xml = try await lab.driver.requireDomain(free).xml(.inactive)
        #expect(xml.contains("<mac address='\(MACAddress.derived(for: free, index: 0))'/>"))
        // Nothing of the first attempt is left, not even a history of an operation.
        #expect(try !journal.history(limit: 100).contains { $0.instanceID == taken })
        try journal.forget(other.id)
        try await lab.deleteAll()
    }

    @Test("that cannot find an address of its own gives up")
    func givesUp() async throws {
        let lab = try await Lab.ready(Self.lab)
        let taken = InstanceID()
        let other = InstanceRecord(
            id: InstanceID(), name: "other", document: "{}", operationID: OperationID(), createdAt: Date())
        let journal = try Journal.open(lab.state)
        try journal.adopt(other, claims: [Claim(.mac, "\(MACAddress.derived(for: taken, index: 0))")])
        defer { try? journal.forget(other.id) }
        let driver = try await Self.driver(of: lab, choosing: [taken])
        let instance = try lab.tiny("chosen", interfaces: [Interface(network: .user(publish: []))])
        for attempt in ["plan", "spawn"] {
            let error = await #expect(throws: ComputeError.self) {
                if attempt == "plan" {
                    _ = try await driver.plan(instance, context: lab.context)
                } else {
                    _ = try await driver.spawn(instance, until: .started, context: lab.context)
                }
            }
            #expect(error?.code == .conflict)
            #expect(error?.outcome == .didNotHappen)
        }
    }

    @Test(
        "that is undone leaves a domain alone that somebody else put in the place of its own",
        arguments: ["define", "start"])
    func foreign(step: String) async throws {
        let id = InstanceID()
        let uri = try await "qemu:///session?socket=\(Lab.ready(Self.lab).state.daemonSocket)"
        let point = ProbePoint.step(.after, step)
        // Without our mark it is no domain of this operation, though of the same name and UUID.
        let stealing = StealingProbe(
            point: point,
            command: [
                "virsh", "-c", uri, "metadata", "\(id)", "--uri", "urn:roost:instance:1", "--remove", "--config",
            ])
        let lab = try await Lab(Self.lab, probe: stealing)
        let driver = try await Self.driver(of: lab, choosing: [id])
        let error = await #expect(throws: ComputeError.self) {
            try await driver.spawn(lab.tiny("stolen"), until: .running, context: lab.context)
        }
        #expect(error?.message == "stolen")
        let domain = try await lab.driver.requireDomain(id)
        #expect(try await domain.isActive() == (step == "start"))
        #expect(try await domain.xml(.inactive).contains("<name>stolen</name>"))
        if step == "start" { try await domain.destroy() }
        try await domain.undefine()
    }

    private static func driver(of lab: Lab, choosing ids: [InstanceID]) async throws -> LibvirtDriver {
        let left = Guarded(ids)
        var configuration = lab.driver.configuration
        // The last one again and again.
        configuration.newIdentity = { left.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } }
        return try await LibvirtDriver.open(configuration)
    }
}

/// Runs a program at a point of an operation, and fails it there.
private struct StealingProbe: OperationProbe {
    let point: ProbePoint
    let command: [String]

    func reached(_ point: ProbePoint) throws(ComputeError) {
        guard point == self.point else { return }
        guard (try? HostCommand(command).output()) != nil else {
            throw ComputeError(.failed, subject: "probe", message: "\(command) failed")
        }
        throw ComputeError(.failed, subject: "probe", message: "stolen")
    }
}
