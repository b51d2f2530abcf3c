// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
public import InstanceModel

/// An instance as it is now.
public struct InstanceStatus: Sendable, Hashable {
    /// The identity.
    public let id: InstanceID
    /// The name.
    public let name: String
    /// What libvirt says of it.
    public let state: InstanceState
    /// The number of virtual processors.
    public let vcpus: Int
    /// The memory.
    public let memory: ByteCount
    /// When it was made; nil where no record tells.
    public let createdAt: Date?
    /// The disks.
    public let disks: [DiskStatus]
    /// The interfaces.
    public let interfaces: [InterfaceStatus]
    /// The labels.
    public let labels: [String: String]
    /// Who holds the instance's lock now.
    public let lockedBy: LockHolder?

    /// A status of these parts.
    public init(
        id: InstanceID, name: String, state: InstanceState, vcpus: Int, memory: ByteCount, createdAt: Date?,
        disks: [DiskStatus], interfaces: [InterfaceStatus], labels: [String: String], lockedBy: LockHolder?
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.vcpus = vcpus
        self.memory = memory
        self.createdAt = createdAt
        self.disks = disks
        self.interfaces = interfaces
        self.labels = labels
        self.lockedBy = lockedBy
    }
}

/// An instance's state; the raw value is stable.
public enum InstanceState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Made, and never started.
    case defined
    /// The guest runs.
    case running
    /// The guest's processors are halted.
    case paused
    /// The guest is off.
    case stopped
    /// The guest put itself to sleep.
    case suspended
    /// Booted from a rescue image.
    case rescued
    /// On its way to another host.
    case migrating
    /// The guest's kernel, or QEMU, crashed.
    case crashed
    /// An operation on it failed and must be settled.
    case error
    /// The host did not tell.
    case unknown
}

/// A disk of an instance.
public struct DiskStatus: Sendable, Hashable, Codable {
    /// The device in the guest's bus order, such as `vda`.
    public let target: String
    /// The stored image below it; nil for an empty disk.
    public let image: String?
    /// The size that the guest sees, in bytes.
    public let sizeBytes: UInt64

    /// A disk.
    public init(target: String, image: String?, sizeBytes: UInt64) {
        self.target = target
        self.image = image
        self.sizeBytes = sizeBytes
    }
}

/// An interface of an instance.
public struct InterfaceStatus: Sendable, Hashable, Codable {
    /// The MAC address.
    public let mac: String
    /// `user` or `bridge:NAME`.
    public let network: String
    /// The published ports, as the document writes them.
    public let publish: [String]

    /// An interface.
    public init(mac: String, network: String, publish: [String]) {
        self.mac = mac
        self.network = network
        self.publish = publish
    }
}

/// Who holds a lock.
public struct LockHolder: Sendable, Hashable, Codable {
    /// What it does, such as `instance.spawn`.
    public let operation: String
    /// The caller.
    public let principal: String
    /// The process id.
    public let processID: Int32
    /// Since when.
    public let since: Date

    /// A holder.
    public init(operation: String, principal: String, processID: Int32, since: Date) {
        self.operation = operation
        self.principal = principal
        self.processID = processID
        self.since = since
    }
}
