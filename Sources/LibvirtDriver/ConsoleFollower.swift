// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import SystemPackage

/// Follows a console's log, which virtlogd appends to and now and then replaces by a new file of the same name.
actor ConsoleFollower {
    private let log: FilePath
    private let directory: FilePath
    private var beginning: [UInt8]?
    private var inode: UInt64?
    private var offset: Int64

    /// A follower that starts at the log's present end.
    init(log: FilePath, directory: FilePath) {
        self.log = log
        self.directory = directory
        (inode, offset) = BoundedFile.extent(of: log) ?? (nil, 0)
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
            guard BoundedFile.isDirectory(directory), (try? await Task.sleep(for: .milliseconds(100))) != nil else {
                break
            }
        }
        return nil
    }

    private func appended() -> [UInt8]? {
        guard let (inode, size) = BoundedFile.extent(of: log) else { return nil }
        if inode != self.inode || size < offset {
            self.inode = inode
            offset = 0
        }
        guard size > offset, let bytes = try? BoundedFile.contents(of: log, from: offset, atMost: 1 << 20) else {
            return nil
        }
        offset += Int64(bytes.count)
        return bytes
    }
}
