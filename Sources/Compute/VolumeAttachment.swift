// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
public import InstanceModel

/// Keeps volumes: disks with a life of their own, which instances are given and let go of.
public protocol VolumeCatalog: Sendable {
    /// Makes an empty volume.
    ///
    /// - Throws: `conflict` where the name is taken, `exhausted` where the disk is full.
    func createVolume(_ request: VolumeRequest, context: OperationContext) async throws(ComputeError) -> VolumeStatus
    /// All volumes, by name.
    func volumes(context: OperationContext) async throws(ComputeError) -> [VolumeStatus]
    /// The volume of this name.
    func volume(_ name: VolumeName, context: OperationContext) async throws(ComputeError) -> VolumeStatus
    /// Deletes a volume that no instance has.
    ///
    /// - Throws: `conflict` naming the instance that has it.
    func deleteVolume(_ name: VolumeName, context: OperationContext) async throws(ComputeError)
}

/// Gives instances volumes, and takes them away.
public protocol VolumeAttachment: Sendable {
    /// Gives an instance a volume, in its definition, and at once where it runs; on any failure all is put back.
    ///
    /// - Throws: `conflict` where an instance has the volume, `exhausted` where the machine has no free port.
    func attach(
        _ volume: VolumeName, to id: InstanceID, options: AttachOptions, context: OperationContext
    ) async throws(ComputeError) -> AttachedVolume
    /// Takes a volume away: a running guest is asked, and waited for.
    ///
    /// - Throws: `deadlineExceeded` where the guest does not let go of it; it keeps the volume then.
    func detach(
        _ volume: VolumeName, from id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError)
}

/// The form in which a volume's bytes are kept.
public enum VolumeFormat: String, Sendable, Hashable, Codable, CaseIterable {
    /// Plain bytes.
    case raw
    /// QEMU's copy-on-write format.
    case qcow2
}

/// A volume that is to be made.
public struct VolumeRequest: Sendable, Hashable {
    /// The name, which must be free.
    public let name: VolumeName
    /// The size that a guest sees, a multiple of 512 bytes.
    public let size: DiskSize
    /// The form of its bytes.
    public let format: VolumeFormat
    /// Whether all of its room is taken at once, and kept when the guest gives it back.
    public let isPreallocated: Bool

    /// A volume to be made.
    ///
    /// - Throws: ``RuleViolation`` for room that is taken at once for another format than raw: how much that is, the
    ///   format's own tables tell.
    public init(
        name: VolumeName, size: DiskSize, format: VolumeFormat = .raw, isPreallocated: Bool = false
    ) throws(RuleViolation) {
        guard format == .raw || !isPreallocated else {
            throw RuleViolation(
                value: format.rawValue, rule: "all room is taken at once for the format raw alone",
                remedy: "leave the format out")
        }
        self.name = name
        self.size = size
        self.format = format
        self.isPreallocated = isPreallocated
    }
}

/// A volume, and who has it.
public struct VolumeStatus: Sendable, Hashable {
    /// The name.
    public let name: VolumeName
    /// The form of its bytes.
    public let format: VolumeFormat
    /// The size that a guest sees.
    public let size: ByteCount
    /// What it takes of the disk.
    public let allocated: ByteCount
    /// The serial number that a guest reads of it.
    public let serial: String
    /// When it was made.
    public let createdAt: Date
    /// The instance that has it; nil where nobody does.
    public let attachedTo: InstanceID?

    /// A volume.
    public init(
        name: VolumeName, format: VolumeFormat, size: ByteCount, allocated: ByteCount, serial: String,
        createdAt: Date, attachedTo: InstanceID?
    ) {
        self.name = name
        self.format = format
        self.size = size
        self.allocated = allocated
        self.serial = serial
        self.createdAt = createdAt
        self.attachedTo = attachedTo
    }
}

/// How a volume is given to an instance.
public struct AttachOptions: Sendable, Hashable {
    /// The bus that the guest finds it on; a running guest can be given no disk on SATA.
    public let bus: Disk.Bus
    /// Whether the guest may only read.
    public let isReadOnly: Bool

    /// These options.
    public init(bus: Disk.Bus = .virtio, isReadOnly: Bool = false) {
        self.bus = bus
        self.isReadOnly = isReadOnly
    }
}

/// A volume as an instance has it.
public struct AttachedVolume: Sendable, Hashable {
    /// The volume.
    public let volume: VolumeName
    /// The instance.
    public let instanceID: InstanceID
    /// The target, such as `vdb`; the guest may use another name, and the serial number tells.
    public let target: String
    /// The serial number that the guest reads.
    public let serial: String
    /// Whether the running guest has it already.
    public let isLive: Bool

    /// A volume of an instance.
    public init(volume: VolumeName, instanceID: InstanceID, target: String, serial: String, isLive: Bool) {
        self.volume = volume
        self.instanceID = instanceID
        self.target = target
        self.serial = serial
        self.isLive = isLive
    }
}
