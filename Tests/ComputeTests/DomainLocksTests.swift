// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import InstanceModel
import SystemPackage
import Testing

@testable import Compute

@Suite("Domain locks")
struct DomainLocksTests {
    let state: TemporaryState
    let locks: DomainLocks
    let id = InstanceID()

    init() throws {
        state = try TemporaryState.prepared()
        locks = DomainLocks(state.directory)
    }

    @Test("exclude each other among 1,000 tasks on four locks, in one object and in two")
    func excludes() async throws {
        let ids = (0..<4).map { _ in InstanceID() }
        let holders = Shared([InstanceID: Int]())
        let entered = Shared(0)
        let (locks, others) = (locks, DomainLocks(state.directory))
        await withTaskGroup(of: ComputeError?.self) { group in
            for number in 0..<1_000 {
                let id = ids[number % ids.count]
                group.addTask {
                    await computeError {
                        try await (number < 900 ? locks : others).withLock(id, operation: "test", context: .test()) {
                            () async throws(ComputeError) in
                            let inside = holders.withLock { holders in
                                holders[id, default: 0] += 1
                                return holders[id]
                            }
                            #expect(inside == 1)
                            await Task.yield()
                            holders.withLock { $0[id, default: 0] -= 1 }
                            entered.withLock { $0 += 1 }
                        }
                    }
                }
            }
            for await error in group { #expect(error == nil) }
        }
        let count = entered.withLock { $0 }
        #expect(count == 1_000)
        #expect(try locks.held() == [:])
    }

    @Test("go to the tasks in the order in which they asked")
    func order() async throws {
        let (locks, id) = (locks, id)
        let order = Shared([Int]())
        try await withThrowingTaskGroup(of: Void.self) { group in
            let lock = try #require(try locks.tryAcquire(id, operation: "test", context: .test()))
            for number in 0..<2_000 {
                group.addTask {
                    try await locks.withLock(id, operation: "test", context: .test()) {
                        () async throws(ComputeError) in
                        order.withLock { $0.append(number) }
                    }
                }
                while locks.waitingTasks(for: id) <= number { await Task.yield() }
            }
            lock.release()
            try await group.waitForAll()
        }
        let served = order.withLock { $0 }
        #expect(served == Array(0..<2_000))
    }

    @Test("let a task go that is cancelled while it waits, and those behind it move up")
    func cancellation() async throws {
        let (locks, id) = (locks, id)
        let lock = try #require(try locks.tryAcquire(id, operation: "test", context: .test()))
        let cancelled = Task { await entry(waitingAtMost: nil) }
        while locks.waitingTasks(for: id) < 1 { await Task.yield() }
        let next = Task { await entry(waitingAtMost: nil) }
        while locks.waitingTasks(for: id) < 2 { await Task.yield() }
        cancelled.cancel()
        #expect(await cancelled.value?.code == .cancelled)
        #expect(locks.waitingTasks(for: id) == 1)
        lock.release()
        #expect(await next.value == nil)
    }

    @Test("are not given to a task that was cancelled before it asked")
    func cancelledBefore() async {
        let task = Task { () -> ComputeError? in
            withUnsafeCurrentTask { $0?.cancel() }
            return await entry(waitingAtMost: nil)
        }
        #expect(await task.value?.code == .cancelled)
        #expect(await entry(waitingAtMost: .zero) == nil)
    }

    @Test("tell who holds one for too long", arguments: [Duration.zero, .milliseconds(20)])
    func busy(limit: Duration) async throws {
        let lock = try #require(try locks.tryAcquire(id, operation: "instance.spawn", context: .test()))
        let error = await entry(waitingAtMost: limit)
        #expect(error?.code == .busy)
        #expect(error?.outcome == .didNotHappen)
        let start = "the instance is locked by instance.spawn of tester (process \(getpid())) since "
        #expect(error?.message.hasPrefix(start) == true)
        lock.release()
        #expect(await entry(waitingAtMost: limit) == nil)
    }

    @Test("heed the context's deadline")
    func deadline() async throws {
        let lock = try #require(try locks.tryAcquire(id, operation: "test", context: .test()))
        let context = OperationContext.test(deadline: .now.advanced(by: .milliseconds(20)))
        let error = await computeError {
            try await locks.withLock(id, operation: "test", context: context, waitingAtMost: .seconds(600)) {}
        }
        #expect(error?.code == .deadlineExceeded)
        lock.release()
    }

    @Test("are given back by a body that fails")
    func failure() async throws {
        let failure = ComputeError(.failed, subject: "test", message: "planned")
        let error = await computeError {
            try await locks.withLock(id, operation: "test", context: .test()) {
                () async throws(ComputeError) in throw failure
            }
        }
        #expect(error == failure)
        #expect(try locks.tryAcquire(id, operation: "test", context: .test()) != nil)
    }

    @Test("are given back once, and by being forgotten")
    func release() throws {
        let first = try #require(try locks.tryAcquire(id, operation: "test", context: .test()))
        first.release()
        let second = try #require(try locks.tryAcquire(id, operation: "test", context: .test()))
        first.release()
        #expect(try locks.tryAcquire(id, operation: "test", context: .test()) == nil)
        withExtendedLifetime(second) {}
    }

    @Test("show their holders, and none where nobody holds one")
    func holders() throws {
        let other = InstanceID()
        #expect(try locks.held() == [:])
        let lock = try #require(try locks.tryAcquire(id, operation: "instance.delete", context: .test()))
        let holder = try #require(try locks.holder(of: id))
        #expect(holder.operation == "instance.delete")
        #expect(holder.principal == "tester")
        #expect(holder.processID == getpid())
        #expect(try locks.held() == [id: holder])
        #expect(try locks.holder(of: other) == nil)
        lock.release()
        #expect(try locks.held() == [:])
    }

    @Test("do not take a dead holder's record for a live one's")
    func staleRecord() throws {
        let victim = try Victim(state.directory, id, "hold")
        #expect(try victim.firstLine() == "held")
        victim.kill()
        let table = state.directory.lockTable
        #expect(try Data(contentsOf: URL(filePath: table.string)).contains(Data("test.hold".utf8)))
        #expect(try locks.holder(of: id) == nil)
        #expect(try locks.held() == [:])
        // A holder that has not described itself yet, as between its lock and its record.
        let silent = try LockTable.open(table)
        var attempt = LockAttempt(isWaiting: false, lastTicket: 1)
        #expect(try silent.carryOn(&attempt, in: LockTable.Region(of: id)))
        #expect(try locks.holder(of: id)?.operation == "unknown")
        silent.release(LockTable.Region(of: id), record: nil)
        #expect(try locks.tryAcquire(id, operation: "test", context: .test()) != nil)
    }

    @Test("exclude other processes, and are freed by a process's death")
    func processes() async throws {
        let victim = try Victim(state.directory, id, "hold")
        #expect(try victim.firstLine() == "held")
        #expect(try locks.tryAcquire(id, operation: "test", context: .test()) == nil)
        let error = await entry(waitingAtMost: .milliseconds(30))
        #expect(error?.code == .busy)
        #expect(error?.message.contains("test.hold of victim (process \(victim.processID))") == true)
        #expect(try locks.held().mapValues(\.processID) == [id: victim.processID])
        let waiting = Task { await entry(waitingAtMost: .seconds(60)) }
        victim.kill()
        #expect(await waiting.value == nil)
    }

    @Test("go from one process to the next")
    func handover() async throws {
        let lock = try #require(try locks.tryAcquire(id, operation: "test", context: .test()))
        let victim = try Victim(state.directory, id, "hold")
        lock.release()
        #expect(try victim.firstLine() == "held")
        #expect(await entry(waitingAtMost: .zero)?.code == .busy)
        #expect(try victim.finish() == [])
        #expect(await entry(waitingAtMost: .zero) == nil)
    }

    @Test(
        "carry any operation and principal in their record",
        arguments: ["\"\n\u{0}", String(repeating: "é\u{1}", count: 500)])
    func hostileNames(text: String) throws {
        let context = OperationContext(principal: Principal(name: text))
        let lock = try #require(try locks.tryAcquire(id, operation: text, context: context))
        let holder = try #require(try locks.holder(of: id))
        #expect(!holder.operation.isEmpty && text.hasPrefix(holder.operation))
        #expect(!holder.principal.isEmpty && text.hasPrefix(holder.principal))
        lock.release()
    }

    @Test("fail clearly where the directory was never prepared")
    func unprepared() throws {
        let state = try TemporaryState()
        let locks = DomainLocks(state.directory)
        #expect(try locks.held() == [:])
        let error = try #require(
            #expect(throws: ComputeError.self) { try locks.tryAcquire(id, operation: "test", context: .test()) })
        #expect(error.code == .failed)
        // The turn was passed on: a second try fails alike and does not wait.
        #expect(throws: error) { try locks.tryAcquire(id, operation: "test", context: .test()) }
    }

    private func entry(waitingAtMost limit: Duration?) async -> ComputeError? {
        await computeError {
            try await locks.withLock(id, operation: "test", context: .test(), waitingAtMost: limit) {}
        }
    }
}
