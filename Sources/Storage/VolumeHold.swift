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

extension VolumeStore {
    /// Keeps a volume from being deleted until the result is released.
    ///
    /// - Throws: ``StorageError``: `volumeNotFound`, `volumeBusy` where it is being deleted, `volumeMissing`,
    ///   `manifestUnreadable`.
    public func hold(_ name: VolumeName) throws(StorageError) -> VolumeHold {
        guard let directory = try existing() else { throw .volumeNotFound(name) }
        let manifest = try lockedManifest(of: name, .shared, in: directory)
        return VolumeHold(try volume(named: name, in: directory), manifest: manifest)
    }

    /// Begins to delete a volume; who calls makes sure that no instance has it, before it is hidden.
    ///
    /// - Throws: ``StorageError``: `volumeNotFound`, `volumeBusy` where it is held.
    public func beginDeletion(of name: VolumeName) throws(StorageError) -> VolumeDeletion {
        guard let directory = try existing() else { throw .volumeNotFound(name) }
        return try VolumeDeletion(
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
