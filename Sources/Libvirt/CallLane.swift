// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The queue that a call to libvirt waits in, with threads of its own.
///
/// Lanes keep a slow kind of call from holding up the others.
public enum CallLane: String, Sendable, Hashable, CaseIterable {
    /// Changes that are soon done: power, definitions, settings.
    case control
    /// Reads that stay out of a guest's monitor: lists, states, documents.
    case query
    /// What may take long: opening a connection, starting a guest, its agent, its monitor.
    case long
    /// Figures that a guest's hypervisor has to be asked for, one guest a call.
    case monitor
    /// Closing and freeing, in order, and opening consoles, which must not overtake the closing of others. What hangs
    /// here holds up nothing else.
    case release
    /// Questions whether a daemon still answers at all.
    case pulse
}

extension CallLane {
    /// How much of one kind of call there may be at a time.
    public struct Limits: Sendable, Hashable {
        /// Threads of the lane, so calls of it that run at once while none is slow; at least 1.
        public let threads: Int
        /// Calls that may wait for a thread; at least 1. A further one is refused as `overloaded`.
        public let waiting: Int
        /// Threads that may be added, one for each call that is slow, or hangs past its deadline or cancellation; at
        /// least 0. With more such calls than that, the lane stands still until one returns.
        public let replacements: Int

        /// Limits; each is raised to its least value.
        ///
        /// - Parameters:
        ///   - threads: Calls that run at once.
        ///   - waiting: Calls that may wait.
        ///   - replacements: Threads that may be added for ones that hang.
        public init(threads: Int, waiting: Int, replacements: Int) {
            self.threads = max(1, threads)
            self.waiting = max(1, waiting)
            self.replacements = max(0, replacements)
        }
    }

    /// Whether a call waits for the one before it, however long that takes.
    var keepsOrder: Bool { self == .release }

    /// The limits used where none are given.
    ///
    /// Few calls at once, because libvirt's daemon reads no further, not even the answers to its keepalive, from a
    /// client of which five calls run (`max_client_requests`, unless it is set higher), and drops it after about 30
    /// seconds of that.
    public var defaultLimits: Limits {
        switch self {
        case .control, .query: Limits(threads: 1, waiting: 1024, replacements: 4)
        case .long: Limits(threads: 2, waiting: 1024, replacements: 8)
        // At most one of these calls runs for each domain, so eight domains can hang before the ninth is not asked.
        case .monitor: Limits(threads: 2, waiting: 1024, replacements: 6)
        case .release: Limits(threads: 1, waiting: 1024, replacements: 4)
        // One for each connection to a daemon that hangs.
        case .pulse: Limits(threads: 1, waiting: 1024, replacements: 16)
        }
    }
}
