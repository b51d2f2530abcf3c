// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import FoundationEssentials

/// What a call is about, as far as one thing that hangs must not cost another: a guest's machine, or its agent.
struct CallTarget: Sendable, Hashable {
    /// What can hang by itself. libvirt holds a lock of its own for each, so that one does not hold up the other.
    enum Part: Sendable, Hashable {
        /// The hypervisor's process, with its monitor.
        case machine
        /// The agent in the guest.
        case agent
    }

    /// The connection's URI: one UUID may be on two hosts.
    let host: String
    let domain: UUID
    let part: Part
}

/// How a call about a domain fares where another call about it hangs.
enum CallAccess: Sendable, Hashable {
    /// Needs nothing of what may hang, or must go through all the same: it is made.
    case always
    /// Needs the hypervisor's process, so it is made only where none hangs in it, and one at a time.
    case machine
    /// Needs the guest's agent, so it is made only where none hangs in it, and one at a time.
    case agent

    /// The part that a hang of such a call speaks of.
    var part: CallTarget.Part { self == .agent ? .agent : .machine }
}
