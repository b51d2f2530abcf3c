// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
import DomainXML
public import InstanceModel
import Libvirt
import Storage
import SystemPackage
import XMLTree

extension LibvirtDriver: VolumeAttachment {
    /// Gives an instance a volume as a journaled operation: first in its definition, where libvirt is told the place,
    /// then in the guest that runs, at the same place. On any failure all is put back.
    public func attach(
        _ volume: VolumeName, to id: InstanceID, options: AttachOptions, context: OperationContext
    ) async throws(ComputeError) -> AttachedVolume {
        for subject in ["instance \(id)", "volume \(volume)"] {
            try authorizer.authorize(.attachVolume, subject: subject, context: context)
        }
        return try await naming(id) { () throws(ComputeError) in
            try await require(.volumes, for: "instance \(id)")
            if let interruption = context.interruption(of: "instance \(id)") { throw interruption }
            return try await changingDisks(of: id, as: .attach, context: context) {
                journal, domain throws(ComputeError) in
                try await attach(volume, to: domain, id, options: options, in: journal, context: context)
            }
        }
    }

    /// Takes a volume away as a journaled operation: a running guest is asked to let go of it, again and again, and the
    /// definition follows. A guest that does not keeps it.
    public func detach(
        _ volume: VolumeName, from id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError) {
        for subject in ["instance \(id)", "volume \(volume)"] {
            try authorizer.authorize(.detachVolume, subject: subject, context: context)
        }
        try await naming(id) { () throws(ComputeError) in
            try await require(.volumes, for: "instance \(id)")
            if let interruption = context.interruption(of: "instance \(id)") { throw interruption }
            try await changingDisks(of: id, as: .detach, context: context) { journal, domain throws(ComputeError) in
                try await detach(volume, from: domain, id, within: limit, in: journal, context: context)
            }
        }
    }

    private func changingDisks<Result>(
        of id: InstanceID, as change: InstanceChange, context: OperationContext,
        _ body: (Journal, Domain) async throws(ComputeError) -> Result
    ) async throws(ComputeError) -> Result {
        let journal = try await journal(settlingFor: context, on: id)
        try await recoverLostIndex(journal, context: context)
        return try await locks.withLock(
            id, operation: change.action.rawValue, context: context, waitingAtMost: Self.lockPatience
        ) { () throws(ComputeError) in
            try await settleLeft(of: id, in: journal, orElse: .refuse)
            return try await body(journal, try await requireDomain(id, until: context.deadline))
        }
    }

    private func attach(
        _ name: VolumeName, to domain: Domain, _ id: InstanceID, options: AttachOptions, in journal: Journal,
        context: OperationContext
    ) async throws(ComputeError) -> AttachedVolume {
        let asked = "\(id) \(name) \(options.bus.rawValue) \(options.isReadOnly)"
        let request = OperationRequest(
            change: .attach, instanceID: id, instanceName: domain.name, claims: [Claim(.volume, name.description)],
            requestDigest: asked)
        if try runner(journal).earlier(than: request, context: context) != nil {
            return try await attached(name, to: domain, id)
        }
        try requireRecord(of: id, named: domain.name, in: journal)
        let hold = try await storing(name) { () async throws(StorageError) in try volumes.hold(name) }
        defer { hold.release() }
        try journal.refuse(taken: name)
        try await refuseUsed(name, context: context)
        let (definition, running) = try await documents(of: domain)
        let planner = DomainPlanner(facts: try await facts.facts(until: context.deadline))
        let disk: DomainXML.Disk
        do throws(PlanError) {
            disk = try planner.disk(
                of: VolumeSource(hold.volume), on: options.bus, isReadOnly: options.isReadOnly, in: definition,
                running: running?.document)
        } catch {
            throw ComputeError(error, subject: "instance \(domain.name)")
        }
        let device = VolumeDevice(
            volume: name.description, path: hold.volume.path.string,
            xml: try Self.text(of: disk, subject: request.instanceName))
        let steps = [.addDisk(device)] + (running.map { [InstanceStep.plugDisk(device, run: $0.id)] } ?? [])
        let executor = InstanceExecutor(host: self, id: id, name: domain.name, operationID: request.id)
        _ = try await runner(journal).run(request, steps: steps, executor: executor, context: context)
        authorizer.note(.done, .attachVolume, subject: "volume \(name)", context: context, "to instance \(domain.name)")
        return try await attached(name, to: domain, id)
    }

    private func detach(
        _ name: VolumeName, from domain: Domain, _ id: InstanceID, within limit: Duration, in journal: Journal,
        context: OperationContext
    ) async throws(ComputeError) {
        let record = try requireRecord(of: id, named: domain.name, in: journal)
        let claim = Claim(.volume, name.description)
        let held = try journal.claims(of: id).map(\.claim)
        let request = OperationRequest(
            change: .detach, instanceID: id, instanceName: domain.name,
            update: InstanceUpdate(document: record.document, claims: held.filter { $0 != claim }),
            requestDigest: "\(id) \(name)")
        if try runner(journal).earlier(than: request, context: context) != nil { return }
        guard held.contains(claim) else {
            throw ComputeError(
                .notFound, subject: "volume \(name)", message: "the instance \(domain.name) does not have it",
                hint: "`roost volume show \(name)` tells who has it")
        }
        let (definition, running) = try await documents(of: domain)
        let paths = volumes.paths(of: name)
        let disk = definition.disk(inAnyOf: paths) ?? running?.document.disk(inAnyOf: paths)
        // Where another program took the disk away, the claim is all that is left.
        let device = VolumeDevice(
            volume: name.description, path: disk?.file ?? "",
            xml: try disk.map { disk throws(ComputeError) in try Self.text(of: disk, subject: domain.name) } ?? "")
        let unplug = running.map {
            [InstanceStep.unplugDisk(device, run: $0.id, seconds: limit / .seconds(1))]
        }
        let executor = InstanceExecutor(host: self, id: id, name: domain.name, operationID: request.id)
        _ = try await runner(journal).run(
            request, steps: (unplug ?? []) + [.dropDisk(device)], executor: executor, context: context)
        authorizer.note(
            .done, .detachVolume, subject: "volume \(name)", context: context, "from instance \(domain.name)")
    }

    /// The volume as the domain has it now; neither a cancelled caller nor a passed deadline makes that untrue.
    private func attached(
        _ name: VolumeName, to domain: Domain, _ id: InstanceID
    ) async throws(ComputeError) -> AttachedVolume {
        let paths = volumes.paths(of: name)
        let reading = Task { () async -> Result<AttachedVolume, ComputeError> in
            do throws(ComputeError) {
                let (definition, running) = try await documents(of: domain)
                let (defined, live) = (
                    definition.disk(inAnyOf: paths), running?.document.disk(inAnyOf: paths)
                )
                return .success(
                    AttachedVolume(
                        volume: name, instanceID: id, target: (defined ?? live)?.target?.device ?? "",
                        serial: (defined ?? live)?.serial ?? "", isLive: live != nil))
            } catch {
                return .failure(error.adding(details: ["the volume was attached"], outcome: .happened))
            }
        }
        return try await reading.value.get()
    }

    private static func text(of disk: DomainXML.Disk, subject: String) throws(ComputeError) -> String {
        do throws(XMLError) {
            return try disk.element.serialized()
        } catch {
            throw ComputeError(.failed, subject: "instance \(subject)", message: "a disk cannot be written: \(error)")
        }
    }
}

extension VolumeSource {
    init(_ volume: StoredVolume) {
        self.init(
            path: volume.path.string, format: volume.format == .raw ? .raw : .qcow2, serial: volume.serial,
            keepsRoom: volume.isPreallocated)
    }
}
