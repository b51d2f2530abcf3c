// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import RoostKit

/// Stops an operation once at each of some points, with an error of its own.
final class FailingProbe: OperationProbe {
    private let left: Guarded<Set<ProbePoint>>

    init(_ points: ProbePoint...) {
        left = Guarded(Set(points))
    }

    /// Whether each of the points was reached.
    var isSpent: Bool { left.withLock { $0.isEmpty } }

    /// What is thrown at `point`. Its outcome is none that an undone operation has: who undoes says how that ended.
    static func error(at point: ProbePoint) -> ComputeError {
        ComputeError(
            .exhausted, subject: "probe", outcome: .happened, message: "stopped \(point)", hint: "go on",
            details: ["a fact"])
    }

    func reached(_ point: ProbePoint) throws(ComputeError) {
        guard left.withLock({ $0.remove(point) }) != nil else { return }
        throw Self.error(at: point)
    }
}

/// Does something when an operation gets to a point, and lets it go on.
struct ActingProbe: OperationProbe {
    let point: ProbePoint
    let act: @Sendable () -> Void

    init(_ point: ProbePoint, _ act: @escaping @Sendable () -> Void) {
        self.point = point
        self.act = act
    }

    func reached(_ point: ProbePoint) throws(ComputeError) {
        if point == self.point { act() }
    }
}
