// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// What one listener heard without a gap.
public struct Listening: Sendable, Hashable {
    /// Something that it heard.
    public struct Heard: Sendable, Hashable {
        /// The kind's stable name.
        public let kind: String
        /// The guest's identity.
        public let id: String

        /// Something heard.
        public init(kind: String, id: String) {
            self.kind = kind
            self.id = id
        }
    }

    /// From when on it missed nothing.
    public var begin: UInt64
    /// Until when.
    public var end: UInt64
    /// What it heard.
    public var heard: [Heard]

    /// A time of listening.
    public init(begin: UInt64, end: UInt64, heard: [Heard] = []) {
        self.begin = begin
        self.end = end
        self.heard = heard
    }

    /// The calls of which the listener should have heard, and did not: a spawn that was done tells that the guest
    /// started, a deletion that its definition is gone. An event may come `delay` nanoseconds after the answer.
    public func missed(of calls: [GuestCall], delay: UInt64) -> [GuestCall] {
        let heard = Set(heard)
        return calls.filter { call in
            guard call.answer == .done, let id = call.id, let answered = call.end else { return false }
            guard call.begin >= begin, answered.addingReportingOverflow(delay).partialValue <= end else { return false }
            switch call.request {
            case .spawn: return !heard.contains(Heard(kind: InstanceEvent.Kind.started.rawValue, id: id))
            case .delete, .deleteStopped:
                return !heard.contains(Heard(kind: InstanceEvent.Kind.undefined.rawValue, id: id))
            default: return false
            }
        }
    }
}
