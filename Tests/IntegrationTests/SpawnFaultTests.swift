// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import RoostKit
import Testing

@testable import LibvirtDriver

/// Each step of a spawn on real QEMU is failed, before it has any effect and after it had all of it.
@Suite("A spawn that fails", .serialized)
struct SpawnFaultTests {
    private static let lab = "faults"
    private static let bridge = TestBridge(of: lab)
    private static let goal = SpawnGoal.agent(within: Lab.patience)

    private static func document(_ name: String) throws -> Instance {
        try .complete(name, bridge: bridge.forDocument())
    }

    /// The names of the steps that lead to `goal`.
    private static func steps(until goal: SpawnGoal) throws -> [String] {
        try document("steps").spawnSteps(until: goal).map(\.name)
    }

    static func points() throws -> [ProbePoint] {
        try (steps(until: goal) + ["wait-running"]).flatMap { name in
            ProbePoint.Moment.allCases.map { .step($0, name) }
        }
    }

    static func undoPoints() throws -> [ProbePoint] {
        try steps(until: .running).flatMap { name in ProbePoint.Moment.allCases.map { .undo($0, name) } }
    }

    @Test("fails at each step that the table of crashes has", .enabled(if: TestBridge.isPermitted, TestBridge.reason))
    func complete() throws {
        let document = try Self.document("steps")
        let tried = document.spawnSteps(until: Self.goal) + document.spawnSteps(until: .running)
        #expect(Set(tried.map(\.kindName)) == CrashRow.stepKinds(of: .spawn))
        #expect(
            try Self.steps(until: Self.goal) == [
                "files", "disk-0", "disk-1", "seed", "tap-1", "define", "start", "wait-agent",
            ])
        #expect(try Self.steps(until: .running).last == "wait-running")
    }

    @Test("at any step leaves nothing behind and says why", arguments: try points())
    func failing(at point: ProbePoint) async throws {
        try await Self.bridge.with {
            let probe = FailingProbe(point)
            let lab = try await Lab(Self.lab, probe: probe)
            let before = try await lab.prepared()
            guard case .step(_, let name) = point else { return }
            let goal = name == "wait-running" ? .running : Self.goal

            let error = await #expect(throws: ComputeError.self) {
                try await lab.driver.spawn(Self.document("fault-1"), until: goal, context: lab.context)
            }
            #expect(error == FailingProbe.error(at: point).adding(details: [], outcome: .didNotHappen))
            #expect(probe.isSpent)
            #expect(try await HostSnapshot.take(lab) == before)

            let (operation, steps) = try #require(try lab.lastOperation())
            #expect(operation.kind == "instance.spawn")
            #expect(operation.state == .undone)
            #expect(operation.error == "probe: stopped \(point)")
            let reached = try #require(steps.firstIndex { $0.name == name })
            #expect(steps[...reached].allSatisfy { $0.state == .undone })
            #expect(steps[(reached + 1)...].allSatisfy { $0.state == .planned })
            let audit = try #require(try Journal.open(lab.state).audit(limit: 1).first)
            #expect(audit.outcome == .undone)
            #expect(audit.subject == "instance fault-1")
            #expect(audit.message == "probe: stopped \(point)")
        }
    }

    @Test("and whose undo fails says what is left, which the next command removes", arguments: try undoPoints())
    func failingUndo(at point: ProbePoint) async throws {
        try await Self.bridge.with {
            guard case .undo(_, let name) = point else { return }
            let cause = ProbePoint.step(.after, "wait-running")
            let probe = FailingProbe(cause, point)
            let lab = try await Lab(Self.lab, probe: probe)
            let before = try await lab.prepared()

            let error = await #expect(throws: ComputeError.self) {
                try await lab.driver.spawn(Self.document("fault-2"), until: .running, context: lab.context)
            }
            let steps = try Self.steps(until: .running)
            let left = try #require(steps.firstIndex(of: name))
            #expect(
                error
                    == FailingProbe.error(at: cause).adding(
                        details: [
                            "undo of \(name): \(FailingProbe.error(at: point))",
                            "not undone yet: \(steps[...left].reversed().joined(separator: ", "));"
                                + " the next command tries again",
                        ], outcome: .unknown))
            #expect(probe.isSpent)
            #expect(try lab.lastOperation()?.record.state == .undoing)
            // Its name and addresses stay taken for as long as something of it may be there.
            #expect(try await HostSnapshot.take(lab).claims.contains("name fault-2"))

            #expect(try await lab.settled() == before)
            #expect(try lab.lastOperation()?.record.state == .undone)
        }
    }

    @Test("is no obstacle to the same document afterwards, which reaches the agent")
    func unharmed() async throws {
        try await Self.bridge.with {
            let harmed = try await Lab(Self.lab, probe: FailingProbe(.step(.after, "start")))
            let before = try await harmed.prepared()
            await #expect(throws: ComputeError.self) {
                try await harmed.driver.spawn(Self.document("fault-1"), until: Self.goal, context: harmed.context)
            }
            let lab = try await Lab(Self.lab)
            let id = try await lab.driver.spawn(Self.document("fault-1"), until: Self.goal, context: lab.context).id
            #expect(try await lab.driver.operatingSystem(id, context: lab.context).id == "roost-tiny")
            #expect(try await lab.shell("cat /sys/block/vda/size /sys/block/vdb/size", in: id) == "1048576\n32768")
            #expect(try await lab.shell("ls /sys/block | grep -c '^\\(sr\\|vd\\)'", in: id) == "3")

            // What the comparisons above rest on: a snapshot sees each kind of thing that a spawn makes.
            let alive = try await HostSnapshot.take(lab)
            #expect(Set(alive.files).isSuperset(of: before.files) && alive.files.contains("instances/\(id)"))
            #expect(alive.processes.count == 1)
            #expect(alive.domains == ["fault-1"])
            #expect(alive.records == ["fault-1"])
            #expect(alive.claims.count == (TestBridge.isPermitted ? 4 : 3))
            #expect(alive.taps.count == (TestBridge.isPermitted ? 1 : 0))
            try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
            #expect(try await HostSnapshot.take(lab) == before)
        }
    }
}
