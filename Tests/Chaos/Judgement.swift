// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ComputeTestKit
import Foundation

/// What a whole history shows.
struct Judgement {
    /// What cannot be, each with what explains it.
    private(set) var findings: [String] = []
    /// How many events were listened for.
    private(set) var expectedEvents = 0

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
        let told: [GuestRequest] = [.spawn, .delete, .deleteStopped]
        let calls = (0..<guests).flatMap { history.calls[$0] ?? [] }
            .filter { $0.answer == .done && told.contains($0.request) }
            .compactMap { call in Self.latestEvent(of: call, history.faults).map { (call, $0) } }
        for listening in history.listenings {
            let heard = Set(listening.heard)
            for (call, latest) in calls {
                guard let event = listening.expected(of: call, latest: latest) else { continue }
                expectedEvents += 1
                if !heard.contains(event) {
                    findings.append("a listener without a gap heard nothing of \(call)")
                }
            }
        }
    }

    /// When a call's event comes at the latest; nil where it may be lost with its daemon.
    private static func latestEvent(of call: GuestCall, _ faults: [FaultRecord]) -> UInt64? {
        guard let end = call.end else { return nil }
        var latest = end + eventDelay
        for fault in faults where fault.begin <= latest && call.begin <= fault.end + eventDelay {
            switch fault.fault {
            case .daemonKilled: return nil
            case .daemonStopped: latest = max(latest, fault.end + eventDelay)
            case .processKilled, .guestKilled, .guestStopped: break
            }
        }
        return latest
    }
}
