// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import Foundation
public import InstanceModel
public import SystemPackage

/// An image of the store.
public struct StoredImage: Sendable, Hashable {
    /// The name.
    public let name: ImageName
    /// The format, as it was declared and found.
    public let format: ImageFormat
    /// What it is for.
    public let kind: ImageKind
    /// The size that a guest sees.
    public let virtualSize: ByteCount
    /// The size of the file.
    public let fileSize: ByteCount
    /// The SHA-256 of the file, 64 hexadecimal digits.
    public let sha256: String
    /// When it was added, in whole seconds.
    public let addedAt: Date
    /// The file, absolute where the store's directory is; nobody may write to it.
    public let path: FilePath
    let fingerprint: FileFingerprint

    init(_ manifest: ImageManifest, name: ImageName, path: FilePath) {
        self.name = name
        format = manifest.format
        kind = manifest.kind
        virtualSize = ByteCount(bytes: manifest.virtualSize)
        fileSize = ByteCount(bytes: manifest.fileSize)
        sha256 = manifest.sha256
        addedAt = manifest.addedAt
        self.path = path
        fingerprint = manifest.fingerprint
    }

    /// The image as the driver's port shows it.
    public func status(usedBy instances: [InstanceID]) -> ImageStatus {
        ImageStatus(
            name: name, format: format, kind: kind, virtualSize: virtualSize, fileSize: fileSize, sha256: sha256,
            addedAt: addedAt, usedBy: instances)
    }

    /// Makes sure that the file is the one that was added: by its fingerprint, and by its digest where that differs,
    /// as it does after a restore from a backup.
    ///
    /// - Throws: ``StorageError/imageMissing(_:_:)``, ``StorageError/imageChanged(_:_:)``.
    func verify() async throws(StorageError) {
        let directory = try OpenDirectory(path.removingLastComponent())
        guard let component = path.lastComponent, let file = try directory.file(component) else {
            throw .imageMissing(name, path)
        }
        let status = try file.status()
        guard FileFingerprint(status) != fingerprint else { return }
        guard status.size == fileSize.bytes else { throw .imageChanged(name, path) }
        let digest = try await BlockingWork.run { flag throws(StorageError) in
            try HashedCopy.digest(of: file, flag: flag)
        }
        guard digest == sha256 else { throw .imageChanged(name, path) }
    }
}
