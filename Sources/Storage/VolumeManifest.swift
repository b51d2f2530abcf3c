// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import Foundation
public import InstanceModel
public import SystemPackage

/// What is recorded beside a volume's file; the volume exists exactly as long as its manifest does.
struct VolumeManifest: Codable, Sendable, Hashable, VersionedManifest {
    var version = 1
    let name: String
    let format: VolumeFormat
    let size: UInt64
    /// Whether all of its room was taken at once, and is kept.
    let isPreallocated: Bool?
    let serial: String
    /// The inode of the file that was made, by which a clean-up knows it.
    let inode: UInt64
    let createdAt: Date

    enum CodingKeys: String, CodingKey {
        case version, name, format, size, serial, inode
        case isPreallocated = "preallocated"
        case createdAt = "created_at"
    }

    /// The name of a volume's file.
    static func dataName(_ name: VolumeName, _ format: VolumeFormat) throws(StorageError) -> FilePath.Component {
        try ImageManifest.component("\(name).\(format.rawValue)")
    }

    /// The name of a volume's manifest.
    static func manifestName(_ name: VolumeName) throws(StorageError) -> FilePath.Component {
        try ImageManifest.component("\(name).json")
    }

    /// The volume whose manifest has this file name; nil for other files.
    static func volumeName(ofManifest file: FilePath.Component) -> VolumeName? {
        guard file.extension == "json" else { return nil }
        return try? VolumeName(file.stem)
    }
}

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
