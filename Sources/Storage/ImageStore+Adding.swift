// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import Foundation
public import InstanceModel
public import SystemPackage

extension ImageStore {
    /// Copies a file of a format that is kept as it is into the store.
    ///
    /// - Parameters:
    ///   - name: the image's name, which must be free.
    ///   - source: a regular file that the caller may read.
    ///   - format: the file's format.
    ///   - kind: what the image is for.
    /// - Returns: the image.
    /// - Throws: what ``add(_:from:kind:)`` throws.
    public func add(
        _ name: ImageName, from source: FilePath, format: ImageFormat, kind: ImageKind
    ) async throws(StorageError) -> StoredImage {
        let source = ImageSource(.file(source.string), format: ImageSource.Format(format))
        return try await add(name, from: source, kind: kind)
    }

    /// Puts an image into the store.
    ///
    /// The format is the one declared, never guessed. A copy is what is judged, expanded, converted and kept, so that
    /// it does not matter who can write to the source; a link to it is followed. A crash leaves hidden files at most,
    /// which the next call removes.
    ///
    /// - Parameters:
    ///   - name: the image's name, which must be free.
    ///   - source: what to take in.
    ///   - kind: what the image is for; kernels and initial ramdisks are raw and have at most 1 GiB.
    /// - Returns: the image.
    /// - Throws: ``StorageError``: `imageExists`, `refused` with the reason, `wrongDigest`, `notRegularFile`,
    ///   `sourceUnreadable`, `sourceChanged`, `noSpace`, `program` where a tool cannot run, `cancelled`.
    public func add(
        _ name: ImageName, from source: ImageSource, kind: ImageKind
    ) async throws(StorageError) -> StoredImage {
        let directory = try OpenDirectory(path)
        try cleanUp(directory)
        let manifestName = try ImageManifest.manifestName(name)
        guard try directory.status(of: manifestName) == nil else { throw .imageExists(name) }
        let intake = ImageIntake(
            name: name, source: source, kind: kind, directory: directory, guest: guest, runner: runner,
            expansion: expansion)
        let copy = try await intake.copy()
        let status = try copy.scratch.file.status()
        let manifest = ImageManifest(
            name: name.description, format: source.format.kept, kind: kind, virtualSize: copy.virtualSize,
            fileSize: status.size, sha256: copy.sha256,
            addedAt: Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down)),
            fingerprint: FileFingerprint(status))
        let lock = try await ImageLock.take(.exclusive, of: name, in: directory)
        defer { lock.release() }
        guard try directory.status(of: manifestName) == nil else { throw .imageExists(name) }
        do throws(StorageError) {
            return try await BlockingWork.run { _ throws(StorageError) in
                try publish(copy.scratch, manifest, name, in: directory)
            }
        } catch {
            // The work's thread may hold the copy for moments longer.
            copy.scratch.discard()
            // A lock's file without an image would be all that is left; the next clean-up removes it, too.
            try? directory.removeFile(try ImageManifest.lockName(name))
            throw error
        }
    }

    /// Removes what processes that died while they added or deleted an image left behind; each addition does so, too.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)``.
    public func cleanUp() throws(StorageError) {
        try cleanUp(try OpenDirectory(path))
    }

    /// The manifest is written in full under a hidden name before the file gets its own: after a crash between the
    /// two renames, it tells the clean-up which file has no image.
    private func publish(
        _ data: ScratchFile, _ manifest: ImageManifest, _ name: ImageName, in directory: OpenDirectory
    ) throws(StorageError) -> StoredImage {
        let manifestName = try ImageManifest.manifestName(name)
        let dataName = try ImageManifest.dataName(name, manifest.format)
        let record = try ScratchFile(for: manifestName, suffix: ManifestCoding.hiddenSuffix, in: directory)
        try record.file.write(try ManifestCoding.bytes(manifest, for: path.appending(manifestName)))
        try record.file.synchronize()
        try directory.synchronize()
        try data.publish(as: dataName)
        do throws(StorageError) {
            try directory.synchronize()
            try record.publish(as: manifestName)
            try directory.synchronize()
        } catch {
            // The manifest goes first, so that no image without its file is ever seen.
            try? directory.removeFile(manifestName)
            try? directory.removeFile(dataName)
            throw error
        }
        return StoredImage(manifest, name: name, path: path.appending(dataName))
    }
}

extension ImageStore {
    /// Deletes an image.
    ///
    /// - Parameters:
    ///   - name: the image, which may have an unreadable manifest.
    ///   - instances: those that might use it.
    /// - Throws: ``StorageError``: `imageNotFound`, `imageInUse` with the instances, `imageBusy` where it is held,
    ///   `manifestUnreadable` where it cannot be known which images an instance uses.
    public func delete(_ name: ImageName, unusedIn instances: InstanceFiles) async throws(StorageError) {
        let directory = try OpenDirectory(path)
        let manifestName = try ImageManifest.manifestName(name)
        guard try directory.status(of: manifestName) != nil else { throw .imageNotFound(name) }
        guard let lock = try ImageLock.tryTake(.exclusive, of: name, in: directory) else { throw .imageBusy(name) }
        defer { lock.release() }
        let users = try instances.usage()[name] ?? []
        guard users.isEmpty else { throw .imageInUse(name, users) }
        try await BlockingWork.run { _ throws(StorageError) in
            try remove(name, in: directory)
        }
    }

    private func remove(_ name: ImageName, in directory: OpenDirectory) throws(StorageError) {
        let manifestName = try ImageManifest.manifestName(name)
        guard let manifest = try directory.file(manifestName) else { throw .imageNotFound(name) }
        let hidden = try ImageManifest.component(
            ".\(manifestName.string).\(ScratchFile.randomText()).\(ManifestCoding.hiddenSuffix)")
        // Locked before it is hidden: no clean-up takes it for a dead process's while this one is at work.
        _ = try manifest.tryLock(.exclusive)
        try directory.rename(manifestName, to: hidden)
        try directory.synchronize()
        for format in ImageFormat.allCases {
            try directory.removeFile(try ImageManifest.dataName(name, format))
        }
        try directory.removeFile(hidden)
        try directory.removeFile(try ImageManifest.lockName(name))
        try directory.synchronize()
    }

    private func cleanUp(_ directory: OpenDirectory) throws(StorageError) {
        try ScratchFile.forEachDead(suffix: ManifestCoding.hiddenSuffix, in: directory) {
            file, name throws(StorageError) in
            try removeData(recordedIn: file, in: directory)
            try directory.removeFile(name)
        }
        try ScratchFile.forEachDead(suffix: ImageCopy.suffix, in: directory) { _, name throws(StorageError) in
            try directory.removeFile(name)
        }
        for file in try directory.names() where file.extension == "lock" {
            guard let name = try? ImageName(file.stem) else { continue }
            try removeUnusedLock(of: name, in: directory)
        }
    }

    /// Removes the file of a lock whose image does not exist, unless somebody holds it.
    private func removeUnusedLock(of name: ImageName, in directory: OpenDirectory) throws(StorageError) {
        let manifestName = try ImageManifest.manifestName(name)
        guard try directory.status(of: manifestName) == nil,
            let lock = try ImageLock.tryTake(.exclusive, of: name, in: directory)
        else { return }
        defer { lock.release() }
        guard try directory.status(of: manifestName) == nil else { return }
        try directory.removeFile(try ImageManifest.lockName(name))
    }

    /// Removes the file of an image that a dead process was adding or deleting.
    private func removeData(recordedIn file: OpenFile, in directory: OpenDirectory) throws(StorageError) {
        let bytes = try file.read(at: 0, count: ManifestCoding.limit)
        // A manifest that was not written in full was followed by nothing.
        guard let manifest = try? ManifestCoding.manifest(ImageManifest.self, bytes, at: file.path),
            let name = try? ImageName(manifest.name)
        else { return }
        let dataName = try ImageManifest.dataName(name, manifest.format)
        guard try directory.status(of: try ImageManifest.manifestName(name)) == nil,
            let status = try directory.status(of: dataName), FileFingerprint(status) == manifest.fingerprint
        else { return }
        try directory.removeFile(dataName)
    }
}
