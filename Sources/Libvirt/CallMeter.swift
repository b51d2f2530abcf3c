// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What was called, how often, for how long, and what came of it: a copy, as it stood at one moment.
public struct CallMeter: Sendable, Hashable {
    /// The figures of one C function.
    public struct Figures: Sendable, Hashable {
        /// Calls that were made, those that still run included.
        public internal(set) var made = 0
        /// Calls that run now, those that nobody waits for any more included.
        public internal(set) var inFlight = 0
        /// The time that the calls that returned took, from when a thread took them.
        public internal(set) var time = Duration.zero
        /// Calls that libvirt failed, by its code.
        public internal(set) var failures: [ErrorCode: Int] = [:]
        /// Calls whose deadline passed, before they were made or while they ran.
        public internal(set) var deadlineMisses = 0
        /// Calls whose task was cancelled, before they were made or while they ran.
        public internal(set) var cancellations = 0
        /// Calls that were refused, and never made: too many waited, or one about the same domain hung.
        public internal(set) var refusals = 0
    }

    /// The figures by the C function's name; functions that were never asked for have none.
    public internal(set) var figures: [String: Figures] = [:]

    /// The figures of a C function.
    ///
    /// - Parameter function: Its name, such as `virDomainGetState`.
    /// - Returns: The figures; zeroes where it was never called.
    public subscript(_ function: String) -> Figures { figures[function] ?? Figures() }

    mutating func began(_ call: String) {
        figures[call, default: Figures()].made += 1
        figures[call]?.inFlight += 1
    }

    mutating func ended(_ call: String, after time: Duration, _ failure: LibvirtError?) {
        figures[call]?.inFlight -= 1
        figures[call]?.time += time
        if let code = failure?.code { figures[call]?.failures[code, default: 0] += 1 }
    }

    /// A caller was released with this error, which is not libvirt's.
    mutating func released(_ call: String, with error: LibvirtError) {
        switch error {
        case .deadlineExceeded: figures[call, default: Figures()].deadlineMisses += 1
        case .cancelled: figures[call, default: Figures()].cancellations += 1
        case .overloaded, .domainHung: figures[call, default: Figures()].refusals += 1
        case .reported, .closed: break
        }
    }
}
