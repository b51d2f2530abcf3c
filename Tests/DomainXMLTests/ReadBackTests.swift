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

extension DomainDocument {
    /// Sets every field to the value that it has.
    fileprivate mutating func rewriteEverything() {
        hypervisor = hypervisor
        name = name
        uuid = uuid
        title = title
        summary = summary
        let instance = XMLName("instance", namespace: "urn:roost:instance:1")
        self[metadata: instance] = self[metadata: instance]
        memoryKiB = memoryKiB
        currentMemoryKiB = currentMemoryKiB
        processorCount = processorCount
        rewriteMachine()
        onPoweroff = onPoweroff
        onReboot = onReboot
        onCrash = onCrash
        securityLabels = securityLabels
        emulator = emulator
        disks = disks.map { Self.rewritten($0) }
        controllers = controllers.map { Self.rewritten($0) }
        interfaces = interfaces.map { Self.rewritten($0) }
        serials = serials.map { Self.rewritten(character: $0) }
        consoles = consoles.map { Self.rewritten(character: $0) }
        channels = channels.map { Self.rewritten(character: $0) }
        rewriteSmallDevices()
    }

    private mutating func rewriteMachine() {
        if var os = operatingSystem {
            os.architecture = os.architecture
            os.machine = os.machine
            os.firmware = os.firmware
            os[firmwareFeature: "secure-boot"] = os[firmwareFeature: "secure-boot"]
            os.kernel = os.kernel
            os.initialRamdisk = os.initialRamdisk
            os.commandLine = os.commandLine
            os.bootDevices = os.bootDevices
            operatingSystem = os
        }
        if var features {
            features.acpi = features.acpi
            features.apic = features.apic
            self.features = features
        }
        if var processor {
            processor.mode = processor.mode
            processor.topology = processor.topology
            self.processor = processor
        }
        if var clock {
            clock.offset = clock.offset
            clock.timers = clock.timers
            self.clock = clock
        }
    }

    private mutating func rewriteSmallDevices() {
        randomSources = randomSources.map { source in
            var source = Self.common(source)
            source.backend = source.backend
            return source
        }
        memoryBalloon = memoryBalloon.map { balloon in
            var balloon = Self.common(balloon)
            balloon.model = balloon.model
            balloon.statisticsPeriod = balloon.statisticsPeriod
            return balloon
        }
        trustedPlatformModule = trustedPlatformModule.map { Self.common($0) }
        watchdogs = watchdogs.map { watchdog in
            var watchdog = Self.common(watchdog)
            watchdog.model = watchdog.model
            watchdog.action = watchdog.action
            return watchdog
        }
        videos = videos.map { video in
            var video = Self.common(video)
            video.model = video.model
            return video
        }
    }

    private static func common<Device: DomainDevice>(_ device: Device) -> Device {
        var device = device
        device.alias = device.alias
        device.bootOrder = device.bootOrder
        device.address = device.address
        return device
    }

    private static func rewritten(_ disk: Disk) -> Disk {
        var disk = common(disk)
        disk.device = disk.device
        disk.driver = disk.driver
        disk.file = disk.file
        disk.backing = disk.backing
        disk.target = disk.target
        disk.serial = disk.serial
        disk.isReadOnly = disk.isReadOnly
        disk.isShareable = disk.isShareable
        return disk
    }

    private static func rewritten(_ controller: Controller) -> Controller {
        var controller = common(controller)
        controller.model = controller.model
        controller.index = controller.index
        return controller
    }

    private static func rewritten(_ interface: Interface) -> Interface {
        var interface = common(interface)
        interface.connection = interface.connection
        interface.macAddress = interface.macAddress
        interface.model = interface.model
        interface.mtu = interface.mtu
        return interface
    }

    private static func rewritten<Device: CharacterDevice>(character device: Device) -> Device {
        var device = common(device)
        device.backend = device.backend
        device.log = device.log
        return device
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
