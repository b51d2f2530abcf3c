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
