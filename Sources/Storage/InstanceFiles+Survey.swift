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
