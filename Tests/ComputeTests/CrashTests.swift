// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import Testing

/// Each process is really killed, and another one settles what it left.
@Suite("A process that is killed", .serialized)
struct CrashTests {
    /// A run of three steps reaches 14 points: before and after each step and each of the four writes.
    static let points = Array(0..<14)

    @Test("in a spawn leaves nothing behind once settled", arguments: points)
    func spawn(point: Int) async throws {
        let (state, id) = (try TemporaryState.prepared(), InstanceID())
        #expect(try Victim(state.directory, id, "spawn", "\(point)").finish() == nil)
        #expect(try DomainLocks(state.directory).held() == [:])
        // Killed before the first write, there is no operation; after the last one, it is done.
        let expected: [OperationState] = point == 0 ? [] : point == 13 ? [.done] : [.undone]
        let settled = try Victim(state.directory, id, "settle").finish()
        #expect(settled == expected.filter { $0 == .undone }.map(\.rawValue))
        let journal = try Journal.open(state.directory)
        #expect(try journal.history(limit: 9).map(\.state) == expected)
        #expect(try journal.unfinishedOperations().isEmpty)
        let isDone = expected == [.done]
        #expect(try state.effects == (isDone ? ["define", "disk", "seed"] : []))
        #expect(try journal.instances().map(\.name) == (isDone ? ["web-1"] : []))
        #expect(try journal.claims().count == (isDone ? 2 : 0))
        if !isDone { #expect(try Victim(state.directory, InstanceID(), "spawn").finish() == ["14"]) }
    }

    @Test("in a deletion leaves it to be finished, or not begun", arguments: points)
    func delete(point: Int) async throws {
        let (state, id) = (try TemporaryState.prepared(), InstanceID())
        #expect(try Victim(state.directory, id, "spawn").finish() == ["14"])
        #expect(try Victim(state.directory, id, "delete", "\(point)").finish() == nil)
        let settled = try Victim(state.directory, id, "settle").finish()
        #expect(settled == (point == 0 || point == 13 ? [] : ["done"]))
        let journal = try Journal.open(state.directory)
        #expect(try journal.history(limit: 9).map(\.state) == (point == 0 ? [.done] : [.done, .done]))
        #expect(try state.effects == (point == 0 ? ["define", "disk", "seed"] : []))
        #expect(try journal.instances().count == (point == 0 ? 1 : 0))
        #expect(try journal.claims().count == (point == 0 ? 2 : 0))
    }

    /// A run of one step reaches 6 points: before and after the begin, the step, and the write of its end.
    @Test("in an operation that is looked at leaves what it shows to be written down", arguments: 0..<6)
    func look(point: Int) async throws {
        let (state, id) = (try TemporaryState.prepared(), InstanceID())
        #expect(try Victim(state.directory, id, "start", "\(point)").finish() == nil)
        let happened = point >= 3
        #expect(try state.effects == (happened ? ["on"] : []))
        let settled = try Victim(state.directory, id, "settle").finish()
        let ended: OperationState = happened ? .done : .undone
        #expect(settled == (point == 0 || point == 5 ? [] : [ended.rawValue]))
        #expect(try state.effects == (happened ? ["on"] : []))
        let journal = try Journal.open(state.directory)
        #expect(try journal.history(limit: 9).map(\.state) == (point == 0 ? [] : [ended]))
        #expect(try journal.unfinishedOperations().isEmpty)
        // Settled after its request's process died, it is in the audit; else the request itself is.
        #expect(try journal.audit(limit: 9).count == settled?.count)
    }

    /// Undoing three steps reaches 14 points too: before and after each undo and each of the four writes.
    @Test("while it settles leaves that to the next one", arguments: points)
    func settle(point: Int) async throws {
        let (state, id) = (try TemporaryState.prepared(), InstanceID())
        // Killed after the last step's effect and before the write that says so.
        #expect(try Victim(state.directory, id, "spawn", "11").finish() == nil)
        #expect(try state.effects == ["define", "disk", "seed"])
        #expect(try Victim(state.directory, id, "settle", "\(point)").finish() == nil)
        #expect(try Victim(state.directory, id, "settle").finish() == (point == 13 ? [] : ["undone"]))
        let journal = try Journal.open(state.directory)
        #expect(try journal.history(limit: 9).map(\.state) == [.undone])
        #expect(try state.effects == [])
        #expect(try journal.claims().isEmpty)
        #expect(try journal.instances().isEmpty)
    }
}
