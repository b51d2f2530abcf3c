// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import SystemPackage

/// What is recorded beside an image's file; the image exists exactly as long as its manifest does.
struct ImageManifest: Codable, Sendable, Hashable {
    var version = 1
    let name: String
    let format: ImageFormat
    let kind: ImageKind
    let virtualSize: UInt64
    let fileSize: UInt64
    let sha256: String
    let addedAt: Date
    let fingerprint: FileFingerprint

    enum CodingKeys: String, CodingKey {
        case version, name, format, kind, sha256, fingerprint
        case virtualSize = "virtual_size"
        case fileSize = "file_size"
        case addedAt = "added_at"
    }

    /// The name of the image's file.
    static func dataName(_ name: ImageName, _ format: ImageFormat) throws(StorageError) -> FilePath.Component {
        try component("\(name).\(format.rawValue)")
    }

    /// The name of the image's manifest.
    static func manifestName(_ name: ImageName) throws(StorageError) -> FilePath.Component {
        try component("\(name).json")
    }

    /// The name of the image's lock.
    static func lockName(_ name: ImageName) throws(StorageError) -> FilePath.Component {
        try component("\(name).lock")
    }

    /// The image whose manifest has this file name; nil for other files.
    static func imageName(ofManifest file: FilePath.Component) -> ImageName? {
        guard file.extension == "json" else { return nil }
        return try? ImageName(file.stem)
    }

    /// An image's name as a file's; the name's own rule leaves nothing to escape.
    static func component(_ text: String) throws(StorageError) -> FilePath.Component {
        guard let component = FilePath.Component(text), component.kind == .regular else {
            throw .unsafePath(FilePath(text), reason: "it is no name of a file")
        }
        return component
    }
}

/// What tells a file from another without reading it.
struct FileFingerprint: Codable, Sendable, Hashable {
    let inode: UInt64
    let size: UInt64
    let modifiedNanoseconds: Int64

    enum CodingKeys: String, CodingKey {
        case inode, size
        case modifiedNanoseconds = "modified_ns"
    }

    init(_ status: FileStatus) {
        inode = status.inode
        size = status.size
        modifiedNanoseconds = status.modifiedNanoseconds
    }
}

/// Manifests as JSON: sorted keys, dates of RFC 3339 in whole seconds.
enum ManifestCoding {
    /// The ending of a manifest's hidden name, which it has before it is published and while it is deleted.
    static let hiddenSuffix = "manifest"
    /// No manifest is longer.
    static let limit = 64 << 10

    static func bytes(_ manifest: some Encodable, for path: FilePath) throws(StorageError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            return Array(try encoder.encode(manifest)) + [0x0A]
        } catch {
            throw .manifestUnreadable(path, reason: "it cannot be encoded")
        }
    }

    static func manifest<Manifest: Decodable & VersionedManifest>(
        _: Manifest.Type, _ bytes: [UInt8], at path: FilePath
    ) throws(StorageError) -> Manifest {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let manifest: Manifest
        do {
            manifest = try decoder.decode(Manifest.self, from: Data(bytes))
        } catch {
            throw .manifestUnreadable(path, reason: "it is no manifest of this kind")
        }
        guard manifest.version == 1 else {
            throw .manifestUnreadable(path, reason: "it has version \(manifest.version), and this Roost knows 1")
        }
        return manifest
    }
}

/// A manifest that says which version of its form it has.
protocol VersionedManifest {
    /// The version.
    var version: Int { get }
}

extension ImageManifest: VersionedManifest {}
