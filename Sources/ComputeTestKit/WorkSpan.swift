// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// When an operation worked on a guest, between the begin of its first step and the end of its last one.
public struct WorkSpan: Sendable, Hashable {
    /// The call's name.
    public let call: String
    /// The guest's identity.
    public let id: String
    /// When the first step began.
    public let begin: UInt64
    /// When the last one had ended.
    public let end: UInt64

    /// A span.
    public init(call: String, id: String, begin: UInt64, end: UInt64) {
        self.call = call
        self.id = id
        self.begin = begin
        self.end = end
    }

    /// The spans that began while another worked on the same guest, which its lock is there to prevent, each after the
    /// one that it met.
    public static func overlaps(in spans: [WorkSpan]) -> [(WorkSpan, WorkSpan)] {
        Dictionary(grouping: spans, by: \.id).values.flatMap { spans in
            var last: WorkSpan?
            return spans.sorted { ($0.begin, $0.end) < ($1.begin, $1.end) }.compactMap { span in
                let met = last.flatMap { span.begin < $0.end ? ($0, span) : nil }
                if last.map({ $0.end < span.end }) ?? true { last = span }
                return met
            }
        }.sorted { $0.0.begin < $1.0.begin }
    }
}
