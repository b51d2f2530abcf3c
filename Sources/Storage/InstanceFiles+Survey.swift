// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import Foundation
import InstanceModel
import SystemPackage

extension InstanceFiles {
    /// What lies in the instances' directories. Disks are told by their manifests; no disk is opened.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)`` where they cannot be listed.
    public func survey() throws(StorageError) -> [ReconcilePlan.Directory] {
        var found: [ReconcilePlan.Directory] = []
        for id in try list() {
            do throws(StorageError) {
                let directory = try open(id)
                let unknown = try unknownFiles(of: id, in: directory)
                found.append(
                    ReconcilePlan.Directory(
                        id: id, path: directory.path.string,
                        since: Date(
                            timeIntervalSince1970: Double(try directory.status().modifiedNanoseconds) / 1e9),
                        unknownFiles: unknown))
            } catch .instanceNotFound {
                // Deleted since it was listed.
                continue
            }
        }
        return found
    }

    /// The files that Roost did not make there, or of which it cannot tell: those without a manifest.
    private func unknownFiles(of id: InstanceID, in directory: OpenDirectory) throws(StorageError) -> [String] {
        var known: Set<String> = [
            Self.consoleName.string, Self.firmwareName.string, Self.seedName.string, BootManifest.name.string,
        ]
        let names = try directory.names()
        for name in names {
            guard let index = DiskManifest.index(ofManifest: name) else { continue }
            // One that cannot be read, or is another instance's, tells nothing of the disk.
            guard let bytes = try directory.smallFile(name, limit: ManifestCoding.limit),
                let manifest = try? ManifestCoding.manifest(
                    DiskManifest.self, bytes, at: directory.path.appending(name)),
                manifest.instance == id.description
            else { continue }
            known.formUnion([name.string, "disk-\(index).qcow2"])
        }
        return names.map(\.string).filter { name in
            // Hidden and unfinished files are scratch files: a writer's, or a dead one's.
            !known.contains(name) && !(name.hasPrefix(".") && name.hasSuffix(".\(ImageCopy.suffix)"))
        }.sorted()
    }
}

extension ImageStore {
    /// The paths of files in the store that have no manifest: they are no images, and nothing opens them.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)`` where the store cannot be listed.
    public func unknownFiles() throws(StorageError) -> [String] {
        let directory = try OpenDirectory(path)
        let names = try directory.names()
        var known: Set<String> = []
        for name in names {
            // A manifest that is hidden is that of an image on its way in or out, or of what a dead process left.
            guard let image = ImageManifest.imageName(ofManifest: Self.unhidden(name)) else { continue }
            known.formUnion([name.string, "\(image).qcow2", "\(image).raw", "\(image).lock"])
        }
        return names.map(\.string).filter { name in
            !known.contains(name) && !name.hasPrefix(".") && !name.hasSuffix(".lock")
        }.sorted().map { directory.path.appending($0).string }
    }

    /// The name of a manifest `.NAME.json.RANDOM.manifest` once it is published; any other name as it is.
    private static func unhidden(_ name: FilePath.Component) -> FilePath.Component {
        guard ScratchFile.isScratch(name, suffix: manifestSuffix) else { return name }
        let parts = name.string.dropFirst().split(separator: ".").dropLast(2)
        return FilePath.Component(parts.joined(separator: ".")) ?? name
    }

    /// The files of images that processes which died were adding or deleting: what ``cleanUp()`` removes.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)`` where the store cannot be listed.
    public func leftovers() throws(StorageError) -> [Orphan] {
        let directory = try OpenDirectory(path)
        var found: [Orphan] = []
        for suffix in [Self.manifestSuffix, ImageCopy.suffix] {
            try ScratchFile.forEachDead(suffix: suffix, in: directory) { file, name throws(StorageError) in
                found.append(
                    Orphan(
                        kind: .image, name: directory.path.appending(name).string, instanceID: nil,
                        since: Date(timeIntervalSince1970: Double(try file.status().modifiedNanoseconds) / 1e9)))
            }
        }
        return found.sorted { $0.name < $1.name }
    }
}
