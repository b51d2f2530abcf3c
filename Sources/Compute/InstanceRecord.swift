// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
public import InstanceModel

/// What the database knows of an instance: an index over what libvirt keeps, which can be built again from it.
public struct InstanceRecord: Sendable, Hashable {
    /// The identity.
    public let id: InstanceID
    /// The name.
    public let name: String
    /// The instance's document as canonical JSON, without secrets.
    public let document: String
    /// The operation that made it.
    public let operationID: OperationID
    /// When it was made, to the millisecond.
    public let createdAt: Date
    /// Whether it was ever started.
    public let everStarted: Bool

    /// A record.
    public init(
        id: InstanceID, name: String, document: String, operationID: OperationID, createdAt: Date,
        everStarted: Bool = false
    ) {
        self.id = id
        self.name = name
        self.document = document
        self.operationID = operationID
        self.createdAt = createdAt
        self.everStarted = everStarted
    }
}
