// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Glibc
import SystemPackage

/// One start of the private daemon at a time, over all processes (flock(2) on a file of the state directory).
///
/// A process that dies lets go; nobody blocks a thread while waiting.
enum DaemonStartLock {
    /// Runs `body` while no other process starts the daemon.
    ///
    /// - Throws: `busy` where another process starts it for longer than `limit`; `cancelled`; what `body` throws.
    static func hold<Result>(
        _ path: FilePath, waitingAtMost limit: Duration, _ body: () async throws(ComputeError) -> Result
    ) async throws(ComputeError) -> Result {
        let subject = "the private libvirt daemon"
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(
                path, .readWrite, options: [.create, .noFollow, .closeOnExec], permissions: .ownerReadWrite)
        } catch {
            throw ComputeError(
                .failed, subject: subject, message: "its lock \(path) cannot be opened: \(error)")
        }
        defer { try? file.close() }
        let deadline = ContinuousClock.now + limit
        while flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 {
            guard ContinuousClock.now < deadline else {
                throw ComputeError(
                    .busy, subject: subject, message: "another process has been starting it for longer than \(limit)")
            }
            try await LibvirtDriver.pause(for: .milliseconds(10), subject: subject)
        }
        return try await body()
    }
}
