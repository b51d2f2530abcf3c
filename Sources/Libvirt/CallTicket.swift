// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// One call on its way through a lane.
final class CallTicket: @unchecked Sendable {
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

    /// Runs the call, and gives what hands the result to the caller.
    typealias Work = @Sendable () -> @Sendable () -> Void

    let name: StaticString
    let lane: CallLane
    let deadline: ContinuousClock.Instant?

    // SAFETY: `phase`, `work` and `refusal` are set before the ticket is handed in, and afterwards reached only
    // with the lock of the one `CallLanes` that has the ticket.
    var phase = Phase.new
    var work: Work?
    var refusal: (@Sendable (LibvirtError) -> Void)?

    init(name: StaticString, lane: CallLane, deadline: ContinuousClock.Instant?) {
        self.name = name
        self.lane = lane
        self.deadline = deadline
    }

    var call: String { String(describing: name) }
}
