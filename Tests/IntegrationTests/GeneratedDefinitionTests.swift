// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import InstanceGenerator
import Libvirt
import RoostKit
import Testing

/// What planning makes is what libvirt's own QEMU driver takes it for.
@Suite("Definitions of generated instances", .serialized)
struct GeneratedDefinitionTests {
    @Test("are accepted by libvirt, which gives back all that was meant")
    func accepted() async throws {
        let lab = try await Lab("generated")
        let before = try await lab.prepared()
        for (name, kind, image) in [("k", ImageKind.kernel, GuestImage.kernel), ("i", .initrd, .initrd)] {
            _ = try await lab.driver.addImage(
                ImageName(name), fromFile: image.path(), format: .raw, kind: kind, context: lab.context)
        }
        var generator = try InstanceGenerator(seed: 31)
        // What there is on this host, beside what chance would name.
        generator.samples["disks[].image"] = [.text("tiny")]
        generator.samples["boot.kernel"] = [.text("k")]
        generator.samples["boot.initrd"] = [.text("i")]
        try await Self.define(60, of: &generator, in: lab) { instance throws(ComputeError) in
            try await lab.driver.plan(instance, context: lab.context)
        }
        for name in ["k", "i"] { try await lab.driver.deleteImage(ImageName(name), context: lab.context) }
        try await lab.expectUnchanged(since: before)
    }

    @Test("are so where libvirt has root's privileges, as far as it tells without them")
    func privileged() async throws {
        let lab = try await Lab("generated")
        let before = try await lab.prepared()
        let here = try await lab.driver.facts(context: lab.context)
        let facts = Self.privileged(here)
        var generator = try InstanceGenerator(seed: 32)
        // This libvirt refuses virtio-fs already where the guest is defined.
        generator.excluded = ["shares"]
        try await Self.define(60, of: &generator, in: lab) { instance throws(ComputeError) in
            try LibvirtDriver.plan(instance, on: facts)
        }
        try await lab.expectUnchanged(since: before)
    }

    /// This host, were its libvirt privileged: two NUMA cells, huge pages, and every device that is not encryption.
    private static func privileged(_ here: HostFacts) -> HostFacts {
        let pages = [4, 2_048, 1_048_576].map { HostTopology.HugePages(kibibytes: $0, count: 1 << 30) }
        let cells = (0..<2).map { cell in
            HostTopology.Cell(
                id: cell, memoryKiB: 1 << 40, hugePages: pages,
                cores: (0..<512).map { core in [cell * 512 + core, 1_024 + cell * 512 + core] })
        }
        return HostFacts(
            architecture: here.architecture, emulator: here.emulator, machine: here.machine,
            accelerator: here.accelerator, maximumVCPUs: here.maximumVCPUs, processorModels: here.processorModels,
            firmware: here.firmware, emulatesTPM: here.emulatesTPM, hasDirectIO: true,
            libvirtVersion: here.libvirtVersion, isPrivileged: true, topology: HostTopology(cells: cells),
            devices: DeviceFacts(launchSecurity: []))
    }

    /// Defines so many of what the generator makes, and looks whether libvirt keeps what was meant; leaves out those
    /// that the host cannot have, or whose disk is smaller than its image.
    private static func define(
        _ count: Int, of generator: inout InstanceGenerator, in lab: Lab,
        _ plan: (Instance) async throws(ComputeError) -> SpawnPreview
    ) async throws {
        let connection = try await Connection.open(ConnectionURI(lab.state.daemonURI))
        var defined = 0
        for _ in 0..<400 where defined < count {
            let instance = try generator.next().instance
            let preview: SpawnPreview
            do throws(ComputeError) {
                preview = try await plan(instance)
            } catch {
                guard [.unsupported, .invalid, .conflict, .denied, .exhausted].contains(error.code) else { throw error }
                continue
            }
            let domain = try await connection.define(preview.domainXML)
            let meant = try DomainDocument(parsing: preview.domainXML)
            let made = try await DomainDocument(parsing: domain.xml(.inactive))
            #expect(meant.missing(in: made) == [], "\(preview.domainXML)")
            try await domain.undefine()
            defined += 1
        }
        #expect(defined == count, "the host has what most of them need")
        await connection.close()
    }
}
