// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage

/// Reads small files that somebody else may write: links are not followed, only regular files of one name are read,
/// and at most as many bytes as asked for.
enum BoundedFile {
    /// At most `limit` bytes of the file, from byte `start`.
    static func contents(of path: FilePath, from start: Int64 = 0, atMost limit: Int) throws -> [UInt8] {
        try withRegularFile(path) { descriptor, _ in
            try read(descriptor, from: start, atMost: limit)
        }
    }

    /// Which file lies there now, and its size in bytes; nil where there is no regular file.
    static func extent(of path: FilePath) -> (inode: UInt64, size: Int64)? {
        try? withRegularFile(path) { descriptor, size in
            var status = stat()
            guard fstat(descriptor.rawValue, &status) == 0 else { throw Errno.invalidArgument }
            return (UInt64(status.st_ino), size)
        }
    }

    /// The last `limit` bytes of the file.
    static func tail(of path: FilePath, atMost limit: Int) throws -> [UInt8] {
        try withRegularFile(path) { descriptor, size in
            try read(descriptor, from: max(0, size - Int64(limit)), atMost: limit)
        }
    }

    /// Whether a directory lies there, and no link to one.
    static func isDirectory(_ path: FilePath) -> Bool {
        var status = stat()
        return lstat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func withRegularFile<Result>(
        _ path: FilePath, _ body: (FileDescriptor, Int64) throws -> Result
    ) throws -> Result {
        let descriptor = try FileDescriptor.open(path, .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec])
        return try descriptor.closeAfter {
            var status = stat()
            guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1
            else {
                throw Errno.invalidArgument
            }
            return try body(descriptor, Int64(status.st_size))
        }
    }

    private static func read(_ descriptor: FileDescriptor, from start: Int64, atMost limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let chunk = try [UInt8](unsafeUninitializedCapacity: min(limit - bytes.count, 65_536)) { buffer, count in
                // SAFETY: the buffer is the array's own storage, and `count` is what was written to it.
                count = try descriptor.read(
                    fromAbsoluteOffset: start + Int64(bytes.count), into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard !chunk.isEmpty else { break }
            bytes += chunk
        }
        return bytes
    }
}
