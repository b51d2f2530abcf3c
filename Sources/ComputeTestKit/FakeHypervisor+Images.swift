// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel

extension FakeHypervisor: ImageCatalog {
    /// Keeps an image's name; the source is not read.
    ///
    /// - Throws: `conflict` where the name is taken.
    public func addImage(
        _ name: ImageName, from source: ImageSource, kind: ImageKind, context: OperationContext
    ) async throws(ComputeError) -> ImageStatus {
        try await admit(.addImage, name.description, context)
        guard store[name] == nil else {
            throw ComputeError(.conflict, subject: "image \(name)", message: "the name is taken")
        }
        add(name, format: source.format.kept, kind: kind)
        return try kept(name)
    }

    /// All images, by name.
    public func images(context: OperationContext) async throws(ComputeError) -> [ImageStatus] {
        try await admit(.observeImages, "", context)
        return try store.keys.sorted { $0.description < $1.description }
            .map { name throws(ComputeError) in try kept(name) }
    }

    /// The image of this name.
    public func image(_ name: ImageName, context: OperationContext) async throws(ComputeError) -> ImageStatus {
        try await admit(.observeImages, name.description, context)
        return try kept(name)
    }

    /// Deletes an image.
    ///
    /// - Throws: `notFound`; `conflict` naming the instances that use it.
    public func deleteImage(_ name: ImageName, context: OperationContext) async throws(ComputeError) {
        try await admit(.deleteImage, name.description, context)
        let image = try kept(name)
        guard image.usedBy.isEmpty else {
            throw ComputeError(
                .conflict, subject: "image \(name)",
                message: "it is used by " + image.usedBy.map(\.description).joined(separator: ", "))
        }
        store[name] = nil
    }

    private func kept(_ name: ImageName) throws(ComputeError) -> ImageStatus {
        guard let image = store[name] else {
            throw ComputeError(
                .notFound, subject: "image \(name)", message: "there is no such image",
                hint: "`roost image list` shows the images")
        }
        let users = machines.values.filter { $0.images.contains(name) }.map(\.id)
        return ImageStatus(
            name: name, format: image.format, kind: image.kind, virtualSize: image.virtualSize,
            fileSize: image.fileSize, sha256: image.sha256, addedAt: image.addedAt,
            usedBy: users.sorted { $0.description < $1.description })
    }
}
