// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

extension Connection {
    /// The host's own name.
    ///
    /// `virConnectGetHostname`, libvirt 0.3.0. Blocks, in the lane `query`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: The name.
    /// - Throws: As ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func hostname(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> String {
        try await open().text("virConnectGetHostname", lane: .query, deadline: deadline) {
            virConnectGetHostname($0)
        }
    }

    /// The version of libvirt at the other end: the daemon's.
    ///
    /// `virConnectGetLibVersion`, libvirt 0.7.3. Blocks, in the lane `query`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: The version.
    /// - Throws: As ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func libraryVersion(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> Version {
        let name: StaticString = "virConnectGetLibVersion"
        return try await open().call(name, lane: .query, deadline: deadline) {
            connection throws(LibvirtError) -> Version in
            var number: UInt = 0
            try succeeded(name, virConnectGetLibVersion(connection, &number))
            return Version(libvirt: number)
        }
    }

    /// The version of the hypervisor: QEMU's.
    ///
    /// `virConnectGetVersion`, libvirt 0.0.3. Blocks, in the lane `query`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: The version, or `nil` where the driver cannot tell.
    /// - Throws: As ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func hypervisorVersion(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> Version? {
        let name: StaticString = "virConnectGetVersion"
        return try await open().call(name, lane: .query, deadline: deadline) {
            connection throws(LibvirtError) -> Version? in
            var number: UInt = 0
            try succeeded(name, virConnectGetVersion(connection, &number))
            return number == 0 ? nil : Version(libvirt: number)
        }
    }

    /// The version of the libvirt library in this process.
    ///
    /// `virGetVersion`, libvirt 0.0.3. Does not block.
    ///
    /// - Returns: The version.
    /// - Throws: `reported` where libvirt cannot be initialised.
    public static func clientLibraryVersion() throws(LibvirtError) -> Version {
        try EventLoop.start()
        var number: UInt = 0
        try succeeded("virGetVersion", virGetVersion(&number, nil, nil))
        return Version(libvirt: number)
    }

    /// What the host and its hypervisor can do, as libvirt's `<capabilities>` document.
    ///
    /// `virConnectGetCapabilities`, libvirt 0.2.1. Blocks, in the lane `long`: libvirt may probe every emulator.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: The XML.
    /// - Throws: As ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func capabilities(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> String {
        try await open().text("virConnectGetCapabilities", lane: .long, deadline: deadline) {
            virConnectGetCapabilities($0)
        }
    }

    /// What guests of one kind can have, as libvirt's `<domainCapabilities>` document.
    ///
    /// `virConnectGetDomainCapabilities`, libvirt 1.2.7. Blocks, in the lane `long`: libvirt may probe the emulator.
    ///
    /// - Parameters:
    ///   - emulator: The emulator's path; `nil` is libvirt's default for the rest.
    ///   - architecture: Such as `x86_64`; `nil` is the host's.
    ///   - machine: A machine type, such as `q35`; `nil` is the default.
    ///   - virtualizationType: `kvm` or `qemu`; `nil` is the better one that there is.
    ///   - deadline: When to give up.
    /// - Returns: The XML.
    /// - Throws: `reported` where there is no such kind of guest; as ``CallThreads/call(_:lane:deadline:_:)``, and
    ///   `closed`.
    public func domainCapabilities(
        emulator: String? = nil,
        architecture: String? = nil,
        machine: String? = nil,
        virtualizationType: String? = nil,
        deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> String {
        let name: StaticString = "virConnectGetDomainCapabilities"
        for text in [emulator, architecture, machine, virtualizationType] {
            _ = try whole(text ?? "", "the kind of guest", of: name)
        }
        return try await open().text(name, lane: .long, deadline: deadline) {
            virConnectGetDomainCapabilities($0, emulator, architecture, machine, virtualizationType, 0)
        }
    }

    /// The host's processors and memory.
    ///
    /// `virNodeGetInfo`, libvirt 0.1.0. Blocks, in the lane `query`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: The numbers.
    /// - Throws: As ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func nodeInfo(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> NodeInfo {
        let name: StaticString = "virNodeGetInfo"
        return try await open().call(name, lane: .query, deadline: deadline) {
            connection throws(LibvirtError) -> NodeInfo in
            var info = virNodeInfo()
            try succeeded(name, virNodeGetInfo(connection, &info))
            return NodeInfo(info)
        }
    }

    /// The host's free memory in bytes; caches that its kernel could give up count as used.
    ///
    /// `virNodeGetFreeMemory`, libvirt 0.3.3. Blocks, in the lane `query`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: Bytes.
    /// - Throws: As ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func freeMemory(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> UInt64 {
        let name: StaticString = "virNodeGetFreeMemory"
        return try await open().call(name, lane: .query, deadline: deadline) {
            connection throws(LibvirtError) -> UInt64 in
            // 0 is the call's only sign of failure.
            let bytes = virNodeGetFreeMemory(connection)
            guard bytes > 0 else { throw .lastOnThisThread(after: name) }
            return bytes
        }
    }
}
