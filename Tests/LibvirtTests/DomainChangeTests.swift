// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

@testable import Libvirt

@Suite("Changes of running domains")
struct DomainChangeTests {
    private func running() async throws -> (TestHost, Domain) {
        let host = try await TestHost()
        let document = """
            <domain type='test'><name>second</name><memory unit='MiB'>64</memory><vcpu current='2'>4</vcpu>
            <os><type>hvm</type></os><devices><disk type='file' device='disk'><source file='/nonexistent'/>
            <target dev='vda' bus='virtio'/></disk></devices></domain>
            """
        let domain = try await host.connection.define(document)
        try await domain.start()
        return (host, domain)
    }

    @Test("give it more virtual processors, up to its most")
    func vcpus() async throws {
        let (host, domain) = try await running()
        try await domain.setVCPUCount(3, scope: .live)
        #expect(try await domain.vcpuCount(scope: .live) == 3)
        #expect(try await domain.vcpuCount(scope: .definition) == 2)
        let key = try await reportKey { () throws(LibvirtError) in try await domain.setVCPUCount(5, scope: .live) }
        #expect(key.code == .invalidArgument)
        withExtendedLifetime(host) {}
    }

    @Test("limit a disk, and no other")
    func limits() async throws {
        let (host, domain) = try await running()
        // This driver wants a burst with each limit.
        let limits: [String: UInt64] = [
            "total_iops_sec": 40, "total_iops_sec_max": 50, "total_bytes_sec": 1 << 33, "total_bytes_sec_max": 1 << 34,
        ]
        try await domain.setBlockLimits(limits, ofDisk: "vda", scope: .live)
        let document = try await domain.xml()
        #expect(document.contains("<total_iops_sec>40</total_iops_sec>"))
        #expect(document.contains("<total_bytes_sec>8589934592</total_bytes_sec>"))
        #expect(try await !domain.xml(.inactive).contains("iotune"))
        let key = try await reportKey { () throws(LibvirtError) in
            try await domain.setBlockLimits(["total_iops_sec": 40], ofDisk: "vdz", scope: .live)
        }
        #expect(key.call == "virDomainSetBlockIoTune")
        await #expect(throws: LibvirtError.self) {
            try await domain.setBlockLimits([:], ofDisk: "v\0da", scope: .live)
        }
        withExtendedLifetime(host) {}
    }

    @Test("report what the driver says to a device")
    func device() async throws {
        let (host, domain) = try await running()
        let key = try await reportKey { () throws(LibvirtError) in
            try await domain.updateDevice("<interface type='user'/>", scope: .live)
        }
        #expect(key.code == .noSupport && key.call == "virDomainUpdateDeviceFlags")
        let attaching = try await reportKey { () throws(LibvirtError) in
            try await domain.attachDevice("<disk/>", scope: .live)
        }
        #expect(attaching.call == "virDomainAttachDeviceFlags")
        let detaching = try await reportKey { () throws(LibvirtError) in
            try await domain.detachDevice(alias: "ua-x", scope: .live)
        }
        #expect(detaching.call == "virDomainDetachDeviceAlias")
        withExtendedLifetime(host) {}
    }
}
