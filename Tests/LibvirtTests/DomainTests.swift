// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

@testable import Libvirt

@Suite("Domains")
struct DomainTests {
    private let second = TestHost.document(name: "second", uuid: "99999999-8888-7777-6666-555555555555")

    struct Fallbacks: Sendable {
        let flags: UndefineFlags
        let expected: [UInt32]

        init(of flags: UndefineFlags, _ expected: [UInt32]) {
            self.flags = flags
            self.expected = expected
        }
    }

    @Test("defines, lists and finds a domain, and removes it")
    func definition() async throws {
        let host = try await TestHost()
        let uuid = try #require(UUID(uuidString: "99999999-8888-7777-6666-555555555555"))
        let domain = try await host.connection.define(second)
        #expect(domain.reference == DomainReference(name: "second", uuid: uuid))
        #expect(domain.id == nil)
        #expect(try await host.connection.listDomains().map(\.name).sorted() == ["first", "second"])
        #expect(try await host.connection.listDomains(.active).map(\.name) == ["first"])
        #expect(try await host.connection.listDomains([.inactive, .persistent]).map(\.name) == ["second"])
        #expect(try await host.connection.domain(uuid: uuid).name == "second")
        #expect(try await domain.isPersistent())
        #expect(try await !domain.isActive())
        #expect(try await domain.xml(.inactive).contains("<name>second</name>"))

        // The test driver does not know every flag; the call is made with those that it knows.
        try await domain.undefine()
        #expect(try await host.connection.listDomains().map(\.name) == ["first"])
        let key = try await reportKey { () throws(LibvirtError) in _ = try await domain.state() }
        #expect(key == ReportKey(code: .noDomain, domain: .test, call: "virDomainGetState"))
    }

    @Test("goes through its states")
    func powerCycle() async throws {
        let host = try await TestHost()
        let domain = try await host.connection.define(second)
        #expect(try await domain.state() == .shutOff(.unknown))
        try await domain.start()
        #expect(try await domain.state() == .running(.booted))
        #expect(domain.id != nil)
        try await domain.suspend()
        #expect(try await domain.state() == .paused(.user))
        try await domain.resume()
        #expect(try await domain.state() == .running(.unpaused))
        try await domain.shutdown()
        #expect(try await domain.state() == .shutOff(.shutdown))
        try await domain.start()
        try await domain.destroy()
        #expect(try await domain.state() == .shutOff(.destroyed))
    }

    @Test("a transient domain is gone when it stops")
    func transient() async throws {
        let host = try await TestHost()
        let domain = try await host.connection.create(second)
        #expect(try await !domain.isPersistent())
        try await domain.destroy(graceful: true)
        #expect(try await host.connection.listDomains().map(\.name) == ["first"])
    }

    @Test("tells size and settings")
    func numbers() async throws {
        let host = try await TestHost()
        let domain = try await host.connection.define(second)
        let info = try await domain.info()
        #expect(info.maximumMemoryBytes == 64 << 20)
        #expect(info.memoryBytes == 64 << 20)
        #expect(info.vcpus == 2)
        #expect(info.state == .shutOff(.unknown))
        #expect(try await domain.maximumMemory() == 64 << 20)
        #expect(try await domain.vcpuCount(scope: .definition) == 2)
        #expect(try await domain.vcpuCount(.maximum, scope: .definition) == 4)
        #expect(try await !domain.autostart())
        try await domain.setAutostart(true)
        #expect(try await domain.autostart())
    }

    @Test("keeps metadata of each kind")
    func metadata() async throws {
        let host = try await TestHost()
        let domain = try await host.connection.define(second)
        let element = MetadataKind.element(namespace: "https://example.org/ns", prefix: "x")
        for (kind, value) in [(MetadataKind.title, "A <title> & more"), (.description, "two\nlines")] {
            #expect(try await domain.metadata(kind) == nil)
            try await domain.setMetadata(kind, to: value)
            #expect(try await domain.metadata(kind) == value)
            try await domain.setMetadata(kind, to: nil)
            #expect(try await domain.metadata(kind) == nil)
        }
        #expect(try await domain.metadata(element) == nil)
        try await domain.setMetadata(element, to: "<thing a='1'/>", scope: .definition)
        let xml = try #require(try await domain.metadata(element))
        #expect(xml.contains("thing") && xml.contains("a=\"1\""))
        let key = try await reportKey { () throws(LibvirtError) in
            try await domain.setMetadata(element, to: "<thing>")
        }
        #expect(key.code == .xmlError || key.code == .xmlDetail || key.code == .invalidArgument)
    }

    @Test("reads all states in one call")
    func stateStatistics() async throws {
        let host = try await TestHost()
        let domain = try await host.connection.define(second)
        let records = try await host.connection.stateStatistics()
        #expect(records.count == 2)
        #expect(records.first { $0.uuid.uuidString == TestHost.uuid }?.state == .running(.unknown))
        #expect(records.first { $0.uuid == domain.uuid }?.state == .shutOff(.unknown))
    }

    @Test("reports errors with code, part and function")
    func errors() async throws {
        let host = try await TestHost()
        let domain = try await host.connection.domain(named: "first")
        let uuid = UUID()
        let stopped = try await host.connection.define(second)
        let cases: [(ReportKey, () async throws(LibvirtError) -> Void)] = [
            (
                ReportKey(code: .noDomain, domain: .test, call: "virDomainLookupByName"),
                { () throws(LibvirtError) in _ = try await host.connection.domain(named: "none") }
            ),
            (
                ReportKey(code: .noDomain, domain: .test, call: "virDomainLookupByUUID"),
                { () throws(LibvirtError) in _ = try await host.connection.domain(uuid: uuid) }
            ),
            (
                ReportKey(code: .internalError, domain: .test, call: "virDomainCreateWithFlags"),
                { () throws(LibvirtError) in try await domain.start() }
            ),
            (
                ReportKey(code: .operationInvalid, domain: .domain, call: "virDomainDestroyFlags"),
                { () throws(LibvirtError) in try await stopped.destroy() }
            ),
            (
                ReportKey(code: .operationFailed, domain: .domain, call: "virDomainDefineXMLFlags"),
                { () throws(LibvirtError) in
                    _ = try await host.connection.define(TestHost.document(name: "other", uuid: TestHost.uuid))
                }
            ),
            (
                ReportKey(code: .noSupport, domain: .unspecified, call: "virDomainQemuAgentCommand"),
                { () throws(LibvirtError) in _ = try await domain.agentCommand("{\"execute\":\"guest-ping\"}") }
            ),
            (
                ReportKey(code: .noSupport, domain: .unspecified, call: "virDomainQemuMonitorCommand"),
                { () throws(LibvirtError) in _ = try await domain.monitorCommand("info status", human: true) }
            ),
            (
                ReportKey(code: .noSupport, domain: .domain, call: "virDomainOpenConsole"),
                { () throws(LibvirtError) in _ = try await domain.openConsole() }
            ),
        ]
        for (expected, body) in cases {
            let key = try await reportKey(body)
            #expect(key == expected)
        }
    }

    @Test("refuses a malformed document")
    func malformedDocument() async throws {
        let host = try await TestHost()
        let key = try await reportKey { () throws(LibvirtError) in _ = try await host.connection.define("<domain>") }
        #expect(key == ReportKey(code: .xmlDetail, domain: .domain, call: "virDomainDefineXMLFlags"))
        #expect(host.ledger.count(of: .domain) == 0)
    }

    @Test("never cuts text at a zero byte")
    func zeroByte() async throws {
        let host = try await TestHost()
        let key = try await reportKey { () throws(LibvirtError) in
            _ = try await host.connection.domain(named: "first\0second")
        }
        #expect(key == ReportKey(code: .invalidArgument, domain: .unspecified, call: "virDomainLookupByName"))
    }

    @Test("an element that the driver does not give is an empty list")
    func interfaceAddresses() async throws {
        let host = try await TestHost()
        let domain = try await host.connection.domain(named: "first")
        #expect(try await domain.interfaceAddresses(source: .lease) == [])
    }

    @Test(
        "leaves out undefine flags from the newest to the oldest",
        arguments: [
            Fallbacks(of: .everything, [0x37, 0x17, 0x07, 0x03, 0x01, 0x00]),
            Fallbacks(of: [.managedSave, .keepNVRAM], [0x09, 0x01, 0x00]),
            Fallbacks(of: [], [0x00]),
        ])
    func undefineFallbacks(fallbacks: Fallbacks) {
        #expect(fallbacks.flags.fallbacks.map(\.rawValue) == fallbacks.expected)
    }

    @Test(
        "reads libvirt's states",
        arguments: [
            (0, 0, DomainState.noState), (1, 1, .running(.booted)), (2, 0, .blocked), (3, 5, .paused(.ioError)),
            (4, 0, .shuttingDown), (5, 8, .shutOff(.daemon)), (6, 1, .crashed(.panicked)),
            (7, 0, .powerManagementSuspended), (8, 3, .unrecognized(state: 8, reason: 3)),
            (1, 77, .running(DomainState.Running(rawValue: 77))),
        ])
    func states(state: Int32, reason: Int32, expected: DomainState) {
        #expect(DomainState(state: state, reason: reason) == expected)
    }

    @Test("compares versions by their numbers")
    func versions() {
        #expect(Version(libvirt: 9_000_000) == Version(9, 0, 0))
        #expect(Version(libvirt: 10_011_022).description == "10.11.22")
        #expect(Version(9, 10, 0) > Version(9, 9, 99))
    }
}
