// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("planning interfaces and drives")
struct DevicePlanningTests {
    /// The devices of one kind as libvirt writes them.
    private func devices(_ name: XMLName, in plan: DomainPlan) throws -> [String] {
        try plan.document.root.first("devices")?.all(name).map { try $0.serialized(indentation: .none) } ?? []
    }

    @Test("each kind of network has its own element, with all that was asked for")
    func interfaces() throws {
        let plan = try Scene.plan(Scene.instance(interfaces: Scene.networks()))
        let macs = plan.document.interfaces.compactMap(\.macAddress)
        try #require(macs.count == 8)
        #expect(
            try devices("interface", in: plan) == [
                #"<interface type="user"><mac address="\#(macs[0])"/><model type="e1000e"/><link state="down"/>"#
                    + #"<alias name="ua-net-0"/></interface>"#,
                #"<interface type="ethernet"><mac address="\#(macs[1])"/><target dev="rst1" managed="no"/>"#
                    + #"<model type="virtio"/><driver queues="2"/><filterref filter="clean-traffic">"#
                    + #"<parameter name="IP" value="192.0.2.2"/><parameter name="IP" value="192.0.2.1"/></filterref>"#
                    + #"<mtu size="9000"/><boot order="1"/><alias name="ua-net-1"/></interface>"#,
                #"<interface type="bridge"><mac address="\#(macs[2])"/><source bridge="ovs0"/>"#
                    + #"<virtualport type="openvswitch"><parameters profileid="web"/></virtualport>"#
                    + #"<vlan><tag id="5"/></vlan><model type="virtio"/><alias name="ua-net-2"/></interface>"#,
                #"<interface type="bridge"><mac address="\#(macs[3])"/><source bridge="ovs0"/>"#
                    + #"<virtualport type="openvswitch"/><vlan trunk="yes"><tag id="5"/><tag id="6"/></vlan>"#
                    + #"<model type="virtio"/><alias name="ua-net-3"/></interface>"#,
                #"<interface type="direct"><mac address="\#(macs[4])"/><source dev="eth0" mode="vepa"/>"#
                    + #"<bandwidth><inbound average="1049" peak="2097" burst="3072"/><outbound average="4194"/>"#
                    + #"</bandwidth><model type="virtio"/><alias name="ua-net-4"/></interface>"#,
                #"<interface type="network"><mac address="\#(macs[5])"/><source network="default"/>"#
                    + #"<port isolated="yes"/><model type="virtio"/><alias name="ua-net-5"/></interface>"#,
                #"<interface type="hostdev" managed="yes"><mac address="\#(macs[6])"/><source>"#
                    + #"<address type="pci" domain="0x0000" bus="0x03" slot="0x10" function="0x2"/></source>"#
                    + #"<vlan><tag id="7"/></vlan><boot order="2"/><alias name="ua-net-6"/></interface>"#,
                #"<interface type="vhostuser"><mac address="\#(macs[7])"/>"#
                    + #"<source type="unix" path="/run/ovs/vhu-1" mode="client"/><model type="virtio"/>"#
                    + #"<driver queues="2"/><alias name="ua-net-7"/></interface>"#,
            ])
        // A switch in user space maps the guest's memory.
        #expect(plan.document.memoryBacking?.access == .shared && plan.document.memoryBacking?.source == .memfd)
    }

    @Test("a disk is handled as asked, and a CD-ROM is read alone and stands on nothing")
    func drives() throws {
        let plan = try Scene.plan(Scene.instance(disks: Scene.drives()))
        #expect(
            try devices("disk", in: plan) == [
                #"<disk type="file" device="disk"><driver name="qemu" type="qcow2" cache="none" io="io_uring" "#
                    + #"discard="ignore" detect_zeroes="on" error_policy="stop" queues="2"/>"#
                    + #"<source file="/s/i/disk-0.qcow2"/><backingStore/><target dev="vda" bus="virtio"/>"#
                    + #"<serial>disk-0</serial><boot order="2"/><alias name="ua-disk-0"/></disk>"#,
                #"<disk type="file" device="disk"><driver name="qemu" type="qcow2" cache="none" io="native" "#
                    + #"discard="unmap"/><source file="/s/i/disk-1.qcow2"/><backingStore/>"#
                    + #"<target dev="sdb" bus="scsi" rotation_rate="1"/><serial>disk-1</serial>"#
                    + #"<alias name="ua-disk-1"/><address type="drive" controller="0" bus="0" target="0" unit="0"/>"#
                    + "</disk>",
                #"<disk type="file" device="cdrom"><driver name="qemu" type="raw" cache="writeback"/>"#
                    + #"<target dev="sdd" bus="scsi"/><readonly/><serial>disk-3</serial><alias name="ua-disk-3"/>"#
                    + #"<address type="drive" controller="0" bus="0" target="1" unit="0"/></disk>"#,
                #"<disk type="file" device="cdrom"><driver name="qemu" type="qcow2" cache="writeback"/>"#
                    + #"<source file="/s/images/installer.qcow2"/><backingStore/><target dev="sdc" bus="sata"/>"#
                    + #"<readonly/><serial>disk-2</serial><boot order="1"/><alias name="ua-disk-2"/>"#
                    + #"<address type="drive" controller="0" bus="0" target="0" unit="0"/></disk>"#,
            ])
    }

    @Test("a boot order that is given replaces the first disk's own")
    func bootOrder() throws {
        let interface = Interface(network: .user(publish: []), device: .init(bootOrder: try BootOrder(4)))
        let plan = try Scene.plan(Scene.instance(interfaces: [interface]))
        #expect(plan.document.disks.map(\.bootOrder) == [nil])
        #expect(plan.document.interfaces.map(\.bootOrder) == [4])
        #expect(try Scene.plan(Scene.instance()).document.disks.map(\.bootOrder) == [1])
    }

    @Test("without the host's privileges, what libvirt needs them for is refused with its place")
    func privileges() throws {
        let networks = try Scene.networks()
        let lone = Scene.facts(isPrivileged: false, devices: DeviceFacts())
        let refusals: [(index: Int, part: String, value: String)] = [
            (1, "filter", "clean-traffic"), (2, "network", "openvswitch:ovs0"), (3, "network", "openvswitch:ovs0"),
            (4, "network", "macvtap:eth0"), (5, "network", "libvirt:default"),
            (6, "network", "hostdev:0000:03:10.2"),
        ]
        for refusal in refusals {
            let instance = try Scene.instance(interfaces: [networks[0], networks[refusal.index]])
            let problem = SpecProblem(
                path: "interfaces[1].\(refusal.part)",
                violation: RuleViolation(
                    value: refusal.value,
                    rule: "libvirt makes this with the host's privileges, and here it runs without them",
                    remedy: "leave it out, or use a system libvirt (`--connect qemu:///system`)"))
            #expect(throws: PlanError.lacks(problem)) { try Scene.plan(instance, facts: lone) }
        }
        let limited = Interface(
            network: .bridge(try BridgeName("br0")),
            traffic: .init(bandwidth: try Bandwidth(inbound: .init(average: .mebibytes(1)))))
        let error = #expect(throws: PlanError.self) {
            try Scene.plan(Scene.instance(interfaces: [limited]), facts: lone)
        }
        guard case .lacks(let problem) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.path == "interfaces[0].bandwidth")
        let bridged = Interface(
            network: .bridge(try BridgeName("br0")), device: networks[1].device, traffic: .init(isIsolated: true))
        let plan = try Scene.plan(Scene.instance(interfaces: [networks[0], bridged]), facts: lone)
        #expect(plan.document.interfaces.count == 2)
        #expect(
            try Scene.plan(
                Scene.instance(interfaces: networks), facts: Scene.facts(isPrivileged: true, devices: DeviceFacts())
            ).document.interfaces.count == 8)
    }

    @Test("a function of a card is claimed, and refused where the host has none", arguments: [true, false])
    func functions(isPresent: Bool) throws {
        let instance = try Scene.instance(interfaces: [Scene.networks()[6]])
        let present = DeviceFacts.HostDevices(pci: isPresent ? ["0000:03:10.2"] : [])
        let facts = Scene.facts(devices: DeviceFacts(hostDevices: present))
        guard isPresent else {
            let problem = SpecProblem(
                path: "interfaces[0].network.hostdev",
                violation: RuleViolation(
                    value: "0000:03:10.2", rule: "this host has no such function on PCI",
                    remedy: "name one that it has"))
            #expect(throws: PlanError.lacks(problem)) { try Scene.plan(instance, facts: facts) }
            return
        }
        let plan = try Scene.plan(instance, facts: facts)
        #expect(plan.claims.contains(Claim(.pci, "0000:03:10.2")))
        #expect(plan.claims.count { $0.kind == .pci } == 1)
    }

    @Test("native input and output is refused where the host's files have no O_DIRECT")
    func directIO() throws {
        let disk = InstanceModel.Disk(.blank(try DiskSize(.mebibytes(1))), handling: .init(io: .native))
        let error = #expect(throws: PlanError.self) {
            try Scene.plan(Scene.instance(disks: [disk]), facts: Scene.facts(hasDirectIO: false))
        }
        guard case .lacks(let problem) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.path == "disks[0].io")
    }

    @Test("facts that were recorded without devices are read, and refuse no network")
    func olderFacts() throws {
        let facts = try JSONDecoder().decode(
            HostFacts.self,
            from: Data(
                #"""
                {"architecture": "x86_64", "emulator": "/q", "machine": "pc-q35-7.2", "accelerator": "emulation",
                 "maximum_vcpus": 8, "processor_models": [], "firmware": {"has_uefi": false, "has_secure_boot": false},
                 "emulates_tpm": false, "has_direct_io": true}
                """#.utf8))
        #expect(facts.devices == nil)
        #expect(
            try Scene.plan(Scene.instance(interfaces: Scene.networks()), facts: facts).document.interfaces.count == 8)
    }
}
