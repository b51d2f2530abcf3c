// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// An operation that is to be begun: what it does to which instance, and what it needs for itself alone.
public struct OperationRequest: Sendable {
    /// The identity.
    public let id: OperationID
    /// What it does.
    public let action: Action
    /// What becomes of it where it does not get to its end.
    public let rule: OperationRule
    /// The instance that it is about.
    public let instanceID: InstanceID
    /// That instance's name.
    public let instanceName: String
    /// What the instance is to have for itself alone.
    public let claims: [Claim]
    /// The host's cores and huge pages, which those claims have to fit that no key tells apart; nil: not looked at.
    public let topology: HostTopology?
    /// The index's record of the instance where the operation makes one; without it, one must be there for claims.
    public let record: InstanceRecord?
    /// What the index says of the instance once the operation is done, under ``OperationRule/undo``; nil: as before.
    public let update: InstanceUpdate?
    /// A digest of what was asked, which tells a repeated request from another one under the same key.
    public let requestDigest: String?

    /// An operation that is to be begun.
    public init(
        id: OperationID = OperationID(), action: Action, rule: OperationRule, instanceID: InstanceID,
        instanceName: String, claims: [Claim] = [], topology: HostTopology? = nil,
        record: InstanceRecord? = nil, update: InstanceUpdate? = nil, requestDigest: String? = nil
    ) {
        self.id = id
        self.action = action
        self.rule = rule
        self.instanceID = instanceID
        self.instanceName = instanceName
        self.claims = claims
        self.topology = topology
        self.record = record
        self.update = update
        self.requestDigest = requestDigest
    }
}

/// What the index says of an instance that was changed, written with the end of the operation that changed it.
public struct InstanceUpdate: Sendable, Hashable {
    /// The instance's document as canonical JSON, without secrets.
    public let document: String
    /// All that the document has for itself alone.
    public let claims: [Claim]
    /// When the instance's other claims are released.
    public let release: Release

    /// When claims that are no longer needed are released.
    public enum Release: Sendable, Hashable {
        /// With the end of the operation.
        case atEnd
        /// When the instance is started the next time: a running guest has what it was started with.
        case atNextStart
    }

    /// An update of these parts.
    public init(document: String, claims: [Claim], release: Release = .atEnd) {
        self.document = document
        self.claims = claims
        self.release = release
    }
}
