// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// An element or an attribute of a planned domain document, and why it is as it is.
public struct PlannedNode: Sendable, Hashable, Codable {
    /// Where it is: an XPath, such as `/domain/devices/disk[target/@dev='vda']/driver/@cache`.
    public let path: String
    /// The attribute's value, or the element's own text; nil where it has none.
    public let value: String?
    /// Why it is there, and is so.
    public let reason: Reason

    /// A node of these parts.
    public init(path: String, value: String?, reason: Reason) {
        self.path = path
        self.value = value
        self.reason = reason
    }

    /// Why a node is as it is: a rule of Roost's, and what it looks at.
    public struct Reason: Sendable, Hashable, Codable {
        /// The rule, with its ground, as a sentence without a full stop.
        public let rule: String
        /// What of the instance document it follows from.
        public let requests: [Source]
        /// What of the host's facts it follows from.
        public let facts: [Source]

        /// A reason of these parts.
        public init(rule: String, requests: [Source] = [], facts: [Source] = []) {
            self.rule = rule
            self.requests = requests
            self.facts = facts
        }
    }

    /// A field that decides: of the instance document, or of the host's facts.
    public struct Source: Sendable, Hashable, Codable {
        /// The field's path, such as `disks[0].cache` or `has_direct_io`; empty for the document as a whole.
        public let path: String
        /// What it has, as JSON where it is no scalar; nil where it is left out, or is as if it were.
        public let value: String?

        /// A field that decides.
        public init(path: String, value: String?) {
            self.path = path
            self.value = value
        }
    }
}
