// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// One call on its way through a lane.
final class CallTicket: @unchecked Sendable {
    // SAFETY: the variables are set before the ticket is handed in, and afterwards reached only with the lock of the
    // one `CallLanes` that has the ticket.
    var phase = Phase.new
    var work: (@Sendable () -> Completion)?
    var refusal: (@Sendable (LibvirtError) -> Void)?
    /// What breakers know it by.
    var number = 0
    /// Why its caller gave up a call that it still waits for; nil while it has not.
    var givenUp: LibvirtError?
    /// When a thread took it.
    var started = ContinuousClock.Instant.now

    let call: String
    let lane: CallLane
    let deadline: ContinuousClock.Instant?
    /// What it is about; nil where it is about no domain.
    let target: CallTarget?
    /// How it fares where another call about the same target hangs.
    let access: CallAccess
    /// Whether its caller, having given up, waits a while longer for its end once it is made.
    let isAwaited: Bool
    /// Whether it shows in the meter.
    let isMetered: Bool

    enum Phase {
        /// Not handed in yet.
        case new
        /// Waits for a thread.
        case waiting
        /// Is made, and somebody wants its result.
        case running
        /// Is made, and nobody waits for its result any more.
        case abandoned
        /// Its caller has its answer.
        case settled
    }

    /// How a call ended, and what hands the result to the caller.
    struct Completion {
        let failure: LibvirtError?
        let deliver: @Sendable () -> Void
    }

    init(
        _ call: String, lane: CallLane, deadline: ContinuousClock.Instant?, target: CallTarget? = nil,
        access: CallAccess = .always, isAwaited: Bool = false, isMetered: Bool = true
    ) {
        self.call = call
        self.lane = lane
        self.deadline = deadline
        self.target = target
        self.access = access
        self.isAwaited = isAwaited
        self.isMetered = isMetered
    }

    /// The target that it must have for itself, and that must not hang.
    var guarded: CallTarget? { access == .always ? nil : target }
}
