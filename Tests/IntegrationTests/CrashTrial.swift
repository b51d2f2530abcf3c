// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import RoostKit
import Testing

@testable import LibvirtDriver

/// A point of an operation at which its process is killed, and what its change's row in the table of crashes makes of
/// it.
struct CrashTrial: Sendable, CustomTestStringConvertible {
    let change: InstanceChange
    /// The point's number, from 0: before and after the begin, and of each step before it, after it, and before and
    /// after the write of its end.
    let point: Int
    /// The step that the point belongs to, as the table has it; nil at the begin.
    let step: String?
    /// Whether everything was written down.
    let isLast: Bool
    private let trace: StepTrace

    /// The trials of a change that takes these steps.
    static func all(of change: InstanceChange, _ steps: [InstanceStep]) -> [CrashTrial] {
        let last = 4 * steps.count + 1
        return (0...last).map { point in
            let step = point < 2 ? nil : steps[(point - 2) / 4]
            return CrashTrial(
                change: change, point: point, step: step?.kindName, isLast: point == last,
                trace: steps.last?.trace ?? .none)
        }
    }

    /// Whether a change of one step had its effect before the process died.
    var happened: Bool { point >= 3 }

    /// How the operation stands once another process settled it, with the guest in this state; nil where it never
    /// began.
    func settled(guest: InstanceState? = nil) -> OperationState? {
        if point == 0 { return nil }
        if isLast { return .done }
        switch (change.rule, trace) {
        case (.undo, _): return .undone
        case (.finish, _): return .done
        case (.look, .state): return happened ? .done : .undone
        case (.look, .stateAlone(let shown)): return guest == shown ? .done : .unknown
        case (.look, .none): return .unknown
        }
    }

    var testDescription: String { "\(change.rawValue), point \(point), \(step ?? "begin")" }
    var comment: Comment { "\(testDescription)" }
}

extension [CrashTrial] {
    /// The steps in which a process is killed.
    var steps: Set<String> { Set(compactMap(\.step)) }
}
