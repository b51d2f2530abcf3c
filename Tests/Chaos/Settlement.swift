// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ComputeTestKit
import Foundation
import RoostKit

/// Follows the histories while they grow, and finds in the journal what became of calls that nobody was told of.
///
/// Only what the journal keeps can bound when such a call took effect; and it keeps a bounded history.
actor Settlement {
    private let state: StateDirectory
    private let history: HistoryFile
    private var readers: [String: HistoryReader] = [:]
    /// The calls that are not answered, by the history that they are in.
    private var open: [String: [String: GuestRequest]] = [:]
    /// The calls that were answered with a doubt, or whose process died.
    private var doubtful: [String: Doubt] = [:]

    private struct Doubt {
        let request: GuestRequest
        /// Whether it died with its process: what the journal does not know of it never was.
        let died: Bool
    }

    init(state: StateDirectory, history: HistoryFile) {
        self.state = state
        self.history = history
    }

    /// How many calls have not been answered.
    var unanswered: Int { open.values.reduce(0) { $0 + $1.count } }

    /// Reads what was added to the history of a process.
    func follow(_ path: String) throws {
        var reader = readers[path] ?? HistoryReader(path)
        defer { readers[path] = reader }
        for line in try reader.news() {
            switch line {
            case .asked(let asked): open[path, default: [:]][asked.call] = asked.request
            case .answered(let answered):
                let request = open[path]?.removeValue(forKey: answered.call)
                if answered.answer == .perhaps, let request {
                    doubtful[answered.call] = Doubt(request: request, died: false)
                }
            default: break
            }
        }
    }

    /// A process has died: its calls will not be answered.
    func end(of path: String) throws {
        try follow(path)
        for (call, request) in open.removeValue(forKey: path) ?? [:] where request != .look {
            doubtful[call] = Doubt(request: request, died: true)
        }
    }

    /// Looks for what became of the doubtful calls.
    func settle() throws {
        guard !doubtful.isEmpty, let journal = try Journal.openForReading(state) else { return }
        let unfinished = Set(try journal.unfinishedOperations().map(\.requestID.uuidString))
        let known = Dictionary(
            try journal.history(limit: HistoryLimits.standard.operations).map { ($0.requestID.uuidString, $0.state) }
        ) { first, _ in first }
        for (call, doubt) in doubtful where !unfinished.contains(call) {
            doubtful[call] = nil
            let answer = Self.answer(known[call], doubt)
            let isLate = known[call] == .undone && answer == .perhaps
            history.append(
                .settled(
                    HistoryLine.Settled(
                        call: call, answer: answer, at: monotonicTime() + (isLate ? Self.longestDelay : 0))))
        }
    }

    /// How long after the death of its process the daemon may still carry out what it was asked for, in nanoseconds:
    /// it may have been stopped, and its threads may wait for guests that are.
    private static let longestDelay: UInt64 = 30_000_000_000

    private static func answer(_ state: OperationState?, _ doubt: Doubt) -> GuestAnswer {
        // A guest that was asked may do it later.
        let isRequest = doubt.request == .shutdown || doubt.request == .reboot
        // What a spawn asked for is taken back, whenever it comes; a request for power is looked at once.
        let isTakenBack = [.spawn, .delete, .deleteStopped].contains(doubt.request)
        switch state {
        case .done: return isRequest ? .perhaps : .done
        case .undone: return doubt.died && !isTakenBack ? .perhaps : .nothing
        case nil: return doubt.died ? .nothing : .perhaps
        case .unknown, .running, .undoing, .failed: return .perhaps
        }
    }
}
