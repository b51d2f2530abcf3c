// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ComputeTestKit
import Foundation

/// What a whole history shows.
struct Judgement {
    /// What cannot be, each with what explains it.
    private(set) var findings: [String] = []

    /// How long after its answer an event may come while nothing is broken.
    private static let eventDelay: UInt64 = 2_000_000_000

    init(_ history: RecordedHistory, guests: Int) {
        for guest in 0..<guests {
            switch HistoryChecker().check(history.calls(on: guest)) {
            case .linearizable: break
            case .violation(let violation):
                let calls = [violation.call] + violation.open + violation.recent
                let errors = calls.compactMap { call in history.errors[call.name].map { "  \(call.name): \($0)" } }
                findings.append(
                    (["guest \(guest): \(violation)", "what the errors said:"] + errors).joined(separator: "\n"))
            case .undecided(let call):
                findings.append("guest \(guest): too many possibilities at \(call)")
            }
        }
        for (first, second) in WorkSpan.overlaps(in: history.spans).prefix(5) {
            findings.append("two operations worked on \(first.id) at a time: \(first.call) and \(second.call)")
        }
        findDropped(history, guests: guests)
    }

    private mutating func findDropped(_ history: RecordedHistory, guests: Int) {
        // An event may be late, or lost with its daemon, while that is broken.
        let broken = history.faults.filter { [.daemonKilled, .daemonStopped].contains($0.fault) }
        let calls = (0..<guests).flatMap { history.calls[$0] ?? [] }.filter { call in
            guard let end = call.end else { return false }
            return !broken.contains { $0.begin <= end + Self.eventDelay && call.begin <= $0.end + Self.eventDelay }
        }
        for listening in history.listenings {
            for call in listening.missed(of: calls, delay: Self.eventDelay).prefix(3) {
                findings.append("a listener without a gap heard nothing of \(call)")
            }
        }
    }
}
