// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import Foundation
import InstanceModel
import SystemPackage

/// What lies in a store of images or volumes, each a file `NAME.FORMAT` with a manifest `NAME.json`.
private struct StoreSurvey {
    let directory: OpenDirectory
    let formats: [String]

    /// The paths of files that have no manifest.
    func unknownFiles() throws(StorageError) -> [String] {
        let names = try directory.names()
        var known: Set<String> = []
        for name in names {
            // A manifest that is hidden is that of something on its way in or out, or of what a dead process left.
            let manifest = Self.unhidden(name)
            guard manifest.extension == "json" else { continue }
            known.formUnion([name.string] + (formats + ["lock"]).map { "\(manifest.stem).\($0)" })
        }
        return names.map(\.string).filter { name in
            !known.contains(name) && !name.hasPrefix(".") && !name.hasSuffix(".lock")
        }.sorted().map { directory.path.appending($0).string }
    }

    /// The name of a manifest `.NAME.json.RANDOM.manifest` once it is published; any other name as it is.
    private static func unhidden(_ name: FilePath.Component) -> FilePath.Component {
        guard ScratchFile.isScratch(name, suffix: ManifestCoding.hiddenSuffix) else { return name }
        let parts = name.string.dropFirst().split(separator: ".").dropLast(2)
        return FilePath.Component(parts.joined(separator: ".")) ?? name
    }

    /// The hidden files of processes that died.
    func leftovers(_ kind: Orphan.Kind) throws(StorageError) -> [Orphan] {
        var found: [Orphan] = []
        for suffix in [ManifestCoding.hiddenSuffix, ImageCopy.suffix] {
            try ScratchFile.forEachDead(suffix: suffix, in: directory) { file, name throws(StorageError) in
                found.append(
                    Orphan(
                        kind: kind, name: directory.path.appending(name).string, instanceID: nil,
                        since: Date(timeIntervalSince1970: Double(try file.status().modifiedNanoseconds) / 1e9)))
            }
        }
        return found.sorted { $0.name < $1.name }
    }
}

extension ImageStore {
    /// The paths of files in the store that have no manifest: they are no images, and nothing opens them.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)`` where the store cannot be listed.
    public func unknownFiles() throws(StorageError) -> [String] {
        try StoreSurvey(directory: OpenDirectory(path), formats: ImageFormat.allCases.map(\.rawValue)).unknownFiles()
    }

    /// The files of images that processes which died were adding or deleting: what ``cleanUp()`` removes.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)`` where the store cannot be listed.
    public func leftovers() throws(StorageError) -> [Orphan] {
        try StoreSurvey(directory: OpenDirectory(path), formats: []).leftovers(.image)
    }
}

extension VolumeStore {
    /// The paths of files in the store that have no manifest: they are no volumes, and nothing opens them.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)`` where the store cannot be listed.
    public func unknownFiles() throws(StorageError) -> [String] {
        guard let directory = try existing() else { return [] }
        return try StoreSurvey(directory: directory, formats: VolumeFormat.allCases.map(\.rawValue)).unknownFiles()
    }

    /// The files of volumes that processes which died were making or deleting: what ``cleanUp()`` removes.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)`` where the store cannot be listed.
    public func leftovers() throws(StorageError) -> [Orphan] {
        guard let directory = try existing() else { return [] }
        return try StoreSurvey(directory: directory, formats: []).leftovers(.volume)
    }
}
