// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
public import InstanceModel
import Programs
import SystemPackage

extension InstanceFiles {
    /// Makes a disk that lies over a stored image, which should be held (``ImageStore/hold(_:)``) meanwhile.
    ///
    /// The disk's manifest is written before the disk gets its name, so that the image counts as used from then on.
    ///
    /// - Parameters:
    ///   - index: the disk's place, from 0.
    ///   - id: the instance, whose directory exists.
    ///   - image: an image of kind disk.
    ///   - size: a multiple of 512 bytes; nil: the image's own size.
    /// - Returns: the disk.
    /// - Throws: ``StorageError``: `wrongKind`, `smallerThanImage`, `imageChanged`, `imageMissing`, `exists`,
    ///   `instanceNotFound`, `noSpace`, `program`, `cancelled`.
    public func createDisk(
        _ index: Int, of id: InstanceID, on image: StoredImage, size: ByteCount?
    ) async throws(StorageError) -> InstanceDisk {
        guard image.kind == .disk else { throw .wrongKind(image.name, needed: "disk") }
        let size = size ?? image.virtualSize
        guard size >= image.virtualSize else {
            throw .smallerThanImage(image.name, requested: size, image: image.virtualSize)
        }
        try await image.verify()
        return try await create(index, of: id, size: size, image: image)
    }

    /// Makes an empty disk.
    ///
    /// - Parameters:
    ///   - index: the disk's place, from 0.
    ///   - id: the instance, whose directory exists.
    ///   - size: a multiple of 512 bytes.
    /// - Returns: the disk.
    /// - Throws: ``StorageError``: `exists`, `instanceNotFound`, `noSpace`, `program`, `cancelled`.
    public func createDisk(
        _ index: Int, of id: InstanceID, size: ByteCount
    ) async throws(StorageError) -> InstanceDisk {
        try await create(index, of: id, size: size, image: nil)
    }

    private func create(
        _ index: Int, of id: InstanceID, size: ByteCount, image: StoredImage?
    ) async throws(StorageError) -> InstanceDisk {
        let directory = try open(id)
        let dataName = try DiskManifest.dataName(index)
        guard try directory.status(of: dataName) == nil else { throw .exists(diskPath(index, of: id)) }
        let scratch = try ScratchFile(for: dataName, suffix: ImageCopy.suffix, in: directory)
        // The tool runs as the guest account, and may write to this one file only.
        if let guest { try scratch.file.setOwner(userID: guest.userID, groupID: guest.groupID) }
        let tool = QEMUImageTool(runner: runner, guest: guest)
        do throws(StorageError) {
            if let image {
                try await tool.createOverlay(scratch.path, on: image, size: size)
            } else {
                try await tool.createBlank(scratch.path, size: size)
            }
        } catch {
            // The tool's error has no code to tell a full disk by.
            throw Self.isFull(error) ? .noSpace(diskPath(index, of: id)) : error
        }
        let manifest = DiskManifest(
            format: .qcow2, size: size.bytes, image: image?.name.description, imageSHA256: image?.sha256,
            instance: id.description)
        return try await BlockingWork.run { _ throws(StorageError) in
            try scratch.file.synchronize()
            let name = try DiskManifest.name(index)
            let bytes = try ManifestCoding.bytes(manifest, for: directory.path.appending(name))
            try directory.replaceFile(name, with: bytes)
            try scratch.publish(as: dataName)
            try directory.synchronize()
            return InstanceDisk(
                index: index, path: diskPath(index, of: id), format: .qcow2, size: size, image: image?.name,
                imageSHA256: image?.sha256, instance: id)
        }
    }

    private static func isFull(_ error: StorageError) -> Bool {
        guard case .program(.failed(_, _, let tail)) = error else { return false }
        return tail.contains("No space left on device") || tail.contains("Disk quota exceeded")
    }
}
