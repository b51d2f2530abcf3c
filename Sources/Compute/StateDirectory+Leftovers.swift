// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import InstanceModel
import SystemPackage

/// What an instance may leave beside its own directory.
extension StateDirectory {
    /// The sockets of agent channels.
    public func agentSockets() throws(ComputeError) -> [ReconcilePlan.Thing] {
        try things(in: privateDaemon.appending("agent"), kind: .socket) { InstanceID($0) }
    }

    /// Files among the locks that lock nothing: each named by an instance, as an older Roost had them.
    public func abandonedLocks() throws(ComputeError) -> [ReconcilePlan.Thing] {
        try things(in: locks, kind: .lock) { name in
            name.hasSuffix(".lock") ? InstanceID(String(name.dropLast(".lock".count))) : nil
        }
    }

    /// Removes a socket or lock that was found.
    ///
    /// - Throws: ``ComputeError`` with code `failed`; does nothing where it is gone.
    public func remove(_ orphan: Orphan) throws(ComputeError) {
        let path = FilePath(orphan.name)
        let parent = path.removingLastComponent()
        let expected = orphan.instanceID.map { id in
            orphan.kind == .socket ? agentSocket(of: id) : locks.appending("\(id).lock")
        }
        guard path == expected, let name = path.lastComponent else {
            throw ComputeError(.failed, subject: orphan.name, message: "\(orphan.name) is no such file")
        }
        try DirectoryHandle.open(parent).removeFile(name.string)
    }

    private func things(
        in path: FilePath, kind: Orphan.Kind, _ owner: (String) -> InstanceID?
    ) throws(ComputeError) -> [ReconcilePlan.Thing] {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { return [] }
        var things: [ReconcilePlan.Thing] = []
        for name in try DirectoryHandle.open(path).names().sorted() {
            guard let id = owner(name) else { continue }
            let file = path.appending(name)
            guard lstat(file.string, &status) == 0 else { continue }
            let since = Date(timeIntervalSince1970: TimeInterval(status.st_mtim.tv_sec))
            things.append(ReconcilePlan.Thing(kind: kind, name: file.string, id: id, since: since))
        }
        return things
    }
}
