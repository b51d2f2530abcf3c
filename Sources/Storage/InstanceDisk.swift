// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel
public import SystemPackage

/// A disk of an instance, as its manifest records it.
public struct InstanceDisk: Sendable, Hashable {
    /// The disk's place among the instance's disks, from 0.
    public let index: Int
    /// The file.
    public let path: FilePath
    /// The file's format.
    public let format: ImageFormat
    /// The size that the guest sees.
    public let size: ByteCount
    /// The stored image below it; nil for a disk that was empty.
    public let image: ImageName?
    /// The SHA-256 of the image's file when the disk was made.
    public let imageSHA256: String?
    /// The instance that it belongs to.
    public let instance: InstanceID
}

/// What is recorded beside a disk.
struct DiskManifest: Codable, Sendable, Hashable, VersionedManifest {
    var version = 1
    let format: ImageFormat
    let size: UInt64
    let image: String?
    let imageSHA256: String?
    let instance: String

    enum CodingKeys: String, CodingKey {
        case version, format, size, image, instance
        case imageSHA256 = "image_sha256"
    }

    static func name(_ index: Int) throws(StorageError) -> FilePath.Component {
        try ImageManifest.component("disk-\(index).json")
    }

    static func dataName(_ index: Int) throws(StorageError) -> FilePath.Component {
        try ImageManifest.component("disk-\(index).qcow2")
    }

    /// The index of the disk whose manifest has this file name; nil for other files.
    static func index(ofManifest name: FilePath.Component) -> Int? {
        guard name.extension == "json", name.stem.hasPrefix("disk-"), let index = Int(name.stem.dropFirst(5)),
            "disk-\(index)" == name.stem, index >= 0
        else { return nil }
        return index
    }
}

/// Which images an instance boots from without having a disk on them.
struct BootManifest: Codable, Sendable, Hashable, VersionedManifest {
    var version = 1
    let images: [String]

    static let name: FilePath.Component = "boot.json"
}
