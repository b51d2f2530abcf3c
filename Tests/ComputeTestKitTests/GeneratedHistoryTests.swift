// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import TestSupport
import Testing

@testable import ComputeTestKit

@Suite("The checker, on histories that are made at random")
struct GeneratedHistoryTests {
    @Test("believes each history that a guest really had, however its calls overlap", arguments: 0..<200)
    func believes(seed: Int) {
        let calls = GeneratedHistory(seed: UInt64(seed), calls: 60, overlap: 8).calls
        #expect(HistoryChecker().check(calls) == .linearizable)
    }

    @Test("finds one reply that was corrupted", arguments: 0..<200)
    func corrupted(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var calls = GeneratedHistory(seed: UInt64(seed), calls: 60, overlap: 1).calls
        let looks = calls.indices.filter { calls[$0].request == .look }
        let index = try #require(looks.randomElement(using: &random))
        switch calls[index].answer {
        case .absent:
            calls[index].answer = .saw(.running)
            calls[index].id = "0"
        case .saw(.running): calls[index].answer = .saw(.paused)
        default: calls[index].answer = .saw(.running)
        }
        guard case .violation = HistoryChecker().check(calls) else {
            Issue.record("it is believed: \(calls[index])")
            return
        }
    }

    @Test("agrees with trying every order", arguments: 0..<400)
    func everyOrder(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var calls = GeneratedHistory(seed: UInt64(seed), calls: 6, overlap: 4).calls
        // About one in two is corrupted, and some of those can be true all the same.
        if Bool.random(using: &random), let index = calls.indices.randomElement(using: &random) {
            calls[index].answer =
                [.done, .conflict, .absent, .nothing, .saw(.running), .saw(.stopped)]
                .randomElement(using: &random) ?? .nothing
            if calls[index].request != .look, case .saw = calls[index].answer { calls[index].answer = .conflict }
            if calls[index].request == .look, case .done = calls[index].answer { calls[index].answer = .nothing }
        }
        let isLinearizable = HistoryChecker().check(calls) == .linearizable
        #expect(isLinearizable == Orders(calls).anyFits(), "\(calls.map(\.description).joined(separator: "\n"))")
    }
}

/// Every order of the calls, tried one after the other: slow, and simple enough to be believed.
private struct Orders {
    let calls: [GuestCall]

    init(_ calls: [GuestCall]) {
        self.calls = calls.filter(GuestModel.matters)
    }

    func anyFits() -> Bool {
        fits(GuestModel(), begun: [], over: [], at: 0)
    }

    /// `now` is the earliest instant at which the next call can take effect.
    private func fits(_ model: GuestModel, begun: Set<Int>, over: Set<Int>, at now: UInt64) -> Bool {
        let left = calls.indices.filter { !over.contains($0) }
        if left.allSatisfy({ GuestModel.isOptional(calls[$0]) && !begun.contains($0) }) { return true }
        for next in model.spontaneous where fits(next, begun: begun, over: over, at: now) { return true }
        for number in left where calls[number].end ?? .max >= now {
            let then = max(now, calls[number].begin)
            for move in model.moves(of: calls[number], number: number, hasBegun: begun.contains(number)) {
                let (begun, over) =
                    move.isOver
                    ? (begun.subtracting([number]), over.union([number])) : (begun.union([number]), over)
                if fits(move.model, begun: begun, over: over, at: then) { return true }
            }
        }
        return false
    }
}
