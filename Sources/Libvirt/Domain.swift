// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
public import FoundationEssentials

/// A guest as libvirt knows it. Keeps its connection open on libvirt's side.
///
/// A reference only: the domain may be gone, and then calls fail with `noDomain`.
public final class Domain: Sendable {
    let handle: DomainHandle

    init(_ handle: DomainHandle) {
        self.handle = handle
    }

    /// Its name and UUID, as they were when it was looked up.
    public var reference: DomainReference { handle.domain }

    /// Its name, as it was when it was looked up (`virDomainGetName`, libvirt 0.0.3). Does not block.
    public var name: String { handle.domain.name }

    /// Its UUID (`virDomainGetUUID`, libvirt 0.0.5). Does not block.
    public var uuid: UUID { handle.domain.uuid }

    /// Its number while it runs, as this object last heard of it (`virDomainGetID`, libvirt 0.0.3). Does not block.
    public var id: UInt32? {
        let id = virDomainGetID(handle.pointer)
        return id == UInt32.max ? nil : id
    }

    /// What it does, and why.
    ///
    /// `virDomainGetState`, libvirt 0.9.2. Blocks, in the lane `query`; does not enter the guest's monitor.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: The state.
    /// - Throws: `reported` with `noDomain`; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func state(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> DomainState {
        let name: StaticString = "virDomainGetState"
        return try await handle.call(name, lane: .query, deadline: deadline) {
            domain throws(LibvirtError) -> DomainState in
            var state: Int32 = 0
            var reason: Int32 = 0
            try succeeded(name, virDomainGetState(domain, &state, &reason, 0))
            return DomainState(state: state, reason: reason)
        }
    }

    /// Its size and processor time.
    ///
    /// `virDomainGetInfo`, libvirt 0.0.3. Blocks, in the lane `query`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: The numbers.
    /// - Throws: `reported` with `noDomain`; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func info(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> DomainInfo {
        let name: StaticString = "virDomainGetInfo"
        return try await handle.call(name, lane: .query, deadline: deadline) {
            domain throws(LibvirtError) -> DomainInfo in
            var info = virDomainInfo()
            try succeeded(name, virDomainGetInfo(domain, &info))
            return DomainInfo(info)
        }
    }

    /// The most memory it can have, in bytes.
    ///
    /// `virDomainGetMaxMemory`, libvirt 0.0.3. Blocks, in the lane `query`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: Bytes.
    /// - Throws: `reported` with `noDomain`; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func maximumMemory(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> UInt64 {
        let name: StaticString = "virDomainGetMaxMemory"
        return try await handle.call(name, lane: .query, deadline: deadline) {
            domain throws(LibvirtError) -> UInt64 in
            // 0 is the call's only sign of failure.
            let kibibytes = virDomainGetMaxMemory(domain)
            guard kibibytes > 0 else { throw .lastOnThisThread(after: name) }
            return UInt64(kibibytes) * 1024
        }
    }

    /// How many virtual CPUs it has.
    ///
    /// `virDomainGetVcpusFlags`, libvirt 0.8.5. Blocks, in the lane `query`.
    ///
    /// - Parameters:
    ///   - count: The CPUs that are there, or as many as there can be.
    ///   - scope: The running guest or the definition.
    ///   - deadline: When to give up.
    /// - Returns: The number, at least 1.
    /// - Throws: `reported` with `operationInvalid` for the live scope of a guest that does not run; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func vcpuCount(
        _ count: VCPUCount = .current, scope: DomainScope = .current, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> Int {
        let flags = scope.rawValue | count.rawValue
        return Int(
            try await handle.status("virDomainGetVcpusFlags", lane: .query, deadline: deadline) {
                virDomainGetVcpusFlags($0, flags)
            })
    }

    /// Which virtual CPUs are counted (`virDomainVcpuFlags`).
    public enum VCPUCount: UInt32, Sendable, Hashable {
        /// Those that are there.
        case current = 0
        /// Those that there can be.
        case maximum = 4
    }

    /// Whether its definition stays when it stops.
    ///
    /// `virDomainIsPersistent`, libvirt 0.7.3. Blocks, in the lane `query`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: Whether.
    /// - Throws: `reported` with `noDomain`; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func isPersistent(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> Bool {
        try await handle.status("virDomainIsPersistent", lane: .query, deadline: deadline) {
            virDomainIsPersistent($0)
        } == 1
    }

    /// Whether it runs, is paused, or is otherwise alive.
    ///
    /// `virDomainIsActive`, libvirt 0.7.3. Blocks, in the lane `query`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: Whether.
    /// - Throws: `reported` with `noDomain`; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func isActive(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> Bool {
        try await handle.status("virDomainIsActive", lane: .query, deadline: deadline) {
            virDomainIsActive($0)
        } == 1
    }
}
