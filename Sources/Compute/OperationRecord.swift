// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
public import InstanceModel

/// The identity of an operation.
public struct OperationID: Sendable, Hashable, CustomStringConvertible {
    /// The UUID.
    public let uuid: UUID

    /// A new random identity.
    public init() { uuid = UUID() }

    /// The identity with this UUID.
    public init(_ uuid: UUID) { self.uuid = uuid }

    /// Reads the usual form of 36 characters, in either case; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count == 36, let uuid = UUID(uuidString: text) else { return nil }
        self.uuid = uuid
    }

    /// The UUID in lower case with hyphens.
    public var description: String { uuid.uuidString.lowercased() }
}

/// What becomes of an operation that does not get to its end; the raw value is stable.
public enum OperationRule: String, Sendable, Hashable, CaseIterable {
    /// It is undone, newest step first; then its claims and its instance's record are released. Once done, they stay.
    case undo
    /// It is finished, now or later; its steps can be repeated. Once done, the instance's claims and record go.
    case finish
    /// Its one step is looked at: the instance itself shows whether it happened. What happened only in part is undone;
    /// nothing is repeated.
    case look
}

/// How far an operation is; the raw value is stable.
public enum OperationState: String, Sendable, Hashable, CaseIterable {
    /// Its steps run; or its process died meanwhile.
    case running
    /// It is being undone; or the undo could not remove everything.
    case undoing
    /// It ended well.
    case done
    /// Nothing of it is left.
    case undone
    /// A step failed, and the operation is yet to be finished.
    case failed
    /// It ended, and it can never be told whether it took effect.
    case unknown

    /// Whether something is left to settle.
    public var isUnfinished: Bool {
        switch self {
        case .running, .undoing, .failed: true
        case .done, .undone, .unknown: false
        }
    }
}

/// How far a step is; the raw value is stable.
public enum StepState: String, Sendable, Hashable, CaseIterable {
    /// It never ran.
    case planned
    /// It runs; or it failed, or its process died meanwhile.
    case started
    /// It ended well.
    case done
    /// It is being undone; or it could not be undone.
    case undoing
    /// Nothing of it is left.
    case undone
}

/// An operation as the journal has it.
public struct OperationRecord: Sendable, Hashable {
    /// The identity.
    public let id: OperationID
    /// What it does: an action's stable name, such as `instance.spawn`.
    public let kind: String
    /// The instance that it is about.
    public let instanceID: InstanceID
    /// That instance's name.
    public let instanceName: String
    /// Who asked.
    public let principal: String
    /// The request that it belongs to.
    public let requestID: UUID
    /// The key under which a repeated request is recognised.
    public let idempotencyKey: String?
    /// A digest of what was asked.
    public let requestDigest: String?
    /// When the caller stops waiting.
    public let deadline: Date?
    /// How far it is.
    public let state: OperationState
    /// What becomes of it where it does not get to its end.
    public let rule: OperationRule
    /// Why it failed, or was undone.
    public let error: String?
    /// The process that ran it last.
    public let processID: Int32
    /// When it began.
    public let startedAt: Date
    /// When it ended; nil while it is unfinished.
    public let finishedAt: Date?

    /// An operation of these parts.
    public init(
        id: OperationID, kind: String, instanceID: InstanceID, instanceName: String, principal: String,
        requestID: UUID = UUID(), idempotencyKey: String? = nil, requestDigest: String? = nil, deadline: Date? = nil,
        state: OperationState, rule: OperationRule, error: String? = nil, processID: Int32, startedAt: Date,
        finishedAt: Date? = nil
    ) {
        self.id = id
        self.kind = kind
        self.instanceID = instanceID
        self.instanceName = instanceName
        self.principal = principal
        self.requestID = requestID
        self.idempotencyKey = idempotencyKey
        self.requestDigest = requestDigest
        self.deadline = deadline
        self.state = state
        self.rule = rule
        self.error = error
        self.processID = processID
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }

    /// The same operation at its end.
    public func ended(_ state: OperationState, at date: Date) -> OperationRecord {
        OperationRecord(
            id: id, kind: kind, instanceID: instanceID, instanceName: instanceName, principal: principal,
            requestID: requestID, idempotencyKey: idempotencyKey, requestDigest: requestDigest, deadline: deadline,
            state: state, rule: rule, error: error, processID: processID, startedAt: startedAt, finishedAt: date)
    }
}

/// A step of an operation as the journal has it.
public struct StepRecord: Sendable, Hashable {
    /// Its place, from 0.
    public let position: Int
    /// Its name.
    public let name: String
    /// The step itself, as JSON.
    public let payload: String
    /// How far it is.
    public let state: StepState
    /// When it began.
    public let startedAt: Date?
    /// When it, or its undo, ended.
    public let finishedAt: Date?

    /// A step of these parts.
    public init(
        position: Int, name: String, payload: String = "", state: StepState, startedAt: Date? = nil,
        finishedAt: Date? = nil
    ) {
        self.position = position
        self.name = name
        self.payload = payload
        self.state = state
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}
