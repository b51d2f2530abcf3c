// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Foundation
import Testing
import XMLTree

@Suite("Definitions that libvirt wrote")
struct ReadBackTests {
    @Test("they are written as they were read", arguments: Fixtures.domains)
    func unchanged(name: String) throws {
        let text = try Fixtures.text(name)
        let written = try Fixtures.domain(name).text()
        // libvirt quotes by apostrophes, libxml2 by quotation marks; no value here holds either.
        let lines = { (text: String) in
            text.replacing("'", with: "\"").split(separator: "\n").map(String.init)
        }
        #expect(lines(written) == lines(text))
    }

    @Test("the schema accepts them", arguments: Fixtures.domains)
    func valid(name: String) throws {
        try Fixtures.schema().validate(Fixtures.domain(name).root)
    }

    @Test("writing back every field that was read changes nothing", arguments: Fixtures.domains)
    func rewriting(name: String) throws {
        let before = try Fixtures.domain(name)
        var after = before
        after.rewriteEverything()
        #expect(after == before)
    }

    @Test("what no type knows stays in its place when every field is written back", arguments: Fixtures.domains)
    func unknownParts(name: String) throws {
        let root = try Fixtures.domain(name).root.withUnknownParts()
        var document = try DomainDocument(root)
        document.rewriteEverything()
        #expect(document.root == root)
        #expect(try XMLElement.parse(document.text()) == root)
    }

    @Test("what was meant is all in what libvirt made of it")
    func nothingMissing() throws {
        let meant = try DomainDocument(
            parsing: """
                <domain type='qemu'><name>web-1</name><vcpu>2</vcpu><memory unit='KiB'>131072</memory><devices>
                <controller type='pci' index='0' model='pcie-root'/><controller type='usb' model='none'/>
                <interface type='user'><mac address='52:54:00:00:00:01'/></interface>
                <serial type='pty'><target port='0'/></serial></devices></domain>
                """)
        for name in ["q35-inactive", "q35-running"] {
            #expect(try meant.missing(in: Fixtures.domain(name)) == [])
        }
        var other = meant
        other.interfaces[0].macAddress = "52:54:00:00:00:02"
        #expect(
            try other.missing(in: Fixtures.domain("q35-running")) == [
                XMLDifference(
                    path: "/domain/devices/interface/mac/@address",
                    kind: .value(expected: "52:54:00:00:00:02", actual: "52:54:00:00:00:01"))
            ])
    }

    @Test("the running domain's facts are read")
    func facts() throws {
        let domain = try Fixtures.domain("q35-running")
        #expect(domain.id == 1)
        #expect(domain.hypervisor == .qemu)
        #expect(domain.name == "web-1")
        #expect(domain.uuid == UUID(uuidString: "5d1d7a7e-6b1c-4a3d-9d6a-3f0f3a1c2b4d"))
        #expect(domain.title == "A web server")
        #expect(domain.summary == nil)
        let instance = domain[metadata: XMLName("instance", namespace: "urn:roost:instance:1")]
        #expect(instance?["digest"] == "sha256:00")
        #expect(domain.memoryKiB == 131_072)
        #expect(domain.currentMemoryKiB == 131_072)
        #expect(domain.processorCount == 2)
        #expect(domain.operatingSystem?.machine == "pc-q35-7.2")
        #expect(domain.operatingSystem?.architecture == .x86)
        #expect(domain.operatingSystem?.bootDevices == [])
        #expect(domain.features?.acpi == true)
        #expect(domain.processor?.mode == .maximum(isMigratable: true))
        #expect(domain.clock?.timers.map(\.name) == [.rtc, .pit, .hpet])
        #expect(domain.onPoweroff == .destroy)
        #expect(domain.onReboot == .restart)
        #expect(domain.onCrash == .destroy)
    }

    @Test("the running domain's devices are read")
    func devices() throws {
        let domain = try Fixtures.domain("q35-running")
        #expect(domain.emulator == "/usr/bin/qemu-system-x86_64")
        let disk = try #require(domain.disks.first)
        #expect(domain.disks.count == 1)
        #expect(disk.device == .disk)
        #expect(disk.sourcePath == "/var/lib/roost/images/web-1.qcow2")
        #expect(disk.file == disk.sourcePath)
        #expect(disk.driver.format == .qcow2)
        #expect(disk.driver.cache == .bypassed)
        #expect(disk.backing == .layers([.init(file: "/var/lib/roost/images/base.qcow2", format: .qcow2)]))
        #expect(disk.target == .init(device: "vda", bus: .virtio))
        #expect(disk.serial == "disk-1")
        #expect(disk.bootOrder == 1)
        #expect(disk.alias == "virtio-disk0")
        #expect(disk.address == .pci(bus: 5, slot: 0))
        #expect(!disk.isReadOnly)
        #expect(domain.controllers.first?.model == .pcieRoot)
        #expect(domain.controllers.filter { $0.kind == .pci }.compactMap(\.index) == Array(0...10))
        #expect(domain.controllers.first { $0.kind == .usb }?.model == .absent)
        let interface = try #require(domain.interfaces.first)
        #expect(interface.connection == .user)
        #expect(interface.macAddress == "52:54:00:00:00:01")
        #expect(interface.model == .virtio)
        #expect(interface.alias == "net0")
        #expect(domain.consolePTY == "/dev/pts/0")
        #expect(domain.consoleLog == .init(file: "/var/lib/roost/images/web-1.log", opening: .appending))
        #expect(domain.guestAgentState == .disconnected)
        #expect(domain.randomSources.first?.backend == .random(device: "/dev/urandom"))
        #expect(domain.memoryBalloon?.statisticsPeriod == 10)
        #expect(domain.watchdogs.first?.action == .reset)
        #expect(domain.trustedPlatformModule == nil)
        let stopped = try Fixtures.domain("q35-inactive")
        #expect(stopped.id == nil)
        #expect(stopped.consolePTY == nil)
        #expect(stopped.guestAgentState == nil)
    }

    @Test("the test driver's domain is read")
    func testDriver() throws {
        let domain = try Fixtures.domain("test-driver")
        #expect(domain.hypervisor == .test)
        #expect(domain.memoryKiB == 8_388_608)
        #expect(domain.operatingSystem?.architecture == nil)
        #expect(domain.operatingSystem?.bootDevices == [.disk])
        #expect(domain.disks.first?.backing == .undeclared)
        #expect(domain.interfaces.first?.connection == .network("default"))
        #expect(domain.interfaces.first?.hostDevice == "testnet0")
    }

    @Test(
        "memory is read in any of libvirt's units",
        arguments: [
            ("<memory>7</memory>", 7), ("<memory unit='b'>1025</memory>", 2), ("<memory unit='MiB'>2</memory>", 2048),
            ("<memory unit='G'>1</memory>", 1_048_576), ("<memory unit='KB'>1024</memory>", 1000),
            ("<memory unit='x'>1</memory>", nil), ("<memory>-1</memory>", nil),
            ("<memory unit='TiB'>9223372036854775807</memory>", nil),
        ] as [(String, Int?)])
    func memoryUnits(element: String, kibibytes: Int?) throws {
        #expect(try DomainDocument(parsing: "<domain>\(element)</domain>").memoryKiB == kibibytes)
    }
}

extension XMLElement {
    /// The same tree with an attribute and, among elements, child elements in each that no type knows.
    fileprivate func withUnknownParts() -> XMLElement {
        var element = self
        element["unknown-attribute"] = "kept"
        guard !elements.isEmpty else { return element }
        element.children = element.children.flatMap { child -> [XMLNode] in
            let changed = child.element.map { XMLNode.element($0.withUnknownParts()) } ?? child
            return [.comment("kept"), .element(XMLElement("unknown", ["a": "1"])), changed]
        }
        element.append(XMLElement("unknown-last") { XMLElement("deep", text: "kept") })
        return element
    }
}
