// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Foundation
import Testing
import XMLTree

@Suite("Whole definitions")
struct WholeDocumentTests {
    @Test("a typical definition is written in libvirt's order, and its schema accepts it")
    func typical() throws {
        let written = try DomainDocument.typical().text(accepting: Fixtures.schema())
        #expect(try written + "\n" == Fixtures.text("typical"))
    }

    @Test("the order in which fields are set does not show")
    func orderOfSetting() throws {
        let typical = try DomainDocument.typical()
        let uuid = try #require(typical.uuid)
        var backwards = DomainDocument(hypervisor: .qemu, name: "x", uuid: uuid)
        backwards.securityLabels = typical.securityLabels
        backwards.randomSources = typical.randomSources
        backwards.memoryBalloon = typical.memoryBalloon
        backwards.watchdogs = typical.watchdogs
        backwards.videos = typical.videos
        backwards.trustedPlatformModule = typical.trustedPlatformModule
        backwards.channels = typical.channels
        backwards.serials = typical.serials
        backwards.interfaces = typical.interfaces
        backwards.controllers = typical.controllers
        backwards.disks = typical.disks
        backwards.emulator = typical.emulator
        backwards.onCrash = typical.onCrash
        backwards.onReboot = typical.onReboot
        backwards.onPoweroff = typical.onPoweroff
        backwards.clock = typical.clock
        backwards.processor = typical.processor
        backwards.features = typical.features
        backwards.operatingSystem = typical.operatingSystem
        backwards.processorCount = typical.processorCount
        backwards.currentMemoryKiB = typical.currentMemoryKiB
        backwards.memoryKiB = typical.memoryKiB
        let name = XMLName("instance", namespace: "urn:roost:instance:1")
        backwards[metadata: name] = typical[metadata: name]
        backwards.title = typical.title
        backwards.name = typical.name
        #expect(backwards == typical)
    }

    @Test("every choice of the machine's parts is one that the schema accepts")
    func machineChoices() throws {
        var choices = Choices(typical: try .typical())
        let modes: [Processor.Mode] = [
            .hostModel, .hostPassthrough(isMigratable: nil), .hostPassthrough(isMigratable: false),
            .maximum(isMigratable: nil), .custom(model: "qemu64"),
        ]
        for mode in modes { choices.add { $0.processor = Processor(mode: mode) } }
        choices.add { $0.processor?.topology = .init(sockets: 1, cores: 2, threads: 1) }
        for action in LifecycleAction.allCases where action != .destroy { choices.add { $0.onCrash = action } }
        for architecture in OperatingSystem.Architecture.allCases {
            choices.add { $0.operatingSystem = OperatingSystem(architecture: architecture, machine: "virt") }
        }
        for firmware in OperatingSystem.Firmware.allCases { choices.add { $0.operatingSystem?.firmware = firmware } }
        choices.add { domain in
            domain.operatingSystem?.firmware = .efi
            domain.operatingSystem?[firmwareFeature: "secure-boot"] = false
        }
        choices.add { $0.operatingSystem?.bootDevices = OperatingSystem.BootDevice.allCases }
        for name in Clock.Timer.Name.allCases {
            choices.add { $0.clock = Clock(offset: .localTime, timers: [.init(name)]) }
        }
        try choices.expectAllAccepted()
    }

    @Test("every choice for disks is one that the schema accepts")
    func diskChoices() throws {
        var choices = Choices(typical: try .typical())
        // A LUN cannot be a file.
        for device in Disk.Device.allCases where device != .disk && device != .lun {
            choices.add { $0.disks[0].device = device }
        }
        for cache in Disk.Cache.allCases where cache != .bypassed { choices.add { $0.disks[0].driver.cache = cache } }
        for io in Disk.InputOutput.allCases where io != .native { choices.add { $0.disks[0].driver.io = io } }
        for bus in Disk.Bus.allCases where bus != .virtio { choices.add { $0.disks[0].target?.bus = bus } }
        choices.add { $0.disks[0].driver.detectZeroes = .off }
        choices.add { $0.disks[0].driver.discard = .ignore }
        choices.add { $0.disks[0].backing = .undeclared }
        choices.add { $0.disks[0].backing = .open([.init(file: "/a", format: .raw)]) }
        choices.add { $0.disks[0].alias = "ua-system" }
        choices.add { $0.disks[0].address = .pci(bus: 1, slot: 0) }
        choices.add { $0.disks[1].address = .drive(controller: 0, unit: 0) }
        choices.add { $0.disks[1].file = nil }
        choices.add { $0.disks[0].isShareable = true }
        for policy in Disk.ErrorPolicy.allCases { choices.add { $0.disks[0].driver.errorPolicy = policy } }
        choices.add { $0.disks[0].driver.queues = 4 }
        choices.add { $0.disks[1].target?.rotationRate = 7200 }
        choices.add { $0.channels[0].address = .virtioSerial(controller: 0, port: 1) }
        try choices.expectAllAccepted()
    }

    @Test("every choice for other devices is one that the schema accepts")
    func deviceChoices() throws {
        var choices = Choices(typical: try .typical())
        for connection in [Interface.Connection.bridge("br0"), .network("n"), .ethernet(tap: "t", isManaged: true)] {
            choices.add { $0.interfaces = [Interface(connection: connection, macAddress: nil, model: .e1000e)] }
        }
        choices.add { $0.interfaces[0].mtu = 1400 }
        for mode in [nil] + Interface.DirectMode.allCases {
            choices.add { $0.interfaces[0].connection = .direct(device: "eth0", mode: mode) }
        }
        choices.add {
            $0.interfaces[0].connection = .bridge("ovs0")
            $0.interfaces[0].openVSwitchPort = .init(profile: "p", id: "09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f")
            $0.interfaces[0].virtualNetworks = .init(tags: [1, 2], isTrunk: true)
        }
        for model in Controller.Model.allCases where model != .virtioSCSI && model != .qemuXHCI && model != .absent {
            choices.add { $0.controllers.append(Controller(kind: .pci, model: model, index: 20)) }
        }
        choices.add { $0.controllers.append(Controller(kind: .usb, model: .qemuXHCI, index: 20)) }
        choices.add { $0.consoles = [Console(backend: .pty(), target: .virtio, port: 1)] }
        for backend in [CharacterBackend.unix(path: "/s"), .file(path: "/f"), .null, .pty(path: "/dev/pts/1")] {
            choices.add { $0.serials[0].backend = backend }
        }
        choices.add { $0.randomSources = [RandomSource(backend: .builtin)] }
        choices.add { $0.memoryBalloon = MemoryBalloon(model: .absent) }
        choices.add { $0.trustedPlatformModule = TrustedPlatformModule(model: .tis) }
        for action in Watchdog.Action.allCases where action != .reset {
            choices.add { $0.watchdogs[0].action = action }
        }
        for model in Video.Model.allCases where model != .absent { choices.add { $0.videos[0].model = model } }
        for kind in SecurityLabel.Kind.allCases where kind != .fixed {
            choices.add { $0.securityLabels = [SecurityLabel(kind: kind)] }
        }
        try choices.expectAllAccepted()
    }

    @Test("hostile text stays text wherever a field takes it")
    func hostileText() throws {
        let text = "]]><!--\"'&amp;<domain>\n\t/../ é"
        var domain = try DomainDocument.typical()
        let shape = domain.root.shape
        domain.title = text
        domain.summary = text
        domain.operatingSystem?.commandLine = text
        domain.disks[0].serial = text
        domain.disks[0].file = text
        domain.serials[0].log?.file = text
        let again = try DomainDocument(parsing: domain.text())
        #expect(again == domain)
        #expect(again.title == text)
        #expect(again.disks[0].file == text)
        var withSummary = shape
        withSummary.insert("description", at: 4)
        #expect(again.root.shape == withSummary)
    }

    @Test("a document of another kind is refused")
    func otherRoots() {
        #expect(throws: DomainXMLError.root(expected: "domain", found: "network")) {
            try DomainDocument(parsing: "<network/>")
        }
        #expect(throws: DomainXMLError.unreadable(.documentTypeRefused)) {
            try DomainDocument(parsing: "<!DOCTYPE domain><domain/>")
        }
    }
}

/// Definitions that differ from a typical one in one choice each.
private struct Choices {
    let typical: DomainDocument
    private var documents: [DomainDocument] = []

    init(typical: DomainDocument) {
        self.typical = typical
    }

    mutating func add(_ change: (inout DomainDocument) -> Void) {
        var document = typical
        change(&document)
        #expect(document != typical)
        documents.append(document)
    }

    func expectAllAccepted() throws {
        let schema = try Fixtures.schema()
        for document in documents {
            #expect(throws: Never.self) { try document.text(accepting: schema) }
        }
        #expect(documents.count > 15)
    }
}

extension XMLElement {
    /// The names of all elements in document order.
    fileprivate var shape: [String] { [name.qualified] + elements.flatMap(\.shape) }
}
