// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

/// Guests whose memory is kept from the host in ways that this host's libvirt does not know.
@Suite("planning SEV-SNP and TDX")
struct ConfidentialPlanningTests {
    private func elements(_ path: XMLName..., in plan: DomainPlan) -> [String] {
        path.reduce([plan.document.root]) { reached, name in reached.flatMap { $0.all(name) } }
            .compactMap { try? $0.serialized(indentation: .none) }
    }

    private static func facts(_ kinds: Set<String>?) -> HostFacts {
        Scene.facts(accelerator: .kvm, devices: DeviceFacts(launchSecurity: kinds))
    }

    private static func instance(_ kind: InstanceModel.LaunchSecurity.Kind, kernelHashes: Bool = false) throws
        -> Instance
    {
        try Instance(
            name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(512)),
            firmware: .uefi(secureBoot: false), boot: DirectBoot(kernel: ImageName("k")),
            platform: Platform(launchSecurity: InstanceModel.LaunchSecurity(kind: kind, measuresKernel: kernelHashes)))
    }

    @Test("from recorded facts, with firmware that keeps no variables, and an end where others are reset")
    func plans() throws {
        let expected: [(InstanceModel.LaunchSecurity.Kind, Bool, security: String, processor: String)] = [
            (
                .sevSNP, true,
                #"<launchSecurity type="sev-snp" kernelHashes="yes"><policy>0x00030000</policy></launchSecurity>"#,
                #"<cpu mode="host-model"/>"#
            ),
            (
                .tdx, false, #"<launchSecurity type="tdx"><policy>0x10000000</policy></launchSecurity>"#,
                #"<cpu mode="host-passthrough" migratable="on"/>"#
            ),
        ]
        for (kind, kernelHashes, security, processor) in expected {
            let plan = try Scene.plan(
                Self.instance(kind, kernelHashes: kernelHashes), facts: Self.facts(["sev-snp", "tdx"]))
            #expect(elements("launchSecurity", in: plan) == [security])
            #expect(elements("cpu", in: plan) == [processor])
            #expect(
                elements("os", in: plan) == [
                    #"<os firmware="efi"><type arch="x86_64" machine="pc-q35-7.2">hvm</type>"#
                        + #"<firmware><feature enabled="no" name="secure-boot"/></firmware>"#
                        + #"<loader stateless="yes"/><kernel>/s/images/k.raw</kernel></os>"#
                ])
            #expect(elements("on_reboot", in: plan) == ["<on_reboot>destroy</on_reboot>"])
            // Their memory is not the host's to lock.
            #expect(elements("memtune", in: plan).isEmpty)
        }
    }

    @Test("SEV keeps its variables and is reset; with encrypted registers it ends")
    func olderKinds() throws {
        let facts = Self.facts(["sev", "sev-es"])
        for (kind, action) in [(InstanceModel.LaunchSecurity.Kind.sev, "restart"), (.sevES, "destroy")] {
            let plan = try Scene.plan(Self.instance(kind), facts: facts)
            #expect(elements("os", "nvram", in: plan) == ["<nvram>/s/i/firmware/variables.fd</nvram>"])
            #expect(elements("os", "loader", in: plan).isEmpty)
            #expect(elements("on_reboot", in: plan) == ["<on_reboot>\(action)</on_reboot>"])
        }
    }

    @Test("this host's libvirt is never sent what it does not know: such a plan does not fit its schema")
    func schema() throws {
        let schema = try XMLSchema(path: DomainDocument.schemaPath)
        for kind in [InstanceModel.LaunchSecurity.Kind.sevSNP, .tdx] {
            let plan = try Scene.plan(Self.instance(kind), facts: Self.facts(["sev-snp", "tdx"]))
            #expect(throws: XMLError.self) { try schema.validate(plan.document.root) }
        }
    }

    @Test("are refused with their place where the host is not known to have them")
    func refusals() throws {
        let hosts: [(HostFacts, isRefused: Bool)] = [
            (Scene.facts(accelerator: .kvm), true), (Self.facts(nil), true), (Self.facts(["sev", "sev-es"]), true),
            (Scene.facts(devices: DeviceFacts(launchSecurity: ["sev-snp", "tdx"])), true),
            (Self.facts(["sev-snp", "tdx"]), false),
        ]
        for kind in [InstanceModel.LaunchSecurity.Kind.sevSNP, .tdx] {
            for (index, (facts, isRefused)) in hosts.enumerated() {
                do {
                    _ = try Scene.plan(Self.instance(kind), facts: facts)
                    #expect(!isRefused, "\(kind) \(index)")
                } catch PlanError.lacks(let problem) {
                    #expect(isRefused, "\(kind) \(index)")
                    #expect(problem.path == "launch_security.type")
                    #expect(problem.violation.value == kind.rawValue)
                }
            }
        }
    }
}
