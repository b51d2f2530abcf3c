// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import RoostKit
import Testing

@testable import LibvirtDriver

/// Processes are really killed, at each point of an operation on real QEMU, and another one settles what they left.
@Suite("A process that is killed on real QEMU", .serialized)
struct SpawnCrashTests {
    private static let lab = "crash"

    /// Before and after each of `steps`, the begin, each write between two steps, and the last one.
    private static func points(of steps: [InstanceStep]) -> Range<Int> {
        0..<(4 * steps.count + 2)
    }

    static func spawnPoints() throws -> Range<Int> {
        points(of: try Instance.complete("steps").spawnSteps(until: .started))
    }

    static func deletionPoints() throws -> Range<Int> {
        points(of: try Instance.complete("steps").deletionSteps)
    }

    @Test("in a spawn leaves nothing behind after the next command", arguments: try spawnPoints())
    func spawn(point: Int) async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let history = try lab.history()
        let document = InstanceDocument.stored(try .complete("crash-1"))
        #expect(try Victim(in: lab, "spawn", document, "\(point)").finish() == nil)

        let next = try await Lab(Self.lab)
        let instances = try await next.driver.instances(context: next.context)
        let isDone = try point == Self.spawnPoints().last
        #expect(instances.map(\.name) == (isDone ? ["crash-1"] : []))
        #expect(instances.map(\.state) == (isDone ? [.running] : []))
        #expect(instances.map(\.lockedBy) == (isDone ? [nil] : []))
        // Killed before the first write, there never was an operation; after the last one, it is done.
        let new: [OperationState] = point == 0 ? [] : [isDone ? .done : .undone]
        #expect(try lab.history().dropLast(history.count) == new[...])
        if let id = instances.first?.id {
            // It was started, whoever noticed.
            try await next.driver.stop(id, policy: .force, context: next.context)
            #expect(try await next.driver.instance("crash-1", context: next.context).state == .stopped)
            try await next.driver.delete(id, policy: .stoppedOnly, context: next.context)
        }
        #expect(try await HostSnapshot.take(next) == before)
    }

    @Test("in a deletion leaves it to be finished by the next command, or not begun", arguments: try deletionPoints())
    func delete(point: Int) async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(.complete("crash-2"), until: .started, context: lab.context).id
        let history = try lab.history()
        #expect(try Victim(in: lab, "delete", "\(id)", "\(point)").finish() == nil)

        let next = try await Lab(Self.lab)
        let instances = try await next.driver.instances(context: next.context)
        #expect(instances.map(\.state) == (point == 0 ? [.running] : []))
        #expect(try lab.history().dropLast(history.count) == (point == 0 ? [] : [.done]))
        if point == 0 { try await next.driver.delete(id, policy: .evenRunning, context: next.context) }
        #expect(try await HostSnapshot.take(next) == before)
    }

    @Test("is no obstacle to the same document afterwards; and a whole run reaches each point that was tried")
    func unharmed() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let document = InstanceDocument.stored(try .complete("crash-1"))
        let point = try Self.spawnPoints().count / 2
        #expect(try Victim(in: lab, "spawn", document, "\(point)").finish() == nil)
        #expect(try await lab.settled() == before)

        #expect(try Victim(in: lab, "spawn", document).finish() == ["\(try Self.spawnPoints().count)"])
        #expect(try Victim(in: lab, "list").finish() == ["crash-1"])
        let id = try await lab.driver.instance("crash-1", context: lab.context).id
        try await lab.driver.waitForAgent(id, within: Lab.patience, context: lab.context)
        #expect(try await lab.driver.operatingSystem(id, context: lab.context).id == "roost-tiny")
        #expect(try Victim(in: lab, "delete", "\(id)").finish() == ["\(try Self.deletionPoints().count)"])
        #expect(try await HostSnapshot.take(lab) == before)
    }
}
