// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import HostFiles
import SystemPackage

/// Keeps a log file that only grows from growing without end.
enum BoundedLog {
    /// Cuts the file to its last `limit` bytes where it is longer than twice that; does nothing where it cannot.
    /// Only the caller may write the file's directory.
    static func trim(_ path: FilePath, toLast limit: Int) {
        guard
            let bytes = try? HostFile.open(path, below: path.removingLastComponent()).tail(atMost: 2 * limit + 1),
            bytes.count > 2 * limit,
            let descriptor = try? FileDescriptor.open(path, .writeOnly, options: [.noFollow, .closeOnExec, .truncate])
        else { return }
        _ = try? descriptor.closeAfter { try descriptor.writeAll(bytes.suffix(limit)) }
    }
}
