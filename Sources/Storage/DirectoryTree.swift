// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import SystemPackage

/// Removes directories whose content somebody else may have made: nothing outside is reached, by links or mounts.
enum DirectoryTree {
    /// How deep a directory may be; deeper ones are somebody's attempt to use up this process's descriptors.
    private static let deepest = 64
    /// How often what was added meanwhile is removed, too.
    private static let rounds = 16

    /// Removes the directory `name` with all that is in it; does nothing where there is none.
    static func remove(_ name: FilePath.Component, from parent: OpenDirectory) throws(StorageError) {
        let device = try parent.status().device
        try remove(name, from: parent, device: device, depth: 0)
    }

    private static func remove(
        _ name: FilePath.Component, from parent: OpenDirectory, device: UInt64, depth: Int
    ) throws(StorageError) {
        guard let directory = try parent.directory(name) else { return }
        guard try directory.status().device == device else {
            throw .unsafePath(directory.path, reason: "a file system is mounted there")
        }
        guard depth < deepest else { throw .unsafePath(directory.path, reason: "it is too deep") }
        for _ in 0..<rounds {
            for entry in try directory.names() {
                guard let status = try directory.status(of: entry) else { continue }
                if status.isDirectory {
                    try remove(entry, from: directory, device: device, depth: depth + 1)
                } else {
                    try directory.removeFile(entry)
                }
            }
            if try parent.removeEmptyDirectory(name) { return }
        }
        throw .unsafePath(directory.path, reason: "somebody adds files to it")
    }
}
