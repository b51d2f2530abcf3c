// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
public import InstanceModel
import SystemPackage

/// Keeps a volume from being deleted, across processes; ends with ``release()``, with its last reference, or with the
/// process.
public final class VolumeHold: Sendable {
    /// The volume that is held.
    public let volume: StoredVolume
    private let manifest: OpenFile

    init(_ volume: StoredVolume, manifest: OpenFile) {
        self.volume = volume
        self.manifest = manifest
    }

    deinit { release() }

    /// Lets go of the volume; later calls do nothing.
    public func release() {
        manifest.unlock()
    }
}

/// A volume that is about to be deleted: nobody holds it, and nobody can. Without ``complete()`` it stays.
public final class VolumeDeletion: Sendable {
    private let name: VolumeName
    private let directory: OpenDirectory
    private let manifest: OpenFile

    init(of name: VolumeName, in directory: OpenDirectory, manifest: OpenFile) {
        self.name = name
        self.directory = directory
        self.manifest = manifest
    }

    deinit { manifest.unlock() }

    /// Deletes the volume with its bytes. The manifest is hidden first: no volume without its file is ever seen.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)``; what is left is removed by the next volume that is made.
    public func complete() async throws(StorageError) {
        let (name, directory) = (name, directory)
        try await BlockingWork.run { _ throws(StorageError) in
            let manifestName = try VolumeManifest.manifestName(name)
            let hidden = try ImageManifest.component(
                ".\(manifestName.string).\(ScratchFile.randomText()).\(VolumeStore.manifestSuffix)")
            try directory.rename(manifestName, to: hidden)
            try directory.synchronize()
            for format in VolumeFormat.allCases {
                try directory.removeFile(try VolumeManifest.dataName(name, format))
            }
            try directory.removeFile(hidden)
            try directory.synchronize()
        }
    }
}

extension VolumeStore {
    /// Keeps a volume from being deleted until the result is released.
    ///
    /// - Throws: ``StorageError``: `volumeNotFound`, `volumeBusy` where it is being deleted, `volumeMissing`,
    ///   `manifestUnreadable`.
    public func hold(_ name: VolumeName) throws(StorageError) -> VolumeHold {
        let directory = try OpenDirectory(path)
        let manifest = try lockedManifest(of: name, .shared, in: directory)
        return VolumeHold(try volume(named: name, in: directory), manifest: manifest)
    }

    /// Begins to delete a volume; who calls makes sure that no instance has it, before it completes that.
    ///
    /// - Throws: ``StorageError``: `volumeNotFound`, `volumeBusy` where it is held.
    public func beginDeletion(of name: VolumeName) throws(StorageError) -> VolumeDeletion {
        let directory = try OpenDirectory(path)
        return VolumeDeletion(
            of: name, in: directory, manifest: try lockedManifest(of: name, .exclusive, in: directory))
    }

    private func lockedManifest(
        of name: VolumeName, _ lock: OpenFile.Lock, in directory: OpenDirectory
    ) throws(StorageError) -> OpenFile {
        let component = try VolumeManifest.manifestName(name)
        while true {
            guard let manifest = try directory.file(component) else { throw .volumeNotFound(name) }
            guard try manifest.tryLock(lock) else { throw .volumeBusy(name) }
            // One that was deleted, or replaced, since it was opened: a lock on it excludes nobody.
            let held = try manifest.status()
            if let present = try directory.status(of: component), present.inode == held.inode { return manifest }
        }
    }
}
