// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Why a history cannot be true: the first call whose answer fits no order of the calls up to its end.
public struct HistoryViolation: Sendable, Hashable {
    /// How many calls that had ended before are told.
    static let context = 12

    /// The call.
    public let call: GuestCall
    /// The states in which the guest may have been just before that call's end.
    public let models: [String]
    /// The calls that had been made, and had not ended.
    public let open: [GuestCall]
    /// The last calls that had ended before.
    public let recent: [GuestCall]
}

extension HistoryViolation: CustomStringConvertible {
    /// The call, what the guest may have been, and the calls around it, a line each.
    public var description: String {
        var lines = ["this answer cannot be true:", "  \(call)", "before its end the guest was one of:"]
        lines += models.prefix(Self.context).map { "  \($0)" }
        lines += ["calls that were under way:"] + open.map { "  \($0)" }
        lines += ["calls that had ended before:"] + recent.map { "  \($0)" }
        return lines.joined(separator: "\n")
    }
}
