// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import Testing

@testable import Compute

@Suite("Contended locks")
struct LockContentionTests {
    let state: TemporaryState
    let locks: DomainLocks
    let id = InstanceID()

    init() throws {
        state = try TemporaryState.prepared()
        locks = DomainLocks(state.directory)
    }

    @Test("answer each of 4,000 tasks, of which many are cancelled or out of time, and are free in the end")
    func storm() async throws {
        let ids = (0..<3).map { _ in InstanceID() }
        let (locks, others) = (locks, DomainLocks(state.directory))
        let inside = Shared([InstanceID: Int]())
        let entered = Shared(0)
        var tasks: [Task<ComputeError?, Never>] = []
        for number in 0..<4_000 {
            let id = ids[number % ids.count]
            let patience: Duration? = number % 5 == 0 ? .milliseconds(number % 40) : nil
            tasks.append(
                Task {
                    await computeError {
                        try await (number % 8 == 0 ? others : locks).withLock(
                            id, operation: "test", context: .test(), waitingAtMost: patience
                        ) { () async throws(ComputeError) in
                            let count = inside.withLock { inside in
                                inside[id, default: 0] += 1
                                return inside[id]
                            }
                            #expect(count == 1)
                            await Task.yield()
                            inside.withLock { $0[id, default: 0] -= 1 }
                            entered.withLock { $0 += 1 }
                        }
                    }
                })
            if number % 7 == 3 { tasks[number / 2].cancel() }
        }
        var answers: [ComputeError.Code?: Int] = [:]
        for task in tasks { answers[await task.value?.code, default: 0] += 1 }
        #expect(answers.values.reduce(0, +) == 4_000)
        #expect(Set(answers.keys).isSubset(of: [nil, .cancelled, .busy]))
        #expect(answers[nil] == entered.withLock { $0 })
        for id in ids {
            #expect(locks.waitingTasks(for: id) == 0)
            #expect(try locks.waitingProcesses(for: id) == 0)
            #expect(try locks.tryAcquire(id, operation: "test", context: .test()) != nil)
        }
    }

    @Test("go to a process that waits before the next task of the process that had them")
    func fairness() async throws {
        let (locks, others, id) = (locks, DomainLocks(state.directory), id)
        let order = Shared([String]())
        let lock = try #require(try locks.tryAcquire(id, operation: "test", context: .test()))
        try await withThrowingTaskGroup(of: Void.self) { group in
            @Sendable func enter(_ locks: DomainLocks, _ name: String) async throws {
                try await locks.withLock(id, operation: "test", context: .test()) { () async throws(ComputeError) in
                    order.withLock { $0.append(name) }
                }
            }
            for _ in 0..<50 { group.addTask { try await enter(locks, "own") } }
            while locks.waitingTasks(for: id) < 50 { await Task.yield() }
            group.addTask { try await enter(others, "other") }
            while try locks.waitingProcesses(for: id) < 1 { await Task.yield() }
            lock.release()
            try await group.waitForAll()
        }
        #expect(order.withLock { $0.first } == "other")
        #expect(order.withLock { $0.count } == 51)
    }

    @Test("of a process that was killed are taken at once, and so is its place in the line")
    func death() async throws {
        let holder = try Victim(state.directory, id, "hold")
        #expect(try holder.firstLine() == "held")
        let second = try Victim(state.directory, id, "hold")
        while try locks.waitingProcesses(for: id) < 1 { await Task.yield() }
        let (locks, id) = (locks, id)
        let waiting = Task {
            await computeError {
                try await locks.withLock(id, operation: "test", context: .test(), waitingAtMost: .seconds(60)) {}
            }
        }
        while try locks.waitingProcesses(for: id) < 2 { await Task.yield() }
        second.kill()
        #expect(try locks.waitingProcesses(for: id) == 1)
        #expect(try locks.holder(of: id)?.processID == holder.processID)
        let start = ContinuousClock.now
        holder.kill()
        #expect(await waiting.value == nil)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test("of two instances are taken in one order, so that 300 tasks that name them in opposite ones all get them")
    func pairs() async throws {
        let pair = [InstanceID(), InstanceID()]
        let objects = [locks, DomainLocks(state.directory)]
        let entered = Shared(0)
        await withTaskGroup(of: ComputeError?.self) { group in
            for number in 0..<300 {
                let ids = number % 2 == 0 ? pair : pair.reversed() + pair
                group.addTask {
                    await computeError {
                        try await objects[number / 2 % 2].withLocks(
                            on: ids, operation: "test", context: .test(), waitingAtMost: .seconds(600)
                        ) { () async throws(ComputeError) in
                            await Task.yield()
                            entered.withLock { $0 += 1 }
                        }
                    }
                }
            }
            for await error in group { #expect(error == nil) }
        }
        #expect(entered.withLock { $0 } == 300)
        #expect(try locks.held() == [:])
    }

    @Test("of two instances are not held where one of them cannot be had")
    func pairWithOneTaken() async throws {
        let pair = [InstanceID(), InstanceID()].sorted { $0.description < $1.description }
        let lock = try #require(try locks.tryAcquire(pair[1], operation: "test", context: .test()))
        let error = await computeError {
            try await locks.withLocks(
                on: pair, operation: "test", context: .test(), waitingAtMost: .milliseconds(10)
            ) {}
        }
        #expect(error?.code == .busy)
        #expect(error?.subject == "instance \(pair[1])")
        #expect(try locks.held().keys.map(\.description) == [pair[1].description])
        lock.release()
    }
}
