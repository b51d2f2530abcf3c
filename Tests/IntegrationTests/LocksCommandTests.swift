// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import Testing

/// Locks of real operations, as another process sees them.
@Suite("roost locks", .serialized)
struct LocksCommandTests {
    @Test("shows the process that works on an instance and those that wait, and nothing of one that was killed")
    func killed() async throws {
        let lab = try await Lab.ready("locks")
        let before = try await HostSnapshot.take(lab)
        #expect(try await lab.roost.json("locks") == .array([]))
        let spawn = try lab.roost.start(["run", "-", "--wait", "agent"], input: Lab.document("locked"))
        let lock = try await Self.lock(in: lab) { $0["instance_name"] == "locked" }
        #expect(
            lock.keys == [
                "instance_id", "instance_name", "operation", "principal", "process_id", "since", "waiting_processes",
            ])
        #expect(lock["operation"] == "instance.spawn")
        #expect(lock["principal"] == .string(Lab.principal.name))
        #expect(lock["process_id"] == .number(Double(spawn.processID)))
        #expect(lock["waiting_processes"] == 0)

        let delete = try lab.roost.start(["delete", "--force", lock["instance_id"]?.text ?? ""])
        let awaited = try await Self.lock(in: lab) { $0["waiting_processes"] == 1 }
        #expect(awaited["process_id"] == lock["process_id"])
        let list = try await lab.roost.json("list")
        #expect(list.elements.first?["locked_by"]?["process_id"] == lock["process_id"])

        spawn.send(SIGKILL)
        #expect(await spawn.status() == 128 + SIGKILL)
        // It has the lock at once, and deletes what is there; the next command settles what the spawn left unfinished.
        _ = await delete.status()
        #expect(try await lab.roost.json("locks") == .array([]))
        #expect(try await lab.roost.json("list") == .array([]))
        try await lab.expectUnchanged(since: before)
    }

    /// Waits until there is a lock that `condition` holds for.
    private static func lock(
        in lab: Lab, _ condition: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        let limit = ContinuousClock.now + Lab.patience
        while true {
            let locks = try await lab.roost.json("locks").elements
            if let lock = locks.first(where: condition) { return lock }
            try #require(ContinuousClock.now < limit, "\(locks)")
        }
    }
}
