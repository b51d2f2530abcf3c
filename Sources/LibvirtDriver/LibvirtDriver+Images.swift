// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel
import Storage
import SystemPackage

extension LibvirtDriver: ImageCatalog {
    /// Puts an image into the store under `name`; its format is what the caller declares, never probed.
    public func addImage(
        _ name: ImageName, from source: ImageSource, kind: ImageKind, context: OperationContext
    ) async throws(ComputeError) -> ImageStatus {
        try await authorizer.audited(.addImage, subject: "image \(name)", context: context) { () throws(ComputeError) in
            _ = try journals.writable()
            return try await storing(name) { () async throws(StorageError) in
                try await images.add(name, from: source, kind: kind).status(usedBy: [])
            }
        }
    }

    /// All images, by name.
    public func images(context: OperationContext) async throws(ComputeError) -> [ImageStatus] {
        try authorizer.authorize(.observeImages, subject: "images", context: context)
        guard state.isPrepared else { return [] }
        do throws(StorageError) {
            let usage = try files.usage()
            return try images.images().map { $0.status(usedBy: usage[$0.name] ?? []) }
        } catch {
            throw ComputeError(error, subject: "images")
        }
    }

    /// The image of this name.
    public func image(_ name: ImageName, context: OperationContext) async throws(ComputeError) -> ImageStatus {
        try authorizer.authorize(.observeImages, subject: "image \(name)", context: context)
        return try await storing(name) { () async throws(StorageError) in
            guard state.isPrepared else { throw .imageNotFound(name) }
            return try images.image(named: name).status(usedBy: files.usage()[name] ?? [])
        }
    }

    /// Deletes an image that no instance uses.
    public func deleteImage(_ name: ImageName, context: OperationContext) async throws(ComputeError) {
        try await authorizer.audited(.deleteImage, subject: "image \(name)", context: context) {
            () throws(ComputeError) in
            _ = try await journal(settlingFor: context)
            try await storing(name) { () async throws(StorageError) in
                try await images.delete(name, unusedIn: files)
            }
        }
    }

    private func storing<Result>(
        _ name: ImageName, _ body: () async throws(StorageError) -> Result
    ) async throws(ComputeError) -> Result {
        do throws(StorageError) {
            return try await body()
        } catch {
            throw ComputeError(error, subject: "image \(name)")
        }
    }
}
