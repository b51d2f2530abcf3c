// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import TestSupport

@testable import ComputeTestKit

/// A history that a guest really had: calls take effect one after the other, and each is recorded as begun some time
/// before that, and ended some time after.
struct GeneratedHistory {
    private(set) var calls: [GuestCall] = []
    private var random: SeededRandom
    private var power: InstanceState?
    private var generation = 0

    /// A history in which about so many calls overlap at a time.
    init(seed: UInt64, calls count: Int, overlap: Int) {
        random = SeededRandom(seed: seed)
        for index in 0..<count {
            let instant = UInt64(1_000 + index * 100)
            let reach = UInt64(max(1, overlap * 100 / 2 - 10))
            let begin = instant - UInt64.random(in: 0..<min(reach, 900), using: &random)
            let end = instant + UInt64.random(in: 0..<reach, using: &random)
            calls.append(next("\(index)", begin: overlap > 1 ? begin : instant, end: overlap > 1 ? end : instant + 1))
        }
    }

    private var id: String { "\(generation)" }

    private mutating func next(_ name: String, begin: UInt64, end: UInt64) -> GuestCall {
        let requests = GuestRequest.allCases.filter { ![.crash, .reboot].contains($0) } + [.look, .look, .spawn]
        let request = requests.randomElement(using: &random) ?? .look
        var call = GuestCall(name, request, id: id, begin: begin, end: end, answer: .done)
        // Some tell nothing, and did nothing; some may have.
        if ![.look, .spawn].contains(request), Int.random(in: 0..<8, using: &random) == 0 {
            call.answer = .nothing
            return call
        }
        call.answer = answer(to: request)
        if request == .look, call.answer == .absent { call.id = nil }
        if request == .spawn { call.id = call.answer == .done ? id : nil }
        return call
    }

    private mutating func answer(to request: GuestRequest) -> GuestAnswer {
        guard let state = power else {
            guard request == .spawn else { return .absent }
            generation += 1
            power = .running
            return .done
        }
        switch (request, state) {
        case (.look, _): return .saw(state)
        case (.spawn, _), (.start, .paused), (.shutdown, .paused), (.pause, .stopped), (.resume, .stopped),
            (.reset, .stopped), (.reset, .paused), (.deleteStopped, .running), (.deleteStopped, .paused):
            return .conflict
        case (.start, _), (.resume, _): power = .running
        case (.stop, _), (.shutdown, _): power = .stopped
        case (.pause, _): power = .paused
        case (.delete, _), (.deleteStopped, _): power = nil
        default: break
        }
        return .done
    }
}
