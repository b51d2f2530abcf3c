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
    /// Closing and freeing, in order, and opening consoles, which must not overtake the closing of others. What hangs
    /// here holds up nothing else.
    case release
}

extension CallLane {
    /// How much of one kind of call there may be at a time.
    public struct Limits: Sendable, Hashable {
        /// Threads of the lane, so calls of it that run at once; at least 1.
        public let threads: Int
        /// Calls that may wait for a thread; at least 1. A further one is refused as `overloaded`.
        public let waiting: Int
        /// Threads that may be added, one for each call that hangs past its deadline or cancellation; at least 0.
        /// With more calls hanging than that, the lane stands still until one returns.
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

    /// The limits used where none are given.
    ///
    /// Four calls at once in the lanes for work, because libvirt's daemon reads no further, not even the answers
    /// to its keepalive, from a client of which five calls run (`max_client_requests`), and drops it after about
    /// 30 seconds of that.
    public var defaultLimits: Limits {
        switch self {
        case .control, .query: Limits(threads: 1, waiting: 1024, replacements: 4)
        case .long: Limits(threads: 2, waiting: 1024, replacements: 8)
        case .release: Limits(threads: 1, waiting: 1024, replacements: 4)
        }
    }
}
