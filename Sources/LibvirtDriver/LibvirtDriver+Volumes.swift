// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainXML
public import InstanceModel
import Libvirt
import Storage

extension LibvirtDriver: VolumeCatalog {
    /// Makes an empty volume.
    public func createVolume(
        _ request: VolumeRequest, context: OperationContext
    ) async throws(ComputeError) -> VolumeStatus {
        try await authorizer.audited(.createVolume, subject: "volume \(request.name)", context: context) {
            () throws(ComputeError) in
            try await require(.volumes, for: "volume \(request.name)")
            _ = try journals.writable()
            return try await storing(request.name) { () async throws(StorageError) in
                try await volumes.create(request).status(attachedTo: nil)
            }
        }
    }

    /// All volumes, by name.
    public func volumes(context: OperationContext) async throws(ComputeError) -> [VolumeStatus] {
        try authorizer.authorize(.observeVolumes, subject: "volumes", context: context)
        guard state.isPrepared else { return [] }
        let holders = try volumeHolders()
        do throws(StorageError) {
            return try volumes.volumes().map { $0.status(attachedTo: holders[$0.name.description]) }
        } catch {
            throw ComputeError(error, subject: "volumes")
        }
    }

    /// The volume of this name.
    public func volume(_ name: VolumeName, context: OperationContext) async throws(ComputeError) -> VolumeStatus {
        try authorizer.authorize(.observeVolumes, subject: "volume \(name)", context: context)
        let holders = try volumeHolders()
        return try await storing(name) { () async throws(StorageError) in
            guard state.isPrepared else { throw .volumeNotFound(name) }
            return try volumes.volume(named: name).status(attachedTo: holders[name.description])
        }
    }

    /// Deletes a volume that no instance has.
    public func deleteVolume(_ name: VolumeName, context: OperationContext) async throws(ComputeError) {
        try await authorizer.audited(.deleteVolume, subject: "volume \(name)", context: context) {
            () throws(ComputeError) in
            try await require(.volumes, for: "volume \(name)")
            let journal = try await journal(settlingFor: context)
            try await recoverLostIndex(journal, context: context)
            let deletion = try await storing(name) { () async throws(StorageError) in
                try volumes.beginDeletion(of: name)
            }
            // Nobody gets it from here on: who attaches a volume holds it meanwhile.
            try journal.refuse(taken: name)
            try await refuseUsed(name, context: context)
            try await storing(name) { () async throws(StorageError) in try deletion.hide() }
            do throws(ComputeError) {
                try await storing(name) { () async throws(StorageError) in try await deletion.removeBytes() }
            } catch {
                throw error.adding(
                    details: ["it is deleted, and what is left of its bytes goes with the next volume that is made"],
                    outcome: .happened)
            }
        }
    }

    /// Refuses a volume that a domain has, whatever the database knows: in its definition, or while it runs.
    func refuseUsed(_ name: VolumeName, context: OperationContext) async throws(ComputeError) {
        let paths = volumes.paths(of: name)
        let connection = try await link.connection(until: context.deadline)
        let states = try await translating("domains") { () throws(LibvirtError) in
            try await connection.stateStatistics(deadline: deadline(context, within: Self.readLimit))
        }
        for state in states {
            guard let domain = try await domain(InstanceID(state.uuid), until: context.deadline) else { continue }
            let documents = try await translating("domain \(domain.name)") { () throws(LibvirtError) in
                let end = deadline(context, within: Self.readLimit)
                return [try await domain.xml(.inactive, deadline: end), try await domain.xml(deadline: end)]
            }
            let uses = documents.contains { xml in
                (try? DomainDocument(parsing: xml)).map { $0.disk(inAnyOf: paths) != nil } ?? true
            }
            guard uses else { continue }
            throw ComputeError(
                .conflict, subject: "volume \(name)", message: "the domain \(domain.name) has it",
                hint: "`roost host sweep` brings what the database lost back; `roost volume detach` takes it away")
        }
    }

    /// Who has which volume.
    private func volumeHolders() throws(ComputeError) -> [String: InstanceID] {
        let claims = try journals.existing()?.claims() ?? []
        return Dictionary(claims.filter { $0.claim.kind == .volume }.map { ($0.claim.value, $0.instanceID) }) {
            first, _ in first
        }
    }

    func storing<Result>(
        _ name: VolumeName, _ body: () async throws(StorageError) -> Result
    ) async throws(ComputeError) -> Result {
        do throws(StorageError) {
            return try await body()
        } catch {
            throw ComputeError(error, subject: "volume \(name)")
        }
    }
}

extension Journal {
    /// Refuses a volume that an instance has.
    func refuse(taken name: VolumeName) throws(ComputeError) {
        guard let holder = try holders(of: [Claim(.volume, name.description)]).first else { return }
        let instance = try instance(holder.instanceID)?.name ?? holder.instanceID.description
        throw ComputeError(
            .conflict, subject: "volume \(name)", message: "the instance \(instance) has it",
            hint: "`roost volume detach` takes it away")
    }
}
