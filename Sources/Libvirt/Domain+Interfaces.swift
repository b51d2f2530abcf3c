// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
import Glibc

extension Domain {
    /// The addresses of its network interfaces.
    ///
    /// `virDomainInterfaceAddresses`, libvirt 1.2.14. Blocks, in the lane `query`, or `long` where the agent is asked.
    ///
    /// - Parameters:
    ///   - source: Who is asked.
    ///   - deadline: When to give up.
    /// - Returns: The interfaces that the source knows of.
    /// - Throws: `reported` with `operationInvalid` where it does not run, `agentUnresponsive`; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func interfaceAddresses(
        source: InterfaceAddressSource, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> [GuestInterface] {
        let name: StaticString = "virDomainInterfaceAddresses"
        let (lane, access): (CallLane, CallAccess) = source == .agent ? (.long, .agent) : (.query, .always)
        return try await handle.call(name, lane: lane, deadline: deadline, access: access) {
            domain throws(LibvirtError) -> [GuestInterface] in
            var list: UnsafeMutablePointer<virDomainInterfacePtr?>?
            let count = try succeeded(name, virDomainInterfaceAddresses(domain, &list, source.rawValue, 0))
            // SAFETY: libvirt gave `count` elements, each ours to free, and then the list.
            let elements = UnsafeBufferPointer(start: list, count: Int(count)).compactMap { $0 }
            defer {
                for element in elements { virDomainInterfaceFree(element) }
                free(list)
            }
            return elements.map { GuestInterface($0.pointee) }
        }
    }
}

/// Who is asked for a guest's addresses (`virDomainInterfaceAddressesSource`).
public enum InterfaceAddressSource: UInt32, Sendable, Hashable {
    /// The DHCP leases of libvirt's networks.
    case lease = 0
    /// The guest's agent.
    case agent = 1
    /// The host's ARP table.
    case arp = 2
}

/// A network interface of a guest (`virDomainInterface`).
public struct GuestInterface: Sendable, Hashable {
    /// One address (`virDomainIPAddress`).
    public struct Address: Sendable, Hashable {
        /// The address as text.
        public let text: String
        /// The bits of its network.
        public let prefix: Int
        /// Whether it is of IPv6.
        public let isIPv6: Bool
    }

    /// Its name: the guest's own, or the host's, as the source has it.
    public let name: String
    /// Its MAC address, where the source knows it.
    public let hardwareAddress: String?
    /// Its addresses.
    public let addresses: [Address]

    init(_ interface: virDomainInterface) {
        name = interface.name.map { String(cString: $0) } ?? ""
        hardwareAddress = interface.hwaddr.map { String(cString: $0) }
        // SAFETY: libvirt gave `naddrs` addresses, which the caller frees only after this.
        addresses = UnsafeBufferPointer(start: interface.addrs, count: Int(interface.naddrs)).map { address in
            Address(
                text: address.addr.map { String(cString: $0) } ?? "",
                prefix: Int(address.prefix),
                isIPv6: address.type == Int32(VIR_IP_ADDR_TYPE_IPV6.rawValue))
        }
    }
}
