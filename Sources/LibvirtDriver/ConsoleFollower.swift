// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import HostFiles
import SystemPackage

/// Follows a console's log, which virtlogd appends to and now and then replaces by a new file of the same name.
actor ConsoleFollower {
    private let log: FilePath
    private let directory: FilePath
    private var beginning: [UInt8]?
    private var inode: UInt64?
    private var offset: Int64

    /// A follower that starts at the log's present end; `directory` is above the log, and only the caller may write it.
    init(log: FilePath, directory: FilePath) {
        self.log = log
        self.directory = directory
        let file = try? HostFile.open(log, below: directory)
        (inode, offset) = (file?.inode, file?.size ?? 0)
    }

    /// Gives `bytes` before anything else.
    func begin(with bytes: [UInt8]) {
        beginning = bytes
    }

    /// What was appended since the last call, at most 1 MiB, as soon as there is something; nil at the end.
    func next() async -> [UInt8]? {
        if let bytes = beginning {
            beginning = nil
            return bytes
        }
        while !Task.isCancelled {
            if let bytes = appended() { return bytes }
            guard isThere, (try? await Task.sleep(for: .milliseconds(100))) != nil else {
                break
            }
        }
        return nil
    }

    /// Whether the instance's directory is there still.
    private var isThere: Bool {
        var status = stat()
        return lstat(directory.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func appended() -> [UInt8]? {
        guard let file = try? HostFile.open(log, below: directory) else { return nil }
        if file.inode != inode || file.size < offset {
            inode = file.inode
            offset = 0
        }
        guard file.size > offset, let bytes = try? file.bytes(from: offset, atMost: 1 << 20) else { return nil }
        offset += Int64(bytes.count)
        return bytes
    }
}
