// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import Foundation
import InstanceModel
import Libvirt
import Networking
import Storage
import XMLTree

/// Removing what belongs to nothing.
extension LibvirtDriver {
    /// Removes an orphan, if it still is one once its instance is locked.
    func remove(_ orphan: Orphan, in journal: Journal, context: OperationContext) async -> Orphan.Fate {
        do throws(ComputeError) {
            guard
                let lock = try locks.tryAcquire(
                    orphan.instanceID, operation: Action.reconcile.rawValue, context: context)
            else { return .failed("an operation works on it") }
            defer { lock.release() }
            var report = ReconcileReport()
            let plan = try await survey(journal, &report, context, holding: orphan.instanceID)
            guard report.unseen.isEmpty else { return .failed("not all could be seen: " + report.unseen[0]) }
            // An orphan that went with another one of its instance is gone as it should be.
            guard let present = plan.orphans.first(where: { $0.kind == orphan.kind && $0.name == orphan.name }) else {
                return .removed
            }
            guard present.obstacle == nil else { return .failed(present.obstacle ?? "") }
            try await removeNow(orphan, in: journal)
            return .removed
        } catch {
            return .failed(error.message)
        }
    }

    private func removeNow(_ orphan: Orphan, in journal: Journal) async throws(ComputeError) {
        let subject = "\(orphan.kind.rawValue) \(orphan.name)"
        switch orphan.kind {
        case .record:
            try removeFiles(of: orphan.instanceID, subject: subject)
            try journal.forget(orphan.instanceID)
        case .definition:
            guard let domain = try await domain(orphan.instanceID) else { return }
            try await changing(subject) { () throws(LibvirtError) in
                try await domain.undefine(deadline: .now + Self.changeLimit)
            }
        case .files:
            try removeFiles(of: orphan.instanceID, subject: subject)
        case .tap:
            do throws(NetworkingError) {
                guard let tap = try await taps.list().first(where: { $0.name == orphan.name }) else { return }
                try await taps.delete(tap)
            } catch {
                throw ComputeError(error, subject: subject)
            }
        case .socket, .lock:
            try state.remove(orphan)
        }
    }

    private func removeFiles(of id: InstanceID, subject: String) throws(ComputeError) {
        // Whatever the listings say: a guest that runs keeps its disks.
        if let user = LiveProcess.first(namingAnyOf: [files.directory(of: id)]) {
            throw ComputeError(
                .conflict, subject: subject, message: "process \(user.processID) (\(user.program)) uses its files")
        }
        do throws(StorageError) {
            try files.remove(id)
        } catch {
            throw ComputeError(error, subject: subject)
        }
    }
}
