// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation

/// That somebody was denied something, or changed something, or failed to.
public struct AuditRecord: Sendable, Hashable {
    /// When, to the millisecond.
    public let at: Date
    /// The request.
    public let requestID: UUID
    /// Who asked.
    public let principal: String
    /// What for: an action's stable name.
    public let action: String
    /// What it was about, such as `instance web-1`.
    public let subject: String
    /// How it ended.
    public let outcome: Outcome
    /// The reason or error; empty where all went well.
    public let message: String

    /// How a request ended; the raw value is stable.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// The policy refused it.
        case denied
        /// It was done.
        case done
        /// It failed, and nothing of it is left.
        case undone
        /// It failed.
        case failed
    }

    /// A record.
    public init(
        at: Date, requestID: UUID, principal: String, action: String, subject: String, outcome: Outcome,
        message: String = ""
    ) {
        self.at = at
        self.requestID = requestID
        self.principal = principal
        self.action = action
        self.subject = subject
        self.outcome = outcome
        self.message = message
    }

    /// A record of what `context`'s caller asked for, as of now.
    init(_ action: String, _ subject: String, _ context: OperationContext, _ outcome: Outcome, _ message: String = "") {
        self.init(
            at: Date(), requestID: context.requestID, principal: context.principal.name, action: action,
            subject: subject, outcome: outcome, message: message)
    }
}
