// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ComputeTestKit

/// How often each kind of call was made, and what came of it.
struct CallCounts {
    private var counts: [String: [String: Int]] = [:]

    mutating func count(_ asked: HistoryLine.Asked, _ answered: HistoryLine.Answered?) {
        let request = asked.guest == nil ? "list" : asked.request.rawValue
        counts[request, default: [:]][answered.map(Self.name) ?? "unanswered", default: 0] += 1
    }

    var total: Int { counts.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    /// The kinds that never succeeded.
    var neverDone: [String] {
        (GuestRequest.allCases.filter { $0 != .crash }.map(\.rawValue) + ["list"])
            .filter { (counts[$0]?["done"] ?? 0) == 0 }
    }

    /// A line for each kind.
    var lines: [String] {
        counts.sorted { $0.key < $1.key }.map { request, answers in
            let told = answers.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
            return "  \(request): \(told.joined(separator: ", "))"
        }
    }

    private static func name(_ answered: HistoryLine.Answered) -> String {
        guard let error = answered.error else { return "done" }
        return error.split(separator: ":").first.map(String.init) ?? error
    }
}
