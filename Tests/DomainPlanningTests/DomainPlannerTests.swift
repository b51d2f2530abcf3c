// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("planning a domain")
struct DomainPlannerTests {
    @Test("a common server becomes exactly this document")
    func wholeDocument() throws {
        let plan = try Scene.plan(
            Scene.instance(
                disks: [.image(ImageName("base"), size: DiskSize(.gibibytes(4)))],
                interfaces: [Interface(network: .user(publish: [PublishedPort(parsing: "2222:22")]))]))
        #expect(try plan.document.text() == Scene.expectedServer)
    }

    @Test("every plan passes libvirt's schema", arguments: Scene.variants)
    func schema(variant: Scene.Variant) throws {
        let plan = try Scene.plan(try variant.make(), facts: variant.facts)
        let schema = try XMLSchema(path: "/usr/share/libvirt/schemas/domain.rng")
        try schema.validate(plan.document.root)
    }

    @Test("the same input gives the same document")
    func deterministic() throws {
        let instance = try Scene.instance(labels: ["b": "2", "a": "1", "c": "3"])
        #expect(try Scene.plan(instance).document.text() == Scene.plan(instance).document.text())
    }

    @Test("a definition tells the facts that it was planned with", arguments: Scene.variants)
    func factsOfDefinition(variant: Scene.Variant) throws {
        let instance = try variant.make()
        let plan = try Scene.plan(instance, facts: variant.facts)
        let facts = try #require(HostFacts(definition: plan.document))
        #expect(try Scene.replan(instance, facts: facts).document == plan.document)
    }

    @Test(
        "any text in a label stays text, and comes back",
        arguments: ["<x/>", "]]>", "&amp;", "\"'", "a\nb\tc", "\u{1}\u{FFFE}", "ключ"])
    func hostileLabel(text: String) throws {
        let plan = try Scene.plan(Scene.instance(labels: ["note": text]))
        let plain = try Scene.plan(Scene.instance(labels: ["note": "plain"]))
        let written = try plan.document.text()
        #expect(try Self.shape(XMLElement.parse(written)) == Self.shape(plain.document.root))
        let metadata = try #require(InstanceMetadata.read(fromDomainXML: written))
        #expect(try InstanceDocument.parseStored(metadata.document).labels.pairs == ["note": text])
        #expect(metadata.operationID == Scene.operationID.description)
        #expect(metadata.createdAt == Scene.createdAt)
    }

    @Test("under KVM the processor is the host's model, under emulation all that QEMU can do")
    func processor() throws {
        #expect(try Scene.plan(Scene.instance()).document.processor?.mode == .maximum(isMigratable: nil))
        let plan = try Scene.plan(Scene.instance(), facts: Scene.facts(accelerator: .kvm))
        #expect(plan.document.processor?.mode == .hostModel)
        #expect(plan.document.hypervisor == .kvm)
    }

    @Test("a direct boot has a kernel, a ramdisk, a command line, and no boot order")
    func directBoot() throws {
        let boot = try DirectBoot(
            kernel: ImageName("k"), initrd: ImageName("i"), commandLine: "console=ttyS0 a=\"<b>\"")
        let plan = try Scene.plan(Scene.instance(boot: boot))
        #expect(plan.document.operatingSystem?.kernel == "/s/images/k.raw")
        #expect(plan.document.operatingSystem?.initialRamdisk == "/s/images/i.raw")
        #expect(plan.document.operatingSystem?.commandLine == "console=ttyS0 a=\"<b>\"")
        #expect(plan.document.disks.allSatisfy { $0.bootOrder == nil })
    }

    @Test("a seed is the last disk, raw and read-only")
    func seed() throws {
        let plan = try Scene.plan(Scene.instance(cloudInit: CloudInit()))
        let seed = try #require(plan.document.disks.last)
        #expect(seed.isReadOnly)
        #expect(seed.file == "/s/i/seed.iso")
        #expect(seed.driver.format == .raw)
        #expect(seed.target?.device == "vdb")
    }

    @Test("an interface on a bridge uses the tap device that was made for it")
    func tap() throws {
        let bridge = Interface(network: .bridge(try BridgeName("br0")))
        let plan = try Scene.plan(Scene.instance(interfaces: [bridge]))
        #expect(plan.document.interfaces.map(\.connection) == [.ethernet(tap: "rst0", isManaged: false)])
    }

    @Test("no disk's chain is left to probing")
    func backing() throws {
        let blank = Disk.blank(try DiskSize(.gibibytes(1)))
        let over = Disk.image(try ImageName("base"), size: try DiskSize(.gibibytes(1)))
        let plan = try Scene.plan(Scene.instance(disks: [over, blank]))
        #expect(
            plan.document.disks.map(\.backing) == [
                .layers([BackingChain.Layer(file: "/s/images/base.qcow2", format: .qcow2)]), .layers([]),
            ])
    }

    @Test("a file system without O_DIRECT gets the host's cache")
    func cache() throws {
        let plan = try Scene.plan(Scene.instance(), facts: Scene.facts(hasDirectIO: false))
        #expect(plan.document.disks.map { $0.driver.cache } == [.writeback])
        #expect(plan.document.disks.map { $0.driver.io } == [nil])
    }

    @Test("eight root ports are left for hot-plug, however much is plugged", arguments: [1, 24])
    func sparePorts(count: Int) throws {
        let disks = try (0..<count).map { _ in Disk.blank(try DiskSize(.mebibytes(1))) }
        let plan = try Scene.plan(Scene.instance(disks: disks))
        let ports = plan.document.controllers.filter { $0.model == .pcieRootPort }.count
        let used = count + 3  // balloon, entropy, the agent's channel
        #expect(ports - used == DomainPlanner.sparePorts)
        #expect(Set(plan.document.disks.compactMap(\.target?.device)).count == count)
    }

    @Test("claims are the name, the UUID, each MAC address and each published port")
    func claims() throws {
        let interface = Interface(
            network: .user(publish: [try PublishedPort(parsing: "2222:22"), try PublishedPort(parsing: "53:53/udp")]),
            mac: try MACAddress(parsing: "52:54:00:00:00:01"))
        let plan = try Scene.plan(Scene.instance(interfaces: [interface]))
        #expect(
            plan.claims.map(\.description) == [
                "name web-1", "uuid \(Scene.id)", "mac 52:54:00:00:00:01", "port tcp:127.0.0.1:2222",
                "port udp:127.0.0.1:53",
            ])
    }

    @Test("an architecture that is not known is refused")
    func unknownArchitecture() throws {
        let instance = try Scene.instance()
        #expect(throws: PlanError.architecture("vax")) {
            try Scene.plan(instance, facts: Scene.facts(architecture: "vax"))
        }
    }

    @Test("disk names go on after z", arguments: [(0, "vda"), (25, "vdz"), (26, "vdaa"), (51, "vdaz"), (52, "vdba")])
    func diskNames(index: Int, name: String) {
        #expect(DeviceNames.disk(index) == name)
    }

    @Test("metadata of others is not ours", arguments: ["", "<domain/>", "<domain><metadata><a/></metadata></domain>"])
    func foreignMetadata(xml: String) {
        #expect(InstanceMetadata.read(fromDomainXML: xml) == nil)
    }

    /// The names of all elements and attributes, in order.
    private static func shape(_ element: XMLElement) -> [String] {
        [element.name.qualified] + element.attributes.map(\.name.qualified) + element.elements.flatMap(shape)
    }
}
