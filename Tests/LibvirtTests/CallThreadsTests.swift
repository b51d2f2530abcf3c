// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import Libvirt

@Suite("Calls on their own threads")
struct CallThreadsTests {
    /// One thread, one place to wait, one replacement: every limit is near.
    private static func narrow() -> CallThreads {
        CallThreads(
            limits: [.control: CallLane.Limits(threads: 1, waiting: 1, replacements: 1)],
            patience: CallPatience(slowAfter: .seconds(3600)))
    }

    @Test("gives the result of the body, and its error")
    func results() async throws {
        let threads = Self.narrow()
        #expect(try await threads.call("f", lane: .control) { 42 } == 42)
        await #expect(throws: LibvirtError.closed) {
            try await threads.call("f", lane: .control) { () throws(LibvirtError) -> Int in throw .closed }
        }
    }

    @Test("releases a caller at its deadline while the call hangs, and drops the late result")
    func deadlineDuringCall() async throws {
        let threads = Self.narrow()
        let gate = Gate()
        // The thread is there already, and has all the time that a loaded machine may need to take the call.
        try await threads.call("first", lane: .control) {}
        await #expect(throws: LibvirtError.deadlineExceeded(call: "hang", callMade: true)) {
            try await threads.call("hang", lane: .control, deadline: .now + .seconds(3)) { gate.pass() }
        }
        // The thread still hangs; a replacement makes this call.
        #expect(try await threads.call("next", lane: .control) { 7 } == 7)
        gate.open()
    }

    @Test("never makes a call whose deadline passed in the queue")
    func deadlineInQueue() async throws {
        let threads = Self.narrow()
        let gate = Gate()
        let first = Task { try await threads.call("first", lane: .control) { gate.pass() } }
        await gate.untilEntered()
        let made = Guarded(false)
        await #expect(throws: LibvirtError.deadlineExceeded(call: "second", callMade: false)) {
            try await threads.call("second", lane: .control, deadline: .now + .milliseconds(20)) {
                made.withLock { $0 = true }
            }
        }
        gate.open()
        try await first.value
        try await threads.call("third", lane: .control) {}
        #expect(!made.withLock { $0 })
    }

    @Test("never makes a call whose deadline passed before")
    func deadlineBefore() async {
        let threads = Self.narrow()
        await #expect(throws: LibvirtError.deadlineExceeded(call: "f", callMade: false)) {
            try await threads.call("f", lane: .control, deadline: .now - .seconds(1)) {}
        }
        #expect(threads.threadCount(in: .control) == 0)
    }

    @Test("refuses a call when the queue is full, and takes the next when it is not")
    func overflow() async throws {
        let threads = Self.narrow()
        let gate = Gate()
        let first = Task { try await threads.call("first", lane: .control) { gate.pass() } }
        await gate.untilEntered()
        let second = Task { try await threads.call("second", lane: .control) { 2 } }
        while threads.waitingCount(in: .control) == 0 { await Task.yield() }
        await #expect(throws: LibvirtError.overloaded(lane: "control")) {
            try await threads.call("third", lane: .control) {}
        }
        // Another lane is not held up.
        #expect(try await threads.call("other", lane: .query) { 5 } == 5)
        gate.open()
        try await first.value
        #expect(try await second.value == 2)
    }

    @Test("a cancelled call in the queue is never made")
    func cancelInQueue() async throws {
        let threads = Self.narrow()
        let gate = Gate()
        let first = Task { try await threads.call("first", lane: .control) { gate.pass() } }
        await gate.untilEntered()
        let made = Guarded(false)
        let second = Task { try await threads.call("second", lane: .control) { made.withLock { $0 = true } } }
        while threads.waitingCount(in: .control) == 0 { await Task.yield() }
        second.cancel()
        await #expect(throws: LibvirtError.cancelled(call: "second", callMade: false)) { try await second.value }
        gate.open()
        try await first.value
        try await threads.call("third", lane: .control) {}
        #expect(!made.withLock { $0 })
    }

    @Test("a cancelled call that runs releases its caller, who learns that it was made")
    func cancelDuringCall() async throws {
        let threads = Self.narrow()
        let gate = Gate()
        let task = Task { try await threads.call("hang", lane: .control) { gate.pass() } }
        await gate.untilEntered()
        task.cancel()
        await #expect(throws: LibvirtError.cancelled(call: "hang", callMade: true)) { try await task.value }
        #expect(try await threads.call("next", lane: .control) { 1 } == 1)
        gate.open()
    }

    @Test("a call of a task that was cancelled before is never made")
    func cancelledBefore() async {
        let threads = Self.narrow()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await threads.call("f", lane: .control) {}
        }
        task.cancel()
        await #expect(throws: LibvirtError.cancelled(call: "f", callMade: false)) { try await task.value }
    }

    @Test("replaces no more threads than it may, and goes on when one comes back")
    func replacementLimit() async throws {
        let threads = Self.narrow()
        let gates = [Gate(), Gate()]
        for gate in gates {
            let task = Task { try await threads.call("hang", lane: .control) { gate.pass() } }
            await gate.untilEntered()
            task.cancel()
            await #expect(throws: LibvirtError.cancelled(call: "hang", callMade: true)) { try await task.value }
        }
        await #expect(throws: LibvirtError.deadlineExceeded(call: "f", callMade: false)) {
            try await threads.call("f", lane: .control, deadline: .now + .milliseconds(20)) {}
        }
        #expect(threads.threadCount(in: .control) == 2)
        gates[0].open()
        #expect(try await threads.call("g", lane: .control) { 3 } == 3)
        gates[1].open()
        while threads.threadCount(in: .control) > 1 { await Task.yield() }
    }

    @Test("keeps the cooperative pool free")
    func poolStaysFree() async throws {
        let threads = CallThreads(limits: [.long: CallLane.Limits(threads: 16, waiting: 16, replacements: 0)])
        let gates = (0..<16).map { _ in Gate() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for gate in gates { group.addTask { try await threads.call("hang", lane: .long) { gate.pass() } } }
            // All sixteen block at once; this task, on one of a few cooperative threads, goes on.
            for gate in gates { await gate.untilEntered() }
            for gate in gates { gate.open() }
            try await group.waitForAll()
        }
    }

    @Test("frees the body before the caller goes on")
    func bodyIsFreed() async throws {
        final class Token: Sendable {}
        let threads = Self.narrow()
        for _ in 0..<100 {
            var token: Token? = Token()
            weak let watched = token
            try await threads.call("f", lane: .control) { [token] in _ = token }
            token = nil
            #expect(watched == nil)
        }
    }

    @Test("keeps nothing of the answer once the caller has it")
    func answerIsHandedOver() async throws {
        final class Token: Sendable {}
        let threads = Self.narrow()
        for _ in 0..<1000 {
            var token: Token? = try await threads.call("f", lane: .control) { Token() }
            weak let watched = token
            #expect(watched != nil)
            token = nil
            #expect(watched == nil)
        }
    }

    @Test("serves two hundred tasks at once")
    func manyTasks() async throws {
        let threads = CallThreads()
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...200 {
                group.addTask {
                    try await threads.call("f", lane: .query, deadline: .now + .seconds(600)) { number }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 20_100)
    }
}

/// Where a body blocks until the test lets it go.
final class Gate: Sendable {
    private let isOpen = Guarded((entered: false, open: false))
    private let lock = ThreadLock()
    private let changed = ThreadCondition()

    /// Blocks the thread until the gate is open.
    func pass() {
        isOpen.withLock { $0.entered = true }
        lock.whileLocked {
            while !isOpen.withLock({ $0.open }) { changed.wait(holding: lock) }
            // Others may block here too.
            changed.wakeOne()
        }
    }

    func open() {
        lock.whileLocked {
            isOpen.withLock { $0.open = true }
            changed.wakeOne()
        }
    }

    /// Returns once somebody blocks.
    func untilEntered() async {
        while !isOpen.withLock({ $0.entered }) { await Task.yield() }
    }
}
