// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import SystemPackage

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
