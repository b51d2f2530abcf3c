// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import RoostKit
import Testing

@testable import LibvirtDriver

/// Processes are really killed, at each point of an operation on real QEMU, and another one settles what they left.
@Suite("A process that is killed on real QEMU", .serialized)
struct SpawnCrashTests {
    private static let lab = "crash"
    private static let bridge = TestBridge(of: lab)

    private static func document(_ name: String) throws -> Instance {
        try .complete(name, bridge: bridge.forDocument())
    }

    /// Each point of a spawn that waits until the guest runs, and those of waiting for its agent.
    static func spawns() throws -> [CrashTrial] {
        let document = try document("steps")
        let answered = document.spawnSteps(until: .agent(within: Lab.patience))
        return CrashTrial.all(of: .spawn, document.spawnSteps(until: .running))
            + CrashTrial.all(of: .spawn, answered).filter { $0.step == answered.last?.kindName }
    }

    static func deletions() throws -> [CrashTrial] {
        CrashTrial.all(of: .delete, try document("steps").deletionSteps)
    }

    @Test(
        "is killed in each step that the table of crashes has",
        .enabled(if: TestBridge.isPermitted, TestBridge.reason))
    func complete() throws {
        #expect(try Self.spawns().steps == CrashRow.stepKinds(of: .spawn))
        #expect(try Self.deletions().steps == CrashRow.stepKinds(of: .delete))
    }

    @Test("in a spawn leaves nothing behind after the next command", arguments: try spawns())
    func spawn(trial: CrashTrial) async throws {
        try await Self.bridge.with {
            let lab = try await Lab(Self.lab)
            let before = try await lab.prepared()
            let history = try lab.history()
            let document = InstanceDocument.stored(try Self.document("crash-1"))
            let goal = trial.step == "wait-agent" ? "agent" : "running"
            #expect(try Victim(in: lab, "spawn", document, "\(trial.point)", goal).finish() == nil)

            let next = try await Lab(Self.lab)
            let instances = try await next.driver.instances(context: next.context)
            #expect(instances.map(\.name) == (trial.isLast ? ["crash-1"] : []))
            #expect(instances.map(\.state) == (trial.isLast ? [.running] : []))
            #expect(instances.map(\.lockedBy) == (trial.isLast ? [nil] : []))
            #expect(try lab.history().dropLast(history.count) == [trial.settled()].compactMap(\.self)[...])
            if let id = instances.first?.id {
                // It was started, whoever noticed.
                try await next.driver.stop(id, policy: .force, context: next.context)
                #expect(try await next.driver.instance("crash-1", context: next.context).state == .stopped)
                try await next.driver.delete(id, policy: .stoppedOnly, context: next.context)
            }
            #expect(try await HostSnapshot.take(next) == before)
        }
    }

    @Test("in a deletion leaves it to be finished by the next command, or not begun", arguments: try deletions())
    func delete(trial: CrashTrial) async throws {
        try await Self.bridge.with {
            let lab = try await Lab(Self.lab)
            let before = try await lab.prepared()
            let id = try await lab.driver.spawn(
                Self.document("crash-2"), until: .started, context: lab.context
            ).id
            let history = try lab.history()
            #expect(try Victim(in: lab, "delete", "\(id)", "\(trial.point)").finish() == nil)

            let next = try await Lab(Self.lab)
            let instances = try await next.driver.instances(context: next.context)
            let settled = trial.settled()
            #expect(instances.map(\.state) == (settled == nil ? [.running] : []))
            #expect(try lab.history().dropLast(history.count) == [settled].compactMap(\.self)[...])
            if settled == nil { try await next.driver.delete(id, policy: .evenRunning, context: next.context) }
            #expect(try await HostSnapshot.take(next) == before)
        }
    }

    @Test("is no obstacle to the same document afterwards; and a whole run reaches each point that was tried")
    func unharmed() async throws {
        try await Self.bridge.with {
            let lab = try await Lab(Self.lab)
            let before = try await lab.prepared()
            let document = InstanceDocument.stored(try Self.document("crash-1"))
            let points = try CrashTrial.all(of: .spawn, Self.document("steps").spawnSteps(until: .running)).count
            #expect(try Victim(in: lab, "spawn", document, "\(points / 2)", "running").finish() == nil)
            #expect(try await lab.settled() == before)

            #expect(try Victim(in: lab, "spawn", document, "never", "running").finish() == ["\(points)"])
            #expect(try Victim(in: lab, "list").finish() == ["crash-1"])
            #expect(try await HostSnapshot.take(lab).taps.count == (TestBridge.isPermitted ? 1 : 0))
            let id = try await lab.driver.instance("crash-1", context: lab.context).id
            try await lab.driver.waitForAgent(id, within: Lab.patience, context: lab.context)
            #expect(try await lab.driver.operatingSystem(id, context: lab.context).id == "roost-tiny")
            #expect(try Victim(in: lab, "delete", "\(id)").finish() == ["\(try Self.deletions().count)"])
            #expect(try await HostSnapshot.take(lab) == before)
        }
    }
}
