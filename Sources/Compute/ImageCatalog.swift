// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
public import InstanceModel

/// Keeps images.
public protocol ImageCatalog: Sendable {
    /// Puts an image into the store under `name`: expands, judges and converts what is given, whose format is what the
    /// caller declares, never probed.
    ///
    /// - Throws: `invalid` where the bytes are not what was declared, have another digest or may not be kept (backing
    ///   file, data file, encryption, corruption), `conflict` where the name is taken, `exhausted` where the disk is
    ///   full.
    func addImage(
        _ name: ImageName, from source: ImageSource, kind: ImageKind, context: OperationContext
    ) async throws(ComputeError) -> ImageStatus
    /// All images, by name.
    func images(context: OperationContext) async throws(ComputeError) -> [ImageStatus]
    /// The image of this name.
    func image(_ name: ImageName, context: OperationContext) async throws(ComputeError) -> ImageStatus
    /// Deletes an image that no instance uses.
    ///
    /// - Throws: `conflict` naming the instances that use it.
    func deleteImage(_ name: ImageName, context: OperationContext) async throws(ComputeError)
}

extension ImageCatalog {
    /// Copies a file of a format that is kept as it is into the store.
    ///
    /// - Throws: what ``addImage(_:from:kind:context:)`` throws.
    public func addImage(
        _ name: ImageName, fromFile path: String, format: ImageFormat, kind: ImageKind, context: OperationContext
    ) async throws(ComputeError) -> ImageStatus {
        let source = ImageSource(.file(path), format: ImageSource.Format(format))
        return try await addImage(name, from: source, kind: kind, context: context)
    }
}

/// The format that an image is kept in.
public enum ImageFormat: String, Sendable, Hashable, Codable, CaseIterable {
    /// QEMU's copy-on-write format, version 2 or 3.
    case qcow2
    /// Plain bytes.
    case raw
}

/// What an image is for.
public enum ImageKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A disk.
    case disk
    /// A kernel for a direct boot.
    case kernel
    /// An initial ramdisk for a direct boot.
    case initrd
}

/// An image of the store.
public struct ImageStatus: Sendable, Hashable {
    /// The name.
    public let name: ImageName
    /// The format.
    public let format: ImageFormat
    /// What it is for.
    public let kind: ImageKind
    /// The size that a guest sees.
    public let virtualSize: ByteCount
    /// The size of the file.
    public let fileSize: ByteCount
    /// The SHA-256 of the file, 64 hexadecimal digits.
    public let sha256: String
    /// When it was added.
    public let addedAt: Date
    /// The instances whose disks lie over it.
    public let usedBy: [InstanceID]

    /// An image.
    public init(
        name: ImageName, format: ImageFormat, kind: ImageKind, virtualSize: ByteCount, fileSize: ByteCount,
        sha256: String, addedAt: Date, usedBy: [InstanceID]
    ) {
        self.name = name
        self.format = format
        self.kind = kind
        self.virtualSize = virtualSize
        self.fileSize = fileSize
        self.sha256 = sha256
        self.addedAt = addedAt
        self.usedBy = usedBy
    }
}
