// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
public import InstanceModel
public import SystemPackage

/// The space of a file system.
public struct StorageSpace: Sendable, Hashable {
    /// What the caller may still write.
    public let free: ByteCount
    /// The file system's size.
    public let total: ByteCount

    /// The space of the file system that holds `path` (`statvfs`).
    ///
    /// - Throws: ``StorageError/system(call:_:_:)``.
    public static func at(_ path: FilePath) throws(StorageError) -> StorageSpace {
        var status = statvfs()
        let (result, code) = path.withPlatformString { (statvfs($0, &status), errno) }
        guard result == 0 else { throw .system("statvfs", path, errno: code) }
        let block = UInt64(status.f_frsize)
        return StorageSpace(
            free: ByteCount(bytes: UInt64(status.f_bavail) * block),
            total: ByteCount(bytes: UInt64(status.f_blocks) * block))
    }
}
