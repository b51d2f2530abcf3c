// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage

/// A pipe that ends a wait in `poll`: neither end blocks, and programs that are started do not inherit it.
final class WakePipe: Sendable {
    let readEnd: FileDescriptor
    let writeEnd: FileDescriptor

    /// A pipe; nil where the process has no descriptors left.
    init?() {
        guard let ends = try? FileDescriptor.pipe() else { return nil }
        readEnd = ends.readEnd
        writeEnd = ends.writeEnd
        for end in [readEnd, writeEnd] {
            _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end.rawValue, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        // Nothing can be done about a close that fails, and nothing was buffered.
        try? readEnd.close()
        try? writeEnd.close()
    }

    /// Ends the wait.
    func wake() {
        // A full pipe has woken the reader already.
        // SAFETY: the pointer is used only while the call lasts.
        _ = try? [UInt8](repeating: 0, count: 1).withUnsafeBytes { try writeEnd.write($0) }
    }
}
