// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Foundation
import Testing
import XMLTree

/// Documents that libvirt 9.0 wrote: of its test driver, and of a q35 domain on a private daemon, stopped and running.
enum Fixtures {
    static let domains = ["q35-inactive", "q35-running", "test-driver"]

    static func text(_ name: String) throws -> String {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "xml"))
        return try String(contentsOf: url, encoding: .utf8)
    }

    static func domain(_ name: String) throws -> DomainDocument {
        try DomainDocument(parsing: text(name))
    }

    static func schema() throws -> XMLSchema {
        try XMLSchema(path: DomainDocument.schemaPath)
    }
}

extension DomainDocument {
    /// A definition with each kind of part that Roost writes.
    static func typical() throws -> DomainDocument {
        let uuid = try #require(UUID(uuidString: "5D1D7A7E-6B1C-4A3D-9D6A-3F0F3A1C2B4D"))
        var domain = DomainDocument(hypervisor: .qemu, name: "web-1", uuid: uuid)
        domain.title = "A <web> server"
        let namespace = "urn:roost:instance:1"
        let name = XMLName("instance", prefix: "roost", namespace: namespace)
        domain[metadata: name] = XMLElement(
            name, ["digest": "sha256:00"], namespaces: [XMLNamespace(prefix: "roost", uri: namespace)])
        domain.memoryKiB = 131_072
        domain.currentMemoryKiB = 131_072
        domain.processorCount = 2
        var os = OperatingSystem(architecture: .x86, machine: "pc-q35-7.2")
        os.kernel = "/images/vmlinuz"
        os.initialRamdisk = "/images/initrd"
        os.commandLine = "console=ttyS0 quiet"
        domain.operatingSystem = os
        domain.features = Features(acpi: true, apic: true)
        domain.processor = Processor(mode: .maximum(isMigratable: true))
        domain.clock = Clock(
            offset: .utc,
            timers: [
                .init(.rtc, tickPolicy: .catchup), .init(.pit, tickPolicy: .delay), .init(.hpet, isPresent: false),
            ])
        domain.onPoweroff = .destroy
        domain.onReboot = .restart
        domain.onCrash = .destroy
        domain.addTypicalDevices()
        domain.securityLabels = [SecurityLabel(kind: .dynamic, model: "dac", relabels: true)]
        return domain
    }

    private mutating func addTypicalDevices() {
        emulator = "/usr/bin/qemu-system-x86_64"
        var seed = Disk(
            file: "/images/seed.iso", driver: .init(format: .raw), backing: .layers([]),
            target: .init(device: "sda", bus: .sata), device: .cdrom)
        seed.isReadOnly = true
        disks = [
            Disk(
                file: "/images/web-1.qcow2",
                driver: .init(
                    format: .qcow2, cache: .bypassed, io: .native, discard: .unmap, detectZeroes: .unmap),
                backing: .layers([.init(file: "/images/base.qcow2", format: .qcow2)]),
                target: .init(device: "vda", bus: .virtio), serial: "disk-1", bootOrder: 1),
            seed,
        ]
        controllers =
            [.pcieRoot] + (1...8).map { .pcieRootPort(index: $0) } + [.noUSB, .virtioSerial(), .virtioSCSI()]
        interfaces = [
            Interface(connection: .user, macAddress: "52:54:00:00:00:01"),
            Interface(
                connection: .ethernet(tap: "tap0", isManaged: false), macAddress: "52:54:00:00:00:02", bootOrder: 2),
        ]
        serials = [Serial(backend: .pty(), log: .init(file: "/log/web-1.log", opening: .appending), port: 0)]
        channels = [.guestAgent]
        trustedPlatformModule = TrustedPlatformModule(model: .crb)
        videos = [Video(model: .absent)]
        watchdogs = [Watchdog(model: .i6300esb, action: .reset)]
        memoryBalloon = MemoryBalloon(model: .virtio, statisticsPeriod: 10)
        randomSources = [.virtio]
    }
}
