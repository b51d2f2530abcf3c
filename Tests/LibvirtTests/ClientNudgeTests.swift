// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import Libvirt

@Suite("A nudge for libvirt's client")
struct ClientNudgeTests {
    private let threads = CallThreads(limits: [.long: CallLane.Limits(threads: 8, waiting: 8, replacements: 0)])

    /// Makes a call that lasts until the gate opens, and counts the nudges meanwhile.
    private func call(_ nudge: ClientNudge, _ count: Guarded<Int>, until gate: Gate) async -> Task<Void, any Error> {
        let task = Task {
            try await threads.call("f", lane: .long) { () throws(LibvirtError) in
                try nudge.watch({ count.withLock { $0 += 1 } }, during: { () throws(LibvirtError) in gate.pass() })
            }
        }
        await gate.untilEntered()
        return task
    }

    @Test("comes while two calls are under way, less and less often, and not for one alone")
    func twoCalls() async throws {
        let nudge = ClientNudge(first: .milliseconds(1), longest: .milliseconds(4))
        let count = Guarded(0)
        let (first, second) = (Gate(), Gate())
        let hanging = await call(nudge, count, until: first)
        // One alone reads and writes for itself.
        try await Task.sleep(for: .milliseconds(50))
        #expect(count.withLock { $0 } == 0)
        let next = await call(nudge, count, until: second)
        while count.withLock({ $0 }) < 5 { await Task.yield() }
        second.open()
        try await next.value
        let nudges = count.withLock { $0 }
        try await Task.sleep(for: .milliseconds(50))
        // At most the one that was on its way when the call ended.
        #expect(count.withLock { $0 } <= nudges + 1)
        first.open()
        try await hanging.value
    }

    @Test("does not come where the newest call has its answer, whatever else is under way")
    func answered() async throws {
        let nudge = ClientNudge(first: .milliseconds(20), longest: .milliseconds(20))
        let count = Guarded(0)
        let gates = [Gate(), Gate()]
        var hanging: [Task<Void, any Error>] = []
        hanging.append(await call(nudge, count, until: gates[0]))
        let third = Gate()
        third.open()
        hanging.append(await call(nudge, count, until: gates[1]))
        try await call(nudge, count, until: third).value
        let before = count.withLock { $0 }
        try await Task.sleep(for: .milliseconds(200))
        #expect(count.withLock { $0 } <= before + 1)
        for gate in gates { gate.open() }
        for task in hanging { try await task.value }
    }
}
