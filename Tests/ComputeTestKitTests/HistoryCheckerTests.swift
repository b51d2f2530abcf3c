// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Testing

@testable import ComputeTestKit

@Suite("The checker of histories")
struct HistoryCheckerTests {
    /// Calls one after the other, the first at 10, each 10 long and 10 apart.
    private func sequence(_ calls: [(GuestRequest, GuestAnswer)]) -> [GuestCall] {
        calls.enumerated().map { index, call in
            let begin = UInt64(index * 20 + 10)
            return GuestCall("\(index)", call.0, id: "a", begin: begin, end: begin + 10, answer: call.1)
        }
    }

    private func isTrue(_ calls: [GuestCall]) -> Bool {
        HistoryChecker().check(calls) == .linearizable
    }

    @Test("believes a life in which each answer follows from the last")
    func life() {
        #expect(
            isTrue(
                sequence([
                    (.look, .absent), (.spawn, .done), (.spawn, .conflict), (.look, .saw(.running)), (.pause, .done),
                    (.pause, .done), (.start, .conflict), (.look, .saw(.paused)), (.reset, .conflict),
                    (.resume, .done), (.reset, .done), (.deleteStopped, .conflict), (.shutdown, .done),
                    (.look, .saw(.stopped)), (.resume, .conflict), (.start, .done), (.stop, .done), (.stop, .done),
                    (.deleteStopped, .done), (.stop, .absent), (.delete, .absent),
                ])))
    }

    @Test(
        "finds an answer that does not follow",
        arguments: [
            [(.look, .saw(.running))], [(.spawn, .conflict)], [(.delete, .done)],
            [(.spawn, .done), (.spawn, .done)], [(.spawn, .done), (.look, .saw(.paused))],
            [(.spawn, .done), (.look, .saw(.error))], [(.spawn, .done), (.stop, .absent)],
            [(.spawn, .done), (.pause, .done), (.look, .saw(.running))],
            [(.spawn, .done), (.pause, .nothing), (.look, .saw(.paused))],
            [(.spawn, .done), (.shutdown, .nothing), (.look, .saw(.stopped))],
            [(.spawn, .done), (.delete, .done), (.look, .saw(.stopped))],
            [(.spawn, .nothing), (.look, .saw(.running))],
            [(.spawn, .done), (.stop, .done), (.start, .done), (.look, .saw(.stopped))],
        ] as [[(GuestRequest, GuestAnswer)]])
    func lies(calls: [(GuestRequest, GuestAnswer)]) {
        guard case .violation(let violation) = HistoryChecker().check(sequence(calls)) else {
            Issue.record("it is believed")
            return
        }
        #expect(violation.call.name == "\(calls.count - 1)")
        #expect(violation.description.contains("cannot be true"))
    }

    @Test("lets calls that overlap take effect in either order, and others not")
    func overlap() {
        let spawn = GuestCall("s", .spawn, id: "a", begin: 0, end: 10, answer: .done)
        let pause = GuestCall("p", .pause, id: "a", begin: 20, end: 60, answer: .done)
        func looks(_ first: InstanceState, _ second: InstanceState) -> [GuestCall] {
            [
                GuestCall("1", .look, id: "a", begin: 30, end: 35, answer: .saw(first)),
                GuestCall("2", .look, id: "a", begin: 40, end: 45, answer: .saw(second)),
            ]
        }
        #expect(isTrue([spawn, pause] + looks(.running, .paused)))
        #expect(isTrue([spawn, pause] + looks(.running, .running)))
        #expect(!isTrue([spawn, pause] + looks(.paused, .running)))
    }

    @Test(
        "lets a guest of unknown identity be another than the one that was looked for",
        arguments: Set(GuestRequest.allCases).subtracting([.spawn, .crash, .look]))
    func unknownIdentity(request: GuestRequest) {
        let spawn = GuestCall("s", .spawn, begin: 0, end: 10, answer: .done)
        let absent = GuestCall("a", request, id: "old", begin: 20, end: 30, answer: .absent)
        let seen = GuestCall("1", .look, id: "new", begin: 40, end: 50, answer: .saw(.running))
        #expect(isTrue([spawn, absent, seen]))
    }

    @Test(
        "lets a deletion finish one that was left, and no other", arguments: [GuestRequest.delete, .deleteStopped])
    func finishedByAnother(request: GuestRequest) {
        let spawn = GuestCall("s", .spawn, id: "a", begin: 0, end: 10, answer: .done)
        func deletions(wasLeft: Bool) -> [GuestCall] {
            [
                GuestCall("1", .delete, id: "a", begin: 20, end: 90, answer: .done, wasLeft: wasLeft),
                GuestCall("2", request, id: "a", begin: 30, end: 60, answer: .done),
            ]
        }
        #expect(isTrue([spawn] + deletions(wasLeft: true)))
        #expect(!isTrue([spawn] + deletions(wasLeft: false)))
        // Alone, only the one that asks nothing of the guest's power may be true of one that runs.
        #expect(isTrue([spawn] + deletions(wasLeft: false).suffix(1)) == (request == .delete))
    }

    @Test("lets libvirt wake a paused guest that was rebooted, and no other")
    func wakesRebooted() {
        let life: [(GuestRequest, GuestAnswer)] = [(.pause, .done), (.look, .saw(.paused)), (.look, .saw(.running))]
        #expect(isTrue(sequence([(.spawn, .done), (.reboot, .done)] + life)))
        #expect(!isTrue(sequence([(.spawn, .done), (.reset, .done)] + life)))
        #expect(!isTrue(sequence([(.spawn, .done), (.reboot, .done), (.stop, .done), (.start, .done)] + life)))
    }

    @Test("lets a doubtful call happen late, once, or not at all, and bounds it where its end is known")
    func doubt() {
        let spawn = GuestCall("s", .spawn, id: "a", begin: 0, end: 10, answer: .done)
        func stop(until end: UInt64?) -> GuestCall {
            GuestCall("x", .stop, id: "a", begin: 20, end: end, answer: .perhaps)
        }
        let alive = GuestCall("1", .look, id: "a", begin: 100, end: 110, answer: .saw(.running))
        let off = GuestCall("2", .look, id: "a", begin: 200, end: 210, answer: .saw(.stopped))
        let start = GuestCall("3", .start, id: "a", begin: 300, end: 310, answer: .done)
        let offAgain = GuestCall("4", .look, id: "a", begin: 400, end: 410, answer: .saw(.stopped))
        #expect(isTrue([spawn, stop(until: nil), alive]))
        #expect(isTrue([spawn, stop(until: nil), alive, off]))
        #expect(!isTrue([spawn, stop(until: 90), alive, off]))
        #expect(!isTrue([spawn, stop(until: nil), alive, off, start, offAgain]))
    }

    @Test("shows what is between the begin and the end of a spawn, and takes it back where it failed")
    func between() {
        func spawn(_ answer: GuestAnswer) -> GuestCall {
            GuestCall("s", .spawn, id: answer == .done ? "a" : nil, begin: 0, end: 100, answer: answer)
        }
        let seen = GuestCall("1", .look, id: "a", begin: 20, end: 30, answer: .saw(.defined))
        let gone = GuestCall("2", .look, begin: 110, end: 120, answer: .absent)
        let there = GuestCall("3", .look, id: "a", begin: 110, end: 120, answer: .saw(.running))
        #expect(isTrue([spawn(.done), seen, there]))
        #expect(isTrue([spawn(.nothing), seen, gone]))
        #expect(isTrue([spawn(.perhaps), seen, there]))
        #expect(!isTrue([spawn(.done), seen, gone]))
        #expect(!isTrue([spawn(.nothing), seen, there]))
    }

    @Test("lets a guest go off after its hypervisor was killed, once, whenever libvirt sees it")
    func crash() {
        let spawn = GuestCall("s", .spawn, id: "a", begin: 0, end: 10, answer: .done)
        let kill = GuestCall("k", .crash, begin: 20, end: 30, answer: .done)
        let alive = GuestCall("1", .look, id: "a", begin: 40, end: 50, answer: .saw(.running))
        let off = GuestCall("2", .look, id: "a", begin: 60, end: 70, answer: .saw(.crashed))
        let start = GuestCall("3", .start, id: "a", begin: 80, end: 90, answer: .done)
        let offAgain = GuestCall("4", .look, id: "a", begin: 100, end: 110, answer: .saw(.crashed))
        #expect(isTrue([spawn, kill, alive, off, start]))
        #expect(!isTrue([spawn, alive, off]))
        #expect(!isTrue([spawn, kill, alive, off, start, offAgain]))
    }

    @Test("gives up rather than guess where there are too many possibilities")
    func undecided() {
        let doubts = (0..<12).map { index in
            GuestCall(
                "d\(index)", index.isMultiple(of: 2) ? .pause : .resume, id: "a", begin: 20, end: nil, answer: .perhaps)
        }
        let spawn = GuestCall("s", .spawn, id: "a", begin: 0, end: 10, answer: .done)
        let look = GuestCall("l", .look, id: "a", begin: 30, end: 40, answer: .saw(.stopped))
        guard case .undecided = HistoryChecker(limit: 100).check([spawn, look] + doubts) else {
            Issue.record("it is decided")
            return
        }
        guard case .violation = HistoryChecker().check([spawn, look] + doubts) else {
            Issue.record("it is believed")
            return
        }
    }
}
