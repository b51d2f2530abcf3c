// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import Testing

@testable import Libvirt

@Suite("Calls about domains, some of which hang")
struct GovernorTests {
    private static func target(_ part: CallTarget.Part = .machine) -> CallTarget {
        CallTarget(host: "test:///default", domain: UUID(), part: part)
    }

    /// Soon hung, and slow at once or never.
    private static func threads(slowAfter: Duration = .seconds(3600), replacements: Int = 4) -> CallThreads {
        CallThreads(
            limits: [.control: CallLane.Limits(threads: 1, waiting: 16, replacements: replacements)],
            patience: CallPatience(slowAfter: slowAfter, hungAfter: .milliseconds(1)))
    }

    /// Makes a call that hangs in a gate, and waits until it counts as hanging.
    private static func hang(_ target: CallTarget, _ threads: CallThreads, in gate: Gate) async {
        let task = Task {
            try await threads.call(
                "hang", lane: .control, deadline: nil, target: target, access: .machine
            ) { gate.pass() }
        }
        await gate.untilEntered()
        task.cancel()
        await #expect(throws: LibvirtError.cancelled(call: "hang", callMade: true)) { try await task.value }
        while await (try? ask(target, threads)) != nil { await Task.yield() }
    }

    private static func ask(
        _ target: CallTarget, _ threads: CallThreads, lane: CallLane = .query, access: CallAccess = .machine
    ) async throws(LibvirtError) -> Int {
        try await threads.call("ask", lane: lane, deadline: nil, target: target, access: access) { 42 }
    }

    @Test("a call on trial whose caller gave up before it was made proves nothing of its domain")
    func trialNeverMade() async throws {
        let lanes = CallLanes(
            limits: [.control: CallLane.Limits(threads: 1, waiting: 16, replacements: 0)],
            patience: CallPatience(slowAfter: .seconds(3600), hungAfter: .seconds(3600)))
        let (target, other) = (Self.target(), Self.target())
        let refusals = Guarded<[LibvirtError]>([])
        func submit(_ target: CallTarget, _ body: @escaping @Sendable () -> Void = {}) -> CallTicket {
            let ticket = CallTicket("ask", lane: .control, deadline: nil, target: target, access: .machine)
            ticket.work = {
                body()
                return CallTicket.Completion(failure: nil) {}
            }
            ticket.refusal = { error in refusals.withLock { $0.append(error) } }
            lanes.submit(ticket)
            return ticket
        }
        // The lane's own thread is busy, so that this test is the thread of all that follows.
        let (busy, hanging) = (Gate(), Gate())
        _ = submit(other) { busy.pass() }
        await busy.untilEntered()
        let hung = submit(target) { hanging.pass() }
        #expect(lanes.next(in: .control) === hung)
        #expect(OwnThread.start(named: "hanging") { lanes.run(hung) })
        await hanging.untilEntered()
        lanes.cancel(hung)
        _ = lanes.lock.whileLocked { lanes.declareHung(hung) }
        _ = submit(target)
        #expect(refusals.withLock { $0.count } == 2)
        hanging.open()
        while lanes.lock.whileLocked({ hung.phase }) != .settled { await Task.yield() }
        refusals.withLock { $0 = [] }

        let trial = submit(target)
        #expect(lanes.next(in: .control) === trial)
        lanes.cancel(trial)
        lanes.run(trial)
        #expect(refusals.withLock { $0 } == [.cancelled(call: "ask", callMade: false)])
        let next = submit(target)
        _ = submit(target)
        #expect(refusals.withLock { $0.count } == 2, "none but the next one is on trial")
        #expect(lanes.next(in: .control) === next)
        lanes.run(next)
        _ = submit(target)
        #expect(refusals.withLock { $0.count } == 2, "it answered")
        busy.open()
        lanes.endWhenDone()
    }

    @Test("one that hangs past its deadline makes others about its domain fail at once, and nobody else's")
    func breaks() async throws {
        let threads = Self.threads()
        let (hung, other) = (Self.target(), Self.target())
        let gate = Gate()
        await #expect(throws: LibvirtError.deadlineExceeded(call: "hang", callMade: true)) {
            try await threads.call(
                "hang", lane: .control, deadline: .now + .seconds(1), target: hung, access: .machine
            ) { gate.pass() }
        }
        var refusal: LibvirtError?
        while refusal == nil {
            do throws(LibvirtError) { _ = try await Self.ask(hung, threads) } catch { refusal = error }
        }
        guard case .domainHung(let call, let since)? = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(call == "hang")
        #expect(since < .now)
        #expect(try await Self.ask(other, threads) == 42)
        // What needs nothing of it, and its agent, are still reached.
        #expect(try await Self.ask(hung, threads, access: .always) == 42)
        let agent = CallTarget(host: hung.host, domain: hung.domain, part: .agent)
        #expect(try await Self.ask(agent, threads, access: .agent) == 42)
        // Another host's domain of the same UUID is another one.
        let elsewhere = CallTarget(host: "test:///elsewhere", domain: hung.domain, part: .machine)
        #expect(try await Self.ask(elsewhere, threads) == 42)
        gate.open()
        while await (try? Self.ask(hung, threads)) == nil { await Task.yield() }
    }

    @Test("one that makes a domain is waited for by a caller who gave up, and its end is what is told")
    func awaited() async throws {
        let threads = CallThreads()
        let gate = Gate()
        let task = Task {
            try await threads.call(
                "make", lane: .control, deadline: nil, target: Self.target(), access: .machine, isAwaited: true
            ) { () throws(LibvirtError) -> Int in
                gate.pass()
                return 42
            }
        }
        await gate.untilEntered()
        task.cancel()
        // Whoever waits for another call sees the first one's caller wait.
        _ = try await threads.call("next", lane: .query) { 1 }
        gate.open()
        #expect(try await task.value == 42)
    }

    @Test("one that makes a domain and does not end is given up in the end, for the first reason that there was")
    func awaitedTooLong() async throws {
        let threads = CallThreads(patience: CallPatience(endsWithin: .milliseconds(20)))
        let gate = Gate()
        let began = ContinuousClock.now
        await #expect(throws: LibvirtError.deadlineExceeded(call: "make", callMade: true)) {
            try await threads.call(
                "make", lane: .control, deadline: .now + .seconds(1), target: Self.target(), access: .machine,
                isAwaited: true
            ) { gate.pass() }
        }
        #expect(began.duration(to: .now) >= .milliseconds(1_020))
        gate.open()
    }

    @Test("a caller's short deadline is no sign that a domain hangs")
    func impatience() async throws {
        let threads = CallThreads(patience: CallPatience(hungAfter: .seconds(3600)))
        let target = Self.target()
        let gate = Gate()
        let task = Task {
            try await threads.call(
                "slow", lane: .control, deadline: nil, target: target, access: .machine
            ) { gate.pass() }
        }
        await gate.untilEntered()
        task.cancel()
        _ = await task.result
        for _ in 0..<100 { #expect(try await Self.ask(target, threads) == 42) }
        gate.open()
    }

    @Test("calls that wait behind one that hangs are refused when it counts as hanging, and were not made")
    func waiting() async throws {
        let threads = Self.threads()
        let target = Self.target()
        let gate = Gate()
        let hanging = Task {
            try await threads.call(
                "hang", lane: .control, deadline: nil, target: target, access: .machine
            ) { gate.pass() }
        }
        await gate.untilEntered()
        let isMade = Guarded(false)
        let next = Task {
            try await threads.call("next", lane: .control, deadline: nil, target: target, access: .machine) {
                isMade.withLock { $0 = true }
            }
        }
        while threads.waitingCount(in: .control) == 0 { await Task.yield() }
        hanging.cancel()
        let error = await #expect(throws: LibvirtError.self) { try await next.value }
        guard case .domainHung(call: "hang", _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(threads.waitingCount(in: .control) == 0)
        gate.open()
        #expect(!isMade.withLock { $0 })
    }

    @Test("a domain costs a lane one thread, however many calls about it wait")
    func oneThread() async throws {
        let threads = CallThreads(
            limits: [.control: CallLane.Limits(threads: 8, waiting: 64, replacements: 8)],
            patience: CallPatience(slowAfter: .milliseconds(1)))
        let (busy, other) = (Self.target(), Self.target())
        let gate = Gate()
        let first = Task {
            try await threads.call("f", lane: .control, deadline: nil, target: busy, access: .machine) { gate.pass() }
        }
        await gate.untilEntered()
        let running = Guarded(0)
        let rest = (0..<20).map { _ in
            Task {
                try await threads.call("g", lane: .control, deadline: nil, target: busy, access: .machine) {
                    let others = running.withLock { running in
                        defer { running += 1 }
                        return running
                    }
                    #expect(others == 0)
                    running.withLock { $0 -= 1 }
                }
            }
        }
        while threads.waitingCount(in: .control) < 20 { await Task.yield() }
        for _ in 0..<50 { #expect(try await Self.ask(other, threads, lane: .control) == 42) }
        // One that must go through does not wait for its turn.
        #expect(try await Self.ask(busy, threads, lane: .control, access: .always) == 42)
        gate.open()
        try await first.value
        for task in rest { try await task.value }
    }

    @Test(
        "who waits for answers waits for those that nobody else waits for any more",
        arguments: [CallLane.long, .control])
    func answers(lane: CallLane) async throws {
        let threads = CallThreads(patience: CallPatience(hungAfter: .seconds(3600)))
        let host = try await TestHost(threads: threads)
        let domain = try await host.connection.domain(named: "first")
        let target = CallTarget(
            host: domain.handle.connection.host, domain: domain.handle.domain.uuid, part: .machine)
        let gate = Gate()
        let order = Guarded<[String]>([])
        let given = Task {
            try await threads.call("start", lane: lane, deadline: nil, target: target, access: .machine) {
                gate.pass()
                order.withLock { $0.append("answered") }
            }
        }
        await gate.untilEntered()
        given.cancel()
        await #expect(throws: LibvirtError.cancelled(call: "start", callMade: true)) { try await given.value }
        let waiting = Task {
            try await domain.awaitAnswers()
            order.withLock { $0.append("went on") }
        }
        while threads.waitingCount(in: lane) == 0 { await Task.yield() }
        gate.open()
        try await waiting.value
        #expect(order.withLock { $0 } == ["answered", "went on"])
        await host.connection.close()
    }

    @Test("a slow call does not keep its lane's others waiting, and nobody takes it for one that hangs")
    func slow() async throws {
        let threads = Self.threads(slowAfter: .milliseconds(20))
        let (slow, other) = (Self.target(), Self.target())
        let gate = Gate()
        let first = Task {
            try await threads.call("slow", lane: .control, deadline: nil, target: slow, access: .machine) {
                gate.pass()
            }
        }
        await gate.untilEntered()
        #expect(try await Self.ask(other, threads, lane: .control) == 42)
        gate.open()
        try await first.value
        #expect(try await Self.ask(slow, threads) == 42)
        while threads.threadCount(in: .control) > 1 { await Task.yield() }
    }

    @Test("what is given to the lane for closing stays in its order, however slow it is")
    func order() async throws {
        let threads = Self.threads(slowAfter: .milliseconds(1))
        let gate = Gate()
        let order = Guarded<[Int]>([])
        threads.post(to: .release) {
            gate.pass()
            order.withLock { $0.append(1) }
        }
        await gate.untilEntered()
        for number in 2...5 { threads.post(to: .release) { order.withLock { $0.append(number) } } }
        // Time for the first one to be slow, and for another thread to overtake it where it may.
        try await Task.sleep(for: .milliseconds(50))
        #expect(threads.threadCount(in: .release) == 1)
        gate.open()
        while order.withLock({ $0.count }) < 5 { await Task.yield() }
        #expect(order.withLock { $0 } == [1, 2, 3, 4, 5])
    }

    @Test("of two hundred calls about twenty domains, one of which hangs, all others' are answered")
    func many() async throws {
        let threads = Self.threads()
        let hung = Self.target()
        let gate = Gate()
        await Self.hang(hung, threads, in: gate)
        let targets = [hung] + (0..<19).map { _ in Self.target() }
        let answers = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask { await (try? Self.ask(targets[number % 20], threads)) == 42 }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(answers == 190)
        gate.open()
    }

    @Test("a storm of calls that hang, are slow, late or cancelled leaves nothing behind", arguments: 1...8)
    func storm(seed: UInt64) async throws {
        let threads = CallThreads(
            limits: [
                .control: CallLane.Limits(threads: 1, waiting: 512, replacements: 6),
                .monitor: CallLane.Limits(threads: 2, waiting: 512, replacements: 6),
            ],
            patience: CallPatience(slowAfter: .milliseconds(5), hungAfter: .milliseconds(5)))
        var random = Random(state: seed)
        let targets = (0..<6).map { _ in Self.target() }
        let gate = Gate()
        let running = Guarded<[CallTarget: Int]>([:])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<300 {
                let target = targets[random.below(targets.count)]
                let lane: CallLane = random.below(2) == 0 ? .control : .monitor
                let isDestroy = lane == .control && random.below(10) == 0
                let deadline: ContinuousClock.Instant? = random.below(2) == 0 ? .now + .milliseconds(20) : nil
                // At most one a domain, and each lane has a thread to spare for every domain.
                let hangs = random.below(40) == 0 && deadline != nil && !isDestroy
                let pause = UInt32(random.below(2_000))
                let isCancelled = random.below(5) == 0
                group.addTask {
                    let call = Task {
                        try await threads.call(
                            "storm", lane: lane, deadline: deadline, target: target,
                            access: isDestroy ? .always : .machine
                        ) {
                            if lane == .monitor {
                                let others = running.withLock { running in
                                    defer { running[target, default: 0] += 1 }
                                    return running[target, default: 0]
                                }
                                #expect(others == 0)
                            }
                            if hangs { gate.pass() } else { usleep(pause) }
                            if lane == .monitor { running.withLock { $0[target, default: 0] -= 1 } }
                        }
                    }
                    if isCancelled { call.cancel() }
                    _ = await call.result
                }
            }
        }
        gate.open()
        for target in targets {
            while await (try? Self.ask(target, threads, lane: .monitor)) == nil { await Task.yield() }
            while await (try? Self.ask(target, threads, lane: .control)) == nil { await Task.yield() }
        }
        while threads.meter["storm"].inFlight > 0 { await Task.yield() }
        for lane in [CallLane.control, .monitor] { #expect(threads.waitingCount(in: lane) == 0) }
        // Threads that were added leave when they are woken next.
        while threads.threadCount(in: .control) > 1 || threads.threadCount(in: .monitor) > 2 {
            for lane in [CallLane.control, .monitor] { _ = try? await Self.ask(targets[0], threads, lane: lane) }
        }
    }

    @Test("the meter counts calls, failures by code, missed deadlines, cancellations, refusals and what still runs")
    func meter() async throws {
        let threads = Self.threads()
        let target = Self.target()
        let report = LibvirtError.Report(
            code: .noDomain, domain: .unspecified, level: .error, call: "fail", message: "gone")
        for _ in 0..<3 {
            _ = try? await threads.call("fail", lane: .query) { () throws(LibvirtError) in throw .reported(report) }
        }
        _ = try? await threads.call("late", lane: .query, deadline: .now - .seconds(1)) {}
        let gate = Gate()
        await Self.hang(target, threads, in: gate)
        let refused = threads.meter["ask"].refusals
        #expect(refused >= 1)
        await #expect(throws: LibvirtError.self) { try await Self.ask(target, threads) }

        let meter = threads.meter
        #expect(meter["fail"].made == 3)
        #expect(meter["fail"].failures == [.noDomain: 3])
        #expect(meter["late"].made == 0)
        #expect(meter["late"].deadlineMisses == 1)
        #expect(meter["hang"].made == 1)
        #expect(meter["hang"].inFlight == 1)
        #expect(meter["hang"].cancellations == 1)
        #expect(meter["ask"].refusals == refused + 1)
        #expect(meter["never"] == CallMeter.Figures())
        gate.open()
        while threads.meter["hang"].inFlight > 0 { await Task.yield() }
        #expect(threads.meter["hang"].time > .zero)
    }

    @Test("a connection's calls show in its threads' meter, with libvirt's codes")
    func connectionMeter() async throws {
        let host = try await TestHost()
        _ = try await host.connection.stateStatistics()
        await #expect(throws: LibvirtError.self) { try await host.connection.domain(named: "missing") }
        let meter = host.threads.meter
        #expect(meter["virConnectGetAllDomainStats"].made == 1)
        #expect(meter["virConnectGetAllDomainStats"].failures.isEmpty)
        #expect(meter["virDomainLookupByName"].failures == [.noDomain: 1])
        #expect(meter["virConnectOpen"].made == 1)
        await host.connection.close()
    }

    @Test("one domain's statistics are asked in their own lane, and tell at least its state")
    func statistics() async throws {
        let host = try await TestHost()
        let domain = try await host.connection.domain(named: "first")
        let statistics = try await domain.statistics(deadline: .now + .seconds(600))
        #expect(statistics.state == .running(.booted) || statistics.state == .running(.unknown))
        #expect(host.threads.threadCount(in: .monitor) == 1)
        await host.connection.close()
        await #expect(throws: LibvirtError.closed) { try await domain.statistics(deadline: nil) }
    }
}

/// Numbers that are the same for the same seed (xorshift).
private struct Random {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(limit))
    }
}
