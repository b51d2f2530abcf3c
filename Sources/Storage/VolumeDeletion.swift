// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel
import SystemPackage

/// A volume that is about to be deleted: nobody holds it, and nobody can. Without ``hide()`` it stays.
public final class VolumeDeletion: Sendable {
    private let name: VolumeName
    private let directory: OpenDirectory
    private let manifest: OpenFile
    private let hidden: FilePath.Component

    init(of name: VolumeName, in directory: OpenDirectory, manifest: OpenFile) throws(StorageError) {
        self.name = name
        self.directory = directory
        self.manifest = manifest
        hidden = try ImageManifest.component(
            ".\(try VolumeManifest.manifestName(name)).\(ScratchFile.randomText()).\(ManifestCoding.hiddenSuffix)")
    }

    deinit { manifest.unlock() }

    /// Takes the volume's name away: from here on there is no such volume.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)``; the volume stays then.
    public func hide() throws(StorageError) {
        try directory.rename(try VolumeManifest.manifestName(name), to: hidden)
    }

    /// Removes the bytes of a volume that was hidden: the file that its manifest names, whose name nobody can take
    /// before; none where the manifest cannot be read.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)``; what is left is removed by the next volume that is made.
    public func removeBytes() async throws(StorageError) {
        let (directory, manifest, hidden) = (directory, manifest, hidden)
        try await BlockingWork.run { _ throws(StorageError) in
            try directory.synchronize()
            if let recorded = try VolumeStore.recorded(in: manifest) { try directory.removeFile(recorded.dataName) }
            try directory.removeFile(hidden)
            try directory.synchronize()
        }
    }
}
