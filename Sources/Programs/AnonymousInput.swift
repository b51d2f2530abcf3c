// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage

/// Bytes for a program's standard input, in shared memory without a name.
enum AnonymousInput {
    /// A descriptor that reads `bytes` from their beginning.
    ///
    /// - Throws: `Errno`.
    static func descriptor(holding bytes: [UInt8]) throws -> FileDescriptor {
        let name = "/roost-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let number = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        shm_unlink(name)
        let descriptor = FileDescriptor(rawValue: number)
        do {
            _ = try descriptor.writeAll(bytes)
            _ = try descriptor.seek(offset: 0, from: .start)
        } catch {
            try? descriptor.close()
            throw error
        }
        return descriptor
    }
}
