// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
import Foundation
public import InstanceModel
import Libvirt
import Storage

extension LibvirtDriver: InstanceObservation {
    /// All instances, by name, from one bulk call for their states (`virConnectGetAllDomainStats`, state only).
    public func instances(context: OperationContext) async throws(ComputeError) -> [InstanceStatus] {
        try authorizer.authorize(.observe, subject: "instances", context: context)
        return try await listed(context: context)
    }

    /// The states of all instances, from one bulk call (`virConnectGetAllDomainStats`, state only).
    public func states(context: OperationContext) async throws(ComputeError) -> [InstanceID: InstanceState] {
        try authorizer.authorize(.observe, subject: "instances", context: context)
        let seen = try await sight(context: context)
        var found = [InstanceID: InstanceState](minimumCapacity: seen.records.count)
        for record in seen.records {
            if let domain = seen.domains[record.id] {
                found[record.id] = Self.state(of: record, domain: domain)
            } else {
                found[record.id] = try await presentStatus(of: record, context: context)?.state
            }
        }
        return found
    }

    /// What the database and libvirt have of instances.
    private struct Sight {
        var records: [InstanceRecord] = []
        var domains: [InstanceID: DomainState] = [:]
    }

    private func sight(context: OperationContext) async throws(ComputeError) -> Sight {
        if case .privateDaemon = choice.target, !state.isPrepared { return Sight() }
        let journal = try await journal(readingFor: context)
        let connection = try await link.connection(until: context.deadline)
        let states = try await translating("instances") { () throws(LibvirtError) in
            try await connection.stateStatistics(deadline: deadline(context, within: Self.readLimit))
        }
        var records = try journal?.instances() ?? []
        records += try await unindexed(states, known: records)
        documents.keepOnly(records)
        guard !records.isEmpty else { return Sight() }
        return Sight(
            records: records,
            domains: Dictionary(states.map { (InstanceID($0.uuid), $0.state) }) { first, _ in first })
    }

    /// All instances, by name, for whoever may see them.
    func listed(context: OperationContext) async throws(ComputeError) -> [InstanceStatus] {
        let sight = try await sight(context: context)
        guard !sight.records.isEmpty else { return [] }
        let held = try locks.held()
        var found: [InstanceStatus] = []
        for record in sight.records {
            let seen = status(of: record, domain: sight.domains[record.id], lockedBy: held[record.id])
            // It may have been made, or deleted, since the hypervisor told its states.
            guard seen.state != .error else {
                if let status = try await presentStatus(of: record, context: context) { found.append(status) }
                continue
            }
            found.append(seen)
        }
        return found.sorted { $0.name < $1.name }
    }

    /// The instance with a name, a UUID, or a unique beginning of a UUID.
    public func instance(
        _ reference: String, context: OperationContext
    ) async throws(ComputeError) -> InstanceStatus {
        try authorizer.authorize(.observe, subject: "instance \(reference)", context: context)
        if let record = try await record(reference, context: context) {
            return try await status(of: record, context: context)
        }
        let all = try await instances(context: context)
        guard let found = all.first(where: { $0.name == reference || $0.id == InstanceID(reference) }) else {
            throw ComputeError(
                .notFound, subject: "instance \(reference)", message: "there is no such instance",
                hint: "`roost list` shows what there is")
        }
        return found
    }

    /// The instance's identity, out of the database alone where that knows it: nothing is settled.
    public func identity(
        of reference: String, context: OperationContext
    ) async throws(ComputeError) -> InstanceID {
        try authorizer.authorize(.observe, subject: "instance \(reference)", context: context)
        if let journal = try journals.existing(), let record = try find(reference, in: journal) { return record.id }
        return try await instance(reference, context: context).id
    }

    /// The instance's document and its domain XML (`virDomainGetXMLDesc`).
    public func description(
        of id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> InstanceDescription {
        try authorizer.authorize(.observe, subject: "instance \(id)", context: context)
        return try await naming(id) { () throws(ComputeError) in
            let domain = try await requireDomain(id, until: context.deadline)
            let xml = try await translating("instance \(domain.name)") { () throws(LibvirtError) in
                try await domain.xml(deadline: deadline(context, within: Self.readLimit))
            }
            let instance = try await instance(of: domain, until: context.deadline)
            return InstanceDescription(instance: instance, domainXML: xml)
        }
    }

    /// The instance that a domain was made from, out of its metadata.
    func instance(
        of domain: Domain, until deadline: ContinuousClock.Instant? = nil
    ) async throws(ComputeError) -> Instance {
        let xml = try await translating("instance \(domain.name)") { () throws(LibvirtError) in
            try await domain.xml(.inactive, deadline: Self.earlier(deadline, within: Self.readLimit))
        }
        guard let metadata = InstanceMetadata.read(fromDomainXML: xml) else {
            throw ComputeError(
                .conflict, subject: "domain \(domain.name)", message: "Roost did not make this domain")
        }
        return try Self.instance(fromStored: metadata.document, name: domain.name)
    }

    /// The status of one instance, by its record.
    ///
    /// - Throws: ``ComputeError`` with code `notFound` where it was deleted since the record was read.
    func status(of record: InstanceRecord, context: OperationContext) async throws(ComputeError) -> InstanceStatus {
        guard let status = try await presentStatus(of: record, context: context) else {
            throw ComputeError(
                .notFound, subject: "instance \(record.name)", message: "there is no such instance",
                hint: "`roost list` shows what there is")
        }
        return status
    }

    /// The status of one instance; nil where it was deleted since the record was read.
    ///
    /// One without a domain that nobody works on is an error only where the same is seen twice: between the look at its
    /// domain and that at its lock a spawn or a deletion may have ended.
    private func presentStatus(
        of record: InstanceRecord, context: OperationContext
    ) async throws(ComputeError) -> InstanceStatus? {
        let first = status(
            of: record, domain: try await domainState(of: record, context),
            lockedBy: try locks.holder(of: record.id))
        guard first.state == .error else { return first }
        let second = status(
            of: record, domain: try await domainState(of: record, context),
            lockedBy: try locks.holder(of: record.id))
        return try journals.existing()?.instance(record.id) == nil ? nil : second
    }

    private func domainState(
        of record: InstanceRecord, _ context: OperationContext
    ) async throws(ComputeError) -> DomainState? {
        guard let domain = try await domain(record.id, until: context.deadline) else { return nil }
        do throws(LibvirtError) {
            return try await domain.state(deadline: deadline(context, within: Self.readLimit))
        } catch {
            // It was undefined meanwhile.
            if error.code == .noDomain { return nil }
            throw ComputeError(error, subject: "instance \(record.name)", change: false)
        }
    }

    /// The record that a reference means, after what was left of operations on that instance was settled.
    private func record(
        _ reference: String, context: OperationContext
    ) async throws(ComputeError) -> InstanceRecord? {
        guard let journal = try journals.existing(), let record = try find(reference, in: journal) else { return nil }
        return try await self.journal(readingFor: context, on: record.id)?.instance(record.id)
    }

    private func find(_ reference: String, in journal: Journal) throws(ComputeError) -> InstanceRecord? {
        if let record = try journal.instance(named: reference) { return record }
        if let id = InstanceID(reference.lowercased()) { return try journal.instance(id) }
        let isPrefix = reference.count >= 4 && reference.allSatisfy { $0.isHexDigit || $0 == "-" }
        guard isPrefix else { return nil }
        let matches = try journal.instances(whoseIDStartsWith: reference.lowercased())
        guard matches.count <= 1 else {
            throw ComputeError(
                .conflict, subject: "instance \(reference)", message: "several instances begin with that",
                hint: "use more digits, or the name", details: matches.map { "\($0.id) \($0.name)" })
        }
        return matches.first
    }

    /// Records of domains that Roost made and the database does not know: it is an index, and may be lost.
    ///
    /// Only a domain that has a directory in this state directory can be one: no other's document is read.
    private func unindexed(
        _ states: [DomainStateRecord], known: [InstanceRecord]
    ) async throws(ComputeError) -> [InstanceRecord] {
        let known = Set(known.map(\.id))
        guard states.contains(where: { !known.contains(InstanceID($0.uuid)) }), state.isPrepared else { return [] }
        let unknown: Set<InstanceID>
        do throws(StorageError) {
            unknown = Set(try files.list()).subtracting(known)
        } catch {
            throw ComputeError(error, subject: "the instances' files")
        }
        guard !unknown.isEmpty else { return [] }
        var found: [InstanceRecord] = []
        for id in states.map({ InstanceID($0.uuid) }) where unknown.contains(id) {
            guard let domain = try? await domain(id),
                let xml = try? await domain.xml(.inactive, deadline: .now + Self.readLimit),
                let metadata = InstanceMetadata.read(fromDomainXML: xml),
                let operationID = OperationID(metadata.operationID)
            else { continue }
            found.append(
                InstanceRecord(
                    id: id, name: domain.name, document: metadata.document,
                    operationID: operationID, createdAt: metadata.createdAt, everStarted: true))
        }
        return found
    }

    /// A record and what libvirt says, together. A domain that is not listed is gone, since the listing succeeded.
    private func status(
        of record: InstanceRecord, domain: DomainState?, lockedBy: LockHolder?
    ) -> InstanceStatus {
        let state = domain.map { Self.state(of: record, domain: $0) } ?? (lockedBy == nil ? .error : .defined)
        guard let instance = try? documents.instance(of: record) else {
            return InstanceStatus(
                id: record.id, name: record.name, state: .unknown, vcpus: 0, memory: ByteCount(bytes: 0),
                createdAt: record.createdAt, disks: [], interfaces: [], labels: [:], lockedBy: lockedBy)
        }
        return InstanceStatus(
            id: record.id, name: record.name, state: state, vcpus: instance.vcpus.value, memory: instance.memory.size,
            createdAt: record.createdAt, disks: instance.diskStatuses,
            interfaces: instance.interfaceStatuses(of: record.id), labels: instance.labels.pairs, lockedBy: lockedBy)
    }

    private static func state(of record: InstanceRecord, domain: DomainState) -> InstanceState {
        let state = domain.instanceState
        return state == .stopped && !record.everStarted ? .defined : state
    }

    static func instance(fromStored document: String, name: String) throws(ComputeError) -> Instance {
        do {
            return try InstanceDocument.parseStored(document)
        } catch {
            throw ComputeError(
                .failed, subject: "instance \(name)", message: "its stored document cannot be read",
                details: error.problems.map { "\($0.path): \($0.violation.rule)" })
        }
    }
}

extension Instance {
    fileprivate var diskStatuses: [DiskStatus] {
        disks.enumerated().map { index, disk in
            DiskStatus(
                target: DeviceNames.disk(index, on: disk.bus), image: disk.image?.description,
                sizeBytes: disk.size?.size.bytes ?? 0)
        }
    }

    fileprivate func interfaceStatuses(of id: InstanceID) -> [InterfaceStatus] {
        interfaces.enumerated().map { index, interface in
            let mac = interface.mac ?? .derived(for: id, index: index)
            return InterfaceStatus(
                mac: mac.description, network: interface.network.summary,
                publish: interface.network.publishedPorts.map(\.description))
        }
    }
}
