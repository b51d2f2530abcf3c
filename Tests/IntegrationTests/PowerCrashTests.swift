// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import RoostKit
import Testing

@testable import LibvirtDriver

/// Processes are really killed, at each point of a change of power on real QEMU, and another one says what came of it.
@Suite("A process that is killed while it changes a guest's power", .serialized)
struct PowerCrashTests {
    private static let lab = "powered"

    /// A change of power, where the guest is before it, and where it may be after it.
    struct Change: Sendable, CustomTestStringConvertible {
        let name: String
        let before: InstanceState
        let after: Set<InstanceState>
        /// Whether it leaves a mark, by which it is known whether it happened.
        var isSeen = true
        var testDescription: String { name }
    }

    static let changes = [
        Change(name: "pause", before: .running, after: [.paused]),
        Change(name: "resume", before: .paused, after: [.running]),
        Change(name: "reset", before: .running, after: [.running], isSeen: false),
        Change(name: "stop", before: .running, after: [.stopped]),
        Change(name: "start", before: .stopped, after: [.running]),
        // The guest does as it is asked when it likes.
        Change(name: "shutdown", before: .running, after: [.running, .stopped], isSeen: false),
        Change(name: "reboot", before: .running, after: [.running], isSeen: false),
    ]

    @Test("leaves the guest where it was or where it was to go, and a record that says which", arguments: changes)
    func leaves(change: Change) async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let port = try PublishedPort(parsing: "\(TakenPort.free()):22")
        let id = try await lab.driver.spawn(
            .complete("power-1", publish: [port]), until: .running, context: lab.context
        ).id
        // Before and after the begin, the step, and the write of its end.
        for point in 0..<6 {
            // A guest that was asked to go down may do so later.
            if change.after.contains(.stopped) { try await lab.bring(id, to: .stopped) }
            try await lab.bring(id, to: change.before)
            let history = try Journal.open(lab.state).history(limit: 1_000).count
            #expect(try Victim(in: lab, change.name, "\(id)", "\(point)").finish() == nil)

            let next = try await Lab(Self.lab)
            let status = try await next.driver.instance("power-1", context: next.context)
            let happened = point >= 3
            #expect((happened ? change.after : [change.before]).contains(status.state), "point \(point)")
            #expect(status.lockedBy == nil)
            let new = try Journal.open(lab.state).history(limit: 1_000).dropLast(history).map(\.state)
            // What leaves no mark is known only where it was written down; a guest that is off went down.
            let isOff = change.name == "shutdown" && status.state == .stopped
            let seen: OperationState = change.isSeen || isOff ? (happened ? .done : .undone) : .unknown
            #expect(new == (point == 0 ? [] : point == 5 ? [.done] : [seen]), "point \(point)")
            await next.driver.close()
        }
        #expect(try Victim(in: lab, "list").finish() == ["power-1"])
        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        #expect(try await HostSnapshot.take(lab) == before)
    }
}
