// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import InstanceModel
import Testing

@testable import DomainPlanning

/// The disk that a domain gets for a volume.
@Suite("The place of a volume")
struct VolumePlacementTests {
    private let planner = DomainPlanner(facts: Scene.facts())
    private let volume = VolumeSource(path: "/s/volumes/data.raw", format: .raw, serial: "0123456789abcdef0123")

    private func definition(_ ports: String = "", _ devices: String = "") throws -> DomainDocument {
        try DomainDocument(
            parsing: """
                <domain type='kvm'><name>a</name><devices>
                <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>
                <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></disk>
                <controller type='pci' index='0' model='pcie-root'/>\(ports)\(devices)</devices></domain>
                """)
    }

    private static func port(_ index: Int) -> String {
        """
        <controller type='pci' index='\(index)' model='pcie-root-port'>
        <address type='pci' domain='0x0000' bus='0x00' slot='0x0\(index)' function='0x0'/></controller>
        """
    }

    @Test("is one that is free in the definition and in the running guest")
    func freeInBoth() throws {
        let ports = (1...4).map(Self.port).joined()
        let running = try definition(
            ports,
            "<disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/>"
                + "<address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/></disk>")
        let other = try definition(
            ports,
            "<rng model='virtio'><address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/></rng>")
        let disk = try planner.disk(of: volume, on: .virtio, isReadOnly: true, in: other, running: running)
        #expect(disk.target == DomainXML.Disk.Target(device: "vdc", bus: .virtio))
        #expect(disk.address == .pci(bus: 4, slot: 0))
        #expect(disk.alias == "ua-volume-0123456789abcdef0123" && disk.serial == volume.serial && disk.isReadOnly)
        #expect(disk.file == volume.path && disk.driver.format == .raw && disk.driver.cache == .bypassed)
        #expect(disk.backing == .layers([]) && disk.driver.discard == .unmap)
        let kept = VolumeSource(path: volume.path, format: .raw, serial: volume.serial, keepsRoom: true)
        let keeping = try planner.disk(of: kept, on: .virtio, isReadOnly: false, in: other, running: running)
        #expect(keeping.driver.discard == .ignore)
    }

    @Test("is refused with the arithmetic where all ports are taken, and where there are none")
    func full() throws {
        let full = try definition(Self.port(1))
        #expect(throws: PlanError.self) {
            try planner.disk(of: volume, on: .virtio, isReadOnly: false, in: full, running: nil)
        }
        do {
            _ = try planner.disk(of: volume, on: .virtio, isReadOnly: false, in: full, running: nil)
        } catch .exhausted(let problem) {
            #expect(problem.violation.rule == "each of the machine's 1 ports has a device plugged in")
        }
        do {
            _ = try planner.disk(of: volume, on: .virtio, isReadOnly: false, in: definition(), running: nil)
        } catch let error as PlanError {
            guard case .lacks = error else { throw error }
        }
    }

    @Test(
        "on a controller is the first free one, and needs the controller",
        arguments: [InstanceModel.Disk.Bus.scsi, .sata])
    func units(bus: InstanceModel.Disk.Bus) throws {
        #expect(throws: PlanError.self) {
            try planner.disk(of: volume, on: bus, isReadOnly: false, in: definition(), running: nil)
        }
        let controller =
            bus == .scsi
            ? "<controller type='scsi' index='0' model='virtio-scsi'/>" : "<controller type='sata' index='0'/>"
        let used = (0..<2).map { index in
            let place = bus == .scsi ? "target='\(index)' unit='0'" : "target='0' unit='\(index)'"
            return """
                <disk type='file' device='disk'><source file='/u'/>
                <target dev='sd\(["a", "b"][index])' bus='\(bus.rawValue)'/>
                <address type='drive' controller='0' bus='0' \(place)/></disk>
                """
        }
        let document = try definition(controller, used.joined())
        let disk = try planner.disk(of: volume, on: bus, isReadOnly: false, in: document, running: nil)
        #expect(disk.target?.device == "sdc")
        #expect(
            disk.address == (bus == .scsi ? .drive(controller: 0, target: 2, unit: 0) : .drive(controller: 0, unit: 2)))
        if bus == .sata {
            #expect(throws: PlanError.self) {
                try planner.disk(of: volume, on: bus, isReadOnly: false, in: document, running: document)
            }
        }
    }
}
