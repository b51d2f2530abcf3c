// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import Foundation
import Glibc
import InstanceModel
import Libvirt
import Networking
import Storage
import XMLTree

/// Removing what belongs to nothing.
extension LibvirtDriver {
    /// Removes those orphans that still are some once their instances are locked, which one look tells of all of them;
    /// gives what became of each.
    func remove(_ orphans: [Orphan], in journal: Journal, context: OperationContext) async -> [Orphan.Fate] {
        guard !orphans.isEmpty else { return [] }
        var held: [InstanceID: DomainLock] = [:]
        defer { for lock in held.values { lock.release() } }
        do throws(ComputeError) {
            for id in Set(orphans.compactMap(\.instanceID)) {
                held[id] = try locks.tryAcquire(id, operation: Action.reconcile.rawValue, context: context)
            }
            var report = ReconcileReport()
            let plan = try await survey(journal, &report, context, holding: Set(held.keys))
            guard report.unseen.isEmpty else {
                return orphans.map { _ in .failed("not all could be seen: " + report.unseen[0]) }
            }
            var fates: [Orphan.Fate] = []
            for orphan in orphans { fates.append(await remove(orphan, as: plan, in: journal)) }
            return fates
        } catch {
            return orphans.map { _ in .failed(error.message) }
        }
    }

    /// Makes way for an instance whose definition failed, where another domain has its name: that is removed where it
    /// came of a spawn only after that was undone.
    ///
    /// - Throws: ``ComputeError`` with code `conflict` where the domain is anything else; `failure`, with what else is
    ///   known, where it could not be seen or removed.
    func makeWay(
        for name: InstanceName, _ id: InstanceID, after failure: ComputeError, context: OperationContext
    ) async throws(ComputeError) {
        let (other, orphan, journal): (Domain?, Orphan?, Journal)
        do throws(ComputeError) {
            journal = try journals.writable()
            other = try await domain(named: name.description)
            orphan = try await undone(other, in: journal, context: context)
        } catch {
            throw failure.adding(details: [error.message])
        }
        // Where nobody has the name any more, it was removed meanwhile.
        guard let other, other.uuid != id.uuid else { return }
        guard let orphan else {
            throw ComputeError(
                .conflict, subject: failure.subject,
                message: "libvirt has another domain of that name: \(InstanceID(other.uuid))",
                hint: "choose another name", libvirt: failure.libvirt)
        }
        if case .failed(let reason) = await remove([orphan], in: journal, context: context)[0] {
            throw failure.adding(details: [reason])
        }
        authorizer.note(.done, .reconcile, subject: "definition \(name)", context: context)
    }

    /// The domain as an orphan that came of a spawn only after that was undone; nil where it is none.
    private func undone(
        _ domain: Domain?, in journal: Journal, context: OperationContext
    ) async throws(ComputeError) -> Orphan? {
        guard let domain else { return nil }
        var report = ReconcileReport()
        return try await survey(journal, &report, context).orphans.first { orphan in
            orphan.isUndone && orphan.instanceID?.uuid == domain.uuid
        }
    }

    private func remove(_ orphan: Orphan, as plan: ReconcilePlan, in journal: Journal) async -> Orphan.Fate {
        // Belongs to no instance; who adds or deletes an image or volume has its files locked.
        guard let id = orphan.instanceID else { return removeFromStore(orphan) }
        guard !plan.busy.contains(id) else { return .failed("an operation works on it") }
        guard let present = plan.orphans.first(where: { $0.kind == orphan.kind && $0.name == orphan.name }) else {
            return .removed
        }
        if let obstacle = present.obstacle { return .failed(obstacle) }
        do throws(ComputeError) {
            try await removeNow(orphan, of: id, in: journal)
            return .removed
        } catch {
            return .failed(error.message)
        }
    }

    /// Removes what dead processes left among the images and volumes, all of it at once.
    private func removeFromStore(_ orphan: Orphan) -> Orphan.Fate {
        do throws(StorageError) {
            try images.cleanUp()
            try volumes.cleanUp()
            let left = try images.leftovers() + volumes.leftovers()
            return left.contains { $0.name == orphan.name } ? .failed("it is in use") : .removed
        } catch {
            return .failed("\(error)")
        }
    }

    private func removeNow(
        _ orphan: Orphan, of id: InstanceID, in journal: Journal
    ) async throws(ComputeError) {
        let subject = "\(orphan.kind.rawValue) \(orphan.name)"
        switch orphan.kind {
        case .record:
            try removeFiles(of: id, subject: subject)
            try journal.forget(id)
        case .definition:
            guard let domain = try await domain(id) else { return }
            try await changing(subject) { () throws(LibvirtError) in
                try await domain.undefine(deadline: .now + Self.changeLimit)
            }
        case .files:
            try removeFiles(of: id, subject: subject)
        case .tap:
            do throws(NetworkingError) {
                guard let tap = try await taps.list().first(where: { $0.name == orphan.name }) else { return }
                try await taps.delete(tap)
            } catch {
                throw ComputeError(error, subject: subject)
            }
        case .socket, .lock:
            try state.remove(orphan)
        case .process:
            try await end(orphan)
        case .image, .volume: preconditionFailure("a store's file is no instance's")
        }
    }

    /// How long a guest's process may take to end by itself once it is asked to.
    private static let endPatience: Duration = .seconds(10)

    private func end(_ orphan: Orphan) async throws(ComputeError) {
        let process = Int32(orphan.name).flatMap(GuestProcess.init)
        guard let process, process.instanceID == orphan.instanceID, process.uses(state.path) else { return }
        for signal in [SIGTERM, SIGKILL] {
            process.signal(signal)
            if try await process.awaitEnd(until: .now + Self.endPatience) { return }
        }
        throw ComputeError(
            .deadlineExceeded, subject: "process \(orphan.name)", outcome: .unknown, message: "it does not end")
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
