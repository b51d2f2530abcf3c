// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import Foundation
public import InstanceModel
public import SystemPackage

/// A volume of the store.
public struct StoredVolume: Sendable, Hashable {
    /// The name.
    public let name: VolumeName
    /// The form of its bytes.
    public let format: VolumeFormat
    /// Whether all of its room was taken at once, and is kept.
    public let isPreallocated: Bool
    /// The size that a guest sees.
    public let size: ByteCount
    /// What it takes of the disk.
    public let allocated: ByteCount
    /// The serial number that a guest reads, 20 hexadecimal digits.
    public let serial: String
    /// When it was made, in whole seconds.
    public let createdAt: Date
    /// The file, absolute where the store's directory is.
    public let path: FilePath

    /// The volume as the driver's port shows it.
    public func status(attachedTo instance: InstanceID?) -> VolumeStatus {
        VolumeStatus(
            name: name, format: format, size: size, allocated: allocated, serial: serial, createdAt: createdAt,
            attachedTo: instance)
    }
}
