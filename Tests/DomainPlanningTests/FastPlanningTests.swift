// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("planning machines that are thrown away")
struct FastPlanningTests {
    /// The elements at a path as libvirt writes them.
    private func element(_ path: XMLName..., in plan: DomainPlan) -> [String] {
        path.reduce([plan.document.root]) { reached, name in reached.flatMap { $0.all(name) } }
            .compactMap { try? $0.serialized(indentation: .none) }
    }

    @Test("the machine has plain PCI, no ACPI, a tuned kernel, and ends where it would restart")
    func machine() throws {
        let plan = try Scene.plan(Scene.throwaway())
        let tuned =
            "nokaslr mitigations=off audit=0 apparmor=0 tsc=reliable no_timer_check cryptomgr.notests "
            + "8250.nr_uarts=1 rcupdate.rcu_expedited=1 panic=-1"
        #expect(
            element("os", in: plan) == [
                #"<os><type arch="x86_64" machine="pc-i440fx-7.2">hvm</type><kernel>/s/images/k.raw</kernel>"#
                    + "<initrd>/s/images/i.raw</initrd><cmdline>\(tuned) console=ttyS0 quiet</cmdline></os>"
            ])
        #expect(element("features", in: plan) == ["<features><apic/></features>"])
        #expect(element("on_poweroff", in: plan) == ["<on_poweroff>destroy</on_poweroff>"])
        #expect(element("on_reboot", in: plan) == ["<on_reboot>destroy</on_reboot>"])
        #expect(
            element("devices", "controller", in: plan) == [
                #"<controller type="usb" model="none"/>"#, #"<controller type="pci" index="0" model="pci-root"/>"#,
                #"<controller type="scsi" index="0" model="virtio-scsi"/>"#,
            ])
    }

    @Test("all else is as in a machine that lasts")
    func rest() throws {
        let changed: Set<XMLName> = ["metadata", "os", "features", "on_reboot", "devices"]
        func parts(of plan: DomainPlan) -> [XMLElement] {
            let devices = plan.document.root.first("devices")?.elements ?? []
            return plan.document.root.elements.filter { !changed.contains($0.name) }
                + devices.filter { $0.name != "controller" }
        }
        let fast = try Scene.plan(Scene.throwaway())
        let standard = try Scene.plan(Scene.throwaway(profile: .standard))
        #expect(parts(of: fast) == parts(of: standard))
        #expect(parts(of: fast).count > 12)
        #expect(try Scene.plan(Scene.throwaway(profile: nil)).document.operatingSystem?.machine == "pc-q35-7.2")
        #expect(standard.document.operatingSystem?.machine == "pc-q35-7.2")
        #expect(standard.document.operatingSystem?.commandLine == "console=ttyS0 quiet")
        #expect(fast.claims == standard.claims)
    }

    @Test("a kernel without arguments of its own has the tuned ones alone")
    func arguments() throws {
        let boot = try DirectBoot(kernel: ImageName("k"))
        let plan = try Scene.plan(Scene.instance(vcpus: 1, boot: boot, disks: [], platform: Platform(profile: .fast)))
        #expect(plan.document.operatingSystem?.commandLine?.hasPrefix("nokaslr mitigations=off ") == true)
        #expect(plan.document.operatingSystem?.commandLine?.hasSuffix(" panic=-1") == true)
    }

    @Test("a host that has no such machine refuses it, and no other")
    func refusal() throws {
        let facts = Scene.facts(fastMachine: nil)
        let error = #expect(throws: PlanError.self) { try Scene.plan(Scene.throwaway(), facts: facts) }
        guard case .lacks(let problem)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.path == "profile")
        #expect(
            problem.violation.rule == "libvirt there tells of no machine of type pc, which `profile: fast` needs")
        #expect(throws: Never.self) { try Scene.plan(Scene.throwaway(profile: .standard), facts: facts) }
        #expect(throws: Never.self) { try Scene.plan(Scene.instance(), facts: facts) }
    }

    @Test("recorded facts tell the machine, and older ones tell of none")
    func recorded() throws {
        let facts = Scene.facts()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = try encoder.encode(facts)
        #expect(try JSONDecoder().decode(HostFacts.self, from: text) == facts)
        let json = String(decoding: text, as: UTF8.self)
        #expect(json.contains(#""fast_machine":"pc-i440fx-7.2""#))
        let older = json.replacingOccurrences(of: #""fast_machine":"pc-i440fx-7.2","#, with: "")
        #expect(try JSONDecoder().decode(HostFacts.self, from: Data(older.utf8)).fastMachine == nil)
    }
}

extension Scene {
    /// A guest for one job, with a disk on each bus that its machine has.
    static func throwaway(profile: MachineProfile? = .fast) throws -> Instance {
        try instance(
            vcpus: 1,
            boot: DirectBoot(
                kernel: ImageName("k"), initrd: ImageName("i"), commandLine: "console=ttyS0 quiet"),
            disks: [
                .blank(DiskSize(.gibibytes(1))), InstanceModel.Disk(.blank(DiskSize(.gibibytes(1))), bus: .scsi),
            ], interfaces: [Interface(network: .user(publish: []))], platform: Platform(profile: profile))
    }
}
