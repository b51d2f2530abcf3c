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

    /// What the listener should hear of a call that was done: a spawn tells that the guest started, a deletion that its
    /// definition is gone; the event may come until `latest`. Nil where the call tells nothing for certain, or was not
    /// made while it listened.
    public func expected(of call: GuestCall, latest: UInt64) -> Heard? {
        guard call.answer == .done, let id = call.id, call.begin >= begin, latest <= end else { return nil }
        switch call.request {
        case .spawn: return Heard(kind: InstanceEvent.Kind.started.rawValue, id: id)
        case .delete, .deleteStopped: return Heard(kind: InstanceEvent.Kind.undefined.rawValue, id: id)
        default: return nil
        }
    }
}
