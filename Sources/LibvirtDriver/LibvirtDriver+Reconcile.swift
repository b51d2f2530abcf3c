// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
import DomainXML
import Foundation
import InstanceModel
import Libvirt
import Networking
import Storage
import SystemPackage
import XMLTree

extension LibvirtDriver: HostReconciliation {
    /// Compares libvirt's domains, the database and the disk, brings lost records back, and removes orphans if asked.
    ///
    /// A listing that fails ends it: nothing counts as gone because libvirt did not answer.
    public func reconcile(
        _ mode: ReconcileMode, context: OperationContext
    ) async throws(ComputeError) -> ReconcileReport {
        try authorizer.authorize(.reconcile, subject: "host", context: context)
        // Nothing is made where there is nothing yet, an audit neither.
        guard state.isPrepared else { return ReconcileReport() }
        return try await authorizer.audited(.reconcile, subject: "host", context: context) {
            () async throws(ComputeError) in
            try await compared(context: context) { mode == .delete ? $0 : [] }
        }
    }

    /// Compares, brings lost records back, finishes what was undone too early, and removes those orphans that `choose`
    /// gives of all and that nothing stands against.
    func compared(
        context: OperationContext, removing choose: ([Orphan]) -> [Orphan]
    ) async throws(ComputeError) -> ReconcileReport {
        guard state.isPrepared else { return ReconcileReport() }
        try refuseOtherHypervisor()
        let journal = try await journal(settlingFor: context)
        var report = ReconcileReport()
        let hadHistory = try !journal.history(limit: 1).isEmpty
        let lost = try await survey(journal, &report, context).recoverable
        try await recover(lost, in: journal, &report, context: context)
        if !report.recovered.isEmpty, !hadHistory { report.notRecovered += Self.lostWithDatabase }
        report.unseen = []
        let plan = try await survey(journal, &report, context)
        report.orphans = plan.orphans
        report.quarantined = plan.quarantined
        surveyStores(&report)
        let chosen = Set(choose(report.orphans))
        let removable = report.orphans.indices.filter { index in
            let orphan = report.orphans[index]
            return orphan.obstacle == nil && (orphan.isUndone || chosen.contains(orphan))
        }
        let records = try journal.instances()
        // Nothing from here on may fail as a whole: what was removed has to be told.
        let fates = await remove(removable.map { report.orphans[$0] }, in: journal, context: context)
        for (index, fate) in zip(removable, fates) { report.orphans[index].fate = fate }
        report.drifts = await drifts(of: records)
        return report
    }

    /// Puts instances back into a database that is new while libvirt has some: else their names and ports count as
    /// free, and libvirt would replace a domain of the same name.
    func recoverLostIndex(_ journal: Journal, context: OperationContext) async throws(ComputeError) {
        // What was only turned on and off since the loss left a history, and no record.
        guard try journal.instances().isEmpty, try hasInstances() else { return }
        var report = ReconcileReport()
        let plan = try await survey(journal, &report, context)
        try await recover(plan.recoverable, in: journal, &report, context: context)
    }

    /// Refuses another hypervisor than the one that has the guests: every directory would seem to be nobody's there.
    private func refuseOtherHypervisor() throws(ComputeError) {
        guard let bound = try state.binding() else {
            guard try hasInstances() else { return }
            throw ComputeError(
                .conflict, subject: "state directory \(state.path)",
                message: "which hypervisor has its instances is not recorded any more: \(state.identityFile) was lost",
                hint: "put that file back from a copy")
        }
        guard bound != choice.binding else { return }
        throw ComputeError(
            .conflict, subject: "state directory \(state.path)",
            message: "it is bound to the connection \(bound), and \(choice.binding) knows nothing of its instances",
            hint: "leave --connect out")
    }

    /// Whether the database or the disk has instances of this state directory.
    func hasInstances() throws(ComputeError) -> Bool {
        if try journals.existing()?.instances().isEmpty == false { return true }
        do throws(StorageError) {
            return try !files.list().isEmpty
        } catch {
            throw ComputeError(error, subject: "state directory \(state.path)")
        }
    }

    /// What a lost database takes with it.
    private static let lostWithDatabase = [
        "the history of operations and the audit",
        "idempotency keys: a repeated request is a new one",
        "which instances were never started: all count as started",
    ]

    /// The three sights, and what follows from them; the locks of `own` are the caller's.
    func survey(
        _ journal: Journal, _ report: inout ReconcileReport, _ context: OperationContext,
        holding own: Set<InstanceID> = []
    ) async throws(ComputeError) -> ReconcilePlan {
        let database = try DatabaseSight(beginning: journal)
        // Before the hypervisor is asked, which knows of a guest before it has a process.
        let processes = GuestProcess.all().filter { $0.uses(state.path) }
        let hypervisor = try await domainsOfRoost(&report, context)
        var disk = try await leftovers(&report)
        // One whose guest went down meanwhile was on its way out.
        disk.things += processes.filter(\.isAlive).map { process in
            ReconcilePlan.Thing(
                kind: .process, name: "\(process.processID)", id: process.instanceID, since: process.since)
        }
        return ReconcilePlan(
            hypervisor, try database.end(locked: Set(locks.held().keys).subtracting(own)), disk)
    }

    private func domainsOfRoost(
        _ report: inout ReconcileReport, _ context: OperationContext
    ) async throws(ComputeError) -> ReconcilePlan.Hypervisor {
        let connection = try await link.connection(until: context.deadline)
        let states = try await translating("domains") { () throws(LibvirtError) in
            try await connection.stateStatistics(deadline: deadline(context, within: Self.readLimit))
        }
        var found = ReconcilePlan.Hypervisor(domains: [], present: [])
        for state in states {
            let id = InstanceID(state.uuid)
            found.present.insert(id)
            if state.state.mayHaveProcess { found.active.insert(id) }
            do throws(ComputeError) {
                guard let domain = try await domain(id) else { continue }
                let xml = try await translating("domain \(domain.name)") { () throws(LibvirtError) in
                    try await domain.xml(.inactive, deadline: deadline(context, within: Self.readLimit))
                }
                guard let metadata = InstanceMetadata.read(fromDomainXML: xml),
                    let operationID = OperationID(metadata.operationID)
                else { continue }
                found.domains.append(
                    ReconcilePlan.Domain(
                        id: id, name: domain.name, isActive: state.state.isActive,
                        isOwn: Self.names(files.directory(of: id).string, in: xml), document: metadata.document,
                        operationID: operationID, createdAt: metadata.createdAt, volumes: volumes(in: xml)))
            } catch {
                // It stays present: a domain that cannot be read is not gone.
                report.unseen.append("domain \(id): \(error.message)")
            }
        }
        return found
    }

    /// Whether a file of this directory is among those that the domain names.
    private static func names(_ directory: String, in xml: String) -> Bool {
        guard let devices = (try? XMLElement.parse(xml))?.first("devices") else { return false }
        return devices.elements.contains { device in
            ["source", "log"].contains { name in
                device.first(name)?["file"]?.hasPrefix(directory + "/") == true
            }
        }
    }

    /// The volumes of the store that a domain has disks of.
    private func volumes(in xml: String) -> [VolumeName] {
        let disks = (try? DomainDocument(parsing: xml))?.disks ?? []
        return disks.compactMap { disk in disk.file.flatMap { volumes.name(ofPath: $0) } }
    }

    private func leftovers(_ report: inout ReconcileReport) async throws(ComputeError) -> ReconcilePlan.Disk {
        var disk = ReconcilePlan.Disk(directories: [], things: [])
        do throws(StorageError) {
            disk.directories = try files.survey()
        } catch {
            throw ComputeError(error, subject: "the instances' files")
        }
        disk.things = try state.abandonedLocks()
        do throws(ComputeError) {
            disk.things += try state.agentSockets()
        } catch {
            report.unseen.append("agents' sockets: \(error.message)")
        }
        do throws(NetworkingError) {
            disk.things += try await taps.list().map { tap in
                ReconcilePlan.Thing(kind: .tap, name: tap.name, id: tap.instance, since: nil)
            }
        } catch {
            report.unseen.append("tap devices: \(error.message)")
        }
        return disk
    }

    private func surveyStores(_ report: inout ReconcileReport) {
        do throws(StorageError) {
            report.quarantined += try images.unknownFiles() + volumes.unknownFiles()
            report.orphans += try images.leftovers() + volumes.leftovers()
        } catch {
            report.unseen.append("images and volumes: \(error)")
        }
    }

    private func recover(
        _ domains: [ReconcilePlan.Domain], in journal: Journal, _ report: inout ReconcileReport,
        context: OperationContext
    ) async throws(ComputeError) {
        for domain in domains {
            guard let lock = try locks.tryAcquire(domain.id, operation: Action.reconcile.rawValue, context: context)
            else { continue }
            defer { lock.release() }
            do throws(ComputeError) {
                // It may have been deleted, or brought back by another, before the lock was ours.
                guard try await self.domain(domain.id) != nil, try journal.instance(domain.id) == nil else { continue }
                let instance = try Self.instance(fromStored: domain.document, name: domain.name)
                try journal.adopt(
                    InstanceRecord(
                        id: domain.id, name: domain.name, document: domain.document, operationID: domain.operationID,
                        createdAt: domain.createdAt, everStarted: true),
                    claims: DomainPlanner.claims(of: instance, id: domain.id)
                        + domain.volumes.map { Claim(.volume, $0.description) })
                report.recovered.append(domain.name)
                report.notRecovered += try missingManifests(of: instance, domain)
            } catch {
                report.notRecovered.append("instance \(domain.name): \(error.message)")
            }
        }
    }

    /// Disks of the document that no manifest vouches for.
    private func missingManifests(
        of instance: Instance, _ domain: ReconcilePlan.Domain
    ) throws(ComputeError) -> [String] {
        let known: [Int]
        do throws(StorageError) {
            known = try files.disks(of: domain.id).map(\.index)
        } catch {
            return ["instance \(domain.name): the manifests of its disks: \(error)"]
        }
        return instance.disks.indices.filter { !known.contains($0) }.map {
            "instance \(domain.name): \(DeviceNames.disk($0, on: instance.disks[$0].bus)) has no manifest"
        }
    }
}
