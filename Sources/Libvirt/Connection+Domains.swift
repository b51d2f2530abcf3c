// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
public import FoundationEssentials
import Glibc

extension Connection {
    /// The domains there are.
    ///
    /// `virConnectListAllDomains`, libvirt 0.9.13. Blocks, in the lane `query`; enters no guest's monitor.
    ///
    /// - Parameters:
    ///   - filter: Which ones.
    ///   - deadline: When to give up.
    /// - Returns: The domains, in no order.
    /// - Throws: As ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func listDomains(
        _ filter: DomainFilter = .all, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> [Domain] {
        let name: StaticString = "virConnectListAllDomains"
        let handle = try open()
        return try await handle.call(name, lane: .query, deadline: deadline) {
            connection throws(LibvirtError) -> [Domain] in
            var list: UnsafeMutablePointer<virDomainPtr?>?
            let count = try succeeded(name, virConnectListAllDomains(connection, &list, filter.rawValue))
            // SAFETY: libvirt gave `count` domains, each a reference of ours, and the list, which is ours to free.
            defer { free(list) }
            var domains: [Domain] = []
            var failure: LibvirtError?
            for pointer in UnsafeBufferPointer(start: list, count: Int(count)) {
                // Each is taken over, even after a failure, so that none leaks.
                do throws(LibvirtError) {
                    domains.append(Domain(try DomainHandle(name, pointer, of: handle)))
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            return domains
        }
    }

    /// The state of every domain, in one call.
    ///
    /// `virConnectGetAllDomainStats` with `VIR_DOMAIN_STATS_STATE` alone, libvirt 1.2.8. Blocks, in the lane `query`.
    /// This group, alone among those that tell of a guest's life, is answered from what the daemon knows: the groups
    /// for virtual CPUs and the balloon take each guest's job lock and ask its monitor, so that a single QEMU that
    /// stands still would hold up the list.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: A record for each domain, running or not, in no order.
    /// - Throws: As ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func stateStatistics(
        deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> [DomainStateRecord] {
        let name: StaticString = "virConnectGetAllDomainStats"
        let handle = try open()
        let threads = handle.threads
        return try await handle.call(name, lane: .query, deadline: deadline) {
            connection throws(LibvirtError) -> [DomainStateRecord] in
            var list: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
            let group = VIR_DOMAIN_STATS_STATE.rawValue
            let count = Int(try succeeded(name, virConnectGetAllDomainStats(connection, group, &list, 0)))
            var records: [DomainStateRecord] = []
            records.reserveCapacity(count)
            for record in UnsafeBufferPointer(start: list, count: count) {
                if let record = record.flatMap({ DomainStateRecord($0) }) { records.append(record) }
            }
            // SAFETY: libvirt gave `count` records; one call frees them and the list, of which nothing is kept.
            nonisolated(unsafe) let done = list
            if count < Self.longList {
                virDomainStatsRecordListFree(done)
            } else {
                // Freeing takes longer than all else, and nobody has to wait for it.
                threads.post(to: .release) { virDomainStatsRecordListFree(done) }
            }
            return records
        }
    }

    /// From how many records on they are freed elsewhere.
    private static var longList: Int { 64 }

    /// The domain with a UUID.
    ///
    /// `virDomainLookupByUUID`, libvirt 0.1.0. Blocks, in the lane `query`.
    ///
    /// - Parameters:
    ///   - uuid: The UUID.
    ///   - deadline: When to give up.
    /// - Returns: The domain.
    /// - Throws: `reported` with `noDomain` where there is none; as ``CallThreads/call(_:lane:deadline:_:)``, and
    ///   `closed`.
    public func domain(
        uuid: UUID, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> Domain {
        try await domain("virDomainLookupByUUID", lane: .query, deadline: deadline) { connection in
            // SAFETY: a UUID is 16 bytes, which libvirt reads only while the call lasts.
            withUnsafeBytes(of: uuid.uuid) { bytes in
                virDomainLookupByUUID(connection, bytes.bindMemory(to: UInt8.self).baseAddress)
            }
        }
    }

    /// The domain with a name.
    ///
    /// `virDomainLookupByName`, libvirt 0.0.3. Blocks, in the lane `query`.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - deadline: When to give up.
    /// - Returns: The domain.
    /// - Throws: `reported` with `noDomain` where there is none; as ``CallThreads/call(_:lane:deadline:_:)``, and
    ///   `closed`.
    public func domain(
        named name: String, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> Domain {
        let call: StaticString = "virDomainLookupByName"
        let name = try whole(name, "a domain's name", of: call)
        return try await domain(call, lane: .query, deadline: deadline) { virDomainLookupByName($0, name) }
    }

    /// Defines a domain, or replaces the definition of the one with the same name and UUID, without a word.
    ///
    /// `virDomainDefineXMLFlags`, libvirt 1.2.12. Blocks, in the lane `control`.
    ///
    /// - Parameters:
    ///   - xml: The domain's document.
    ///   - flags: How.
    ///   - deadline: When to give up.
    /// - Returns: The domain; not started.
    /// - Throws: `reported` with `xmlError`, `configUnsupported`, `xmlInvalidSchema`, or `operationFailed` where the
    ///   name or the UUID belongs to another one; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func define(
        _ xml: String, flags: DefineFlags = [], deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> Domain {
        let call: StaticString = "virDomainDefineXMLFlags"
        let xml = try whole(xml, "a domain's document", of: call)
        return try await domain(call, lane: .control, deadline: deadline) {
            virDomainDefineXMLFlags($0, xml, flags.rawValue)
        }
    }

    /// Starts a transient domain: it is gone when it stops.
    ///
    /// `virDomainCreateXML`, libvirt 0.5.0. Blocks until its hypervisor runs, in the lane `long`.
    ///
    /// - Parameters:
    ///   - xml: The domain's document.
    ///   - flags: How.
    ///   - deadline: When to give up.
    /// - Returns: The running domain.
    /// - Throws: As ``define(_:flags:deadline:)``, and `reported` with what the hypervisor says.
    public func create(
        _ xml: String, flags: StartFlags = [], deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> Domain {
        let call: StaticString = "virDomainCreateXML"
        let xml = try whole(xml, "a domain's document", of: call)
        return try await domain(call, lane: .long, deadline: deadline) {
            virDomainCreateXML($0, xml, flags.rawValue)
        }
    }

    private func domain(
        _ name: StaticString, lane: CallLane, deadline: ContinuousClock.Instant?,
        _ body: @escaping @Sendable (OpaquePointer) -> OpaquePointer?
    ) async throws(LibvirtError) -> Domain {
        let handle = try open()
        return try await handle.call(name, lane: lane, deadline: deadline, isAwaited: lane != .query) {
            connection throws(LibvirtError) -> Domain in
            Domain(try DomainHandle(name, body(connection), of: handle))
        }
    }
}
