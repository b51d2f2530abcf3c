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

/// Removing what belongs to nothing, and telling how definitions drifted from their documents.
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

    /// The instances whose definition lacks something that their document asks for, as it would be planned today.
    func drifts(_ journal: Journal) async throws(ComputeError) -> [Drift] {
        var drifts: [Drift] = []
        for record in try journal.instances() {
            guard let domain = try await domain(record.id) else { continue }
            do throws(ComputeError) {
                let xml = try await translating("instance \(record.name)") { () throws(LibvirtError) in
                    try await domain.xml(.inactive, deadline: .now + Self.readLimit)
                }
                let differences = try await differences(of: record, from: xml)
                if !differences.isEmpty { drifts.append(Drift(name: record.name, differences: differences)) }
            } catch {
                drifts.append(Drift(name: record.name, differences: ["it cannot be compared: \(error.message)"]))
            }
        }
        return drifts
    }

    private func differences(of record: InstanceRecord, from xml: String) async throws(ComputeError) -> [String] {
        let subject = "instance \(record.name)"
        let instance = try Self.instance(fromStored: record.document, name: record.name)
        var stored: [ImageName: StoredImage] = [:]
        for name in instance.imageNames { stored[name] = try? images.image(named: name) }
        let facts = try await facts.facts()
        let plan: DomainPlan
        do throws(PlanError) {
            plan = try DomainPlanner(facts: facts).plan(
                instance, id: record.id, operationID: record.operationID, createdAt: record.createdAt,
                resources: resources(of: instance, id: record.id, images: stored))
        } catch {
            throw ComputeError(error, subject: subject)
        }
        do {
            return plan.document.root.missing(in: try XMLElement.parse(xml)).map { "\($0)" }
        } catch {
            throw ComputeError(.failed, subject: subject, message: "libvirt's definition cannot be read: \(error)")
        }
    }
}
