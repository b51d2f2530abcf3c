// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import LibvirtDriver
import Testing

@Suite("A plan for a host of which only the facts are known")
struct PaperPlanTests {
    private static let emulating = """
        {"architecture": "x86_64", "emulator": "/usr/bin/qemu-system-x86_64", "machine": "pc-q35-7.2",
         "accelerator": "emulation", "maximum_vcpus": 255, "processor_models": ["qemu64"],
         "firmware": {"has_uefi": false, "has_secure_boot": false}, "emulates_tpm": false, "has_direct_io": false}
        """
    private static let largeKVM = """
        {"architecture": "x86_64", "emulator": "/usr/libexec/qemu-kvm", "machine": "pc-q35-rhel9.2.0",
         "accelerator": "kvm", "maximum_vcpus": 710, "processor_models": ["EPYC-Milan", "qemu64"],
         "firmware": {"has_uefi": true, "has_secure_boot": true}, "emulates_tpm": true, "has_direct_io": true,
         "libvirt_version": "0.0.1"}
        """
    private static let arm = """
        {"architecture": "aarch64", "emulator": "/usr/bin/qemu-system-aarch64", "machine": "virt-7.2",
         "accelerator": "kvm", "maximum_vcpus": 512, "processor_models": [],
         "firmware": {"has_uefi": true, "has_secure_boot": false}, "emulates_tpm": true, "has_direct_io": true}
        """

    private func facts(_ recorded: String) throws -> HostFacts {
        try JSONDecoder().decode(HostFacts.self, from: Data(recorded.utf8))
    }

    private func instance(_ extra: String = "") throws -> Instance {
        try InstanceDocument.parse(
            """
            version: 1
            name: web-1
            vcpus: 2
            memory: 2 GiB
            disks: [{ image: base, size: 10 GiB }, { size: 1 GiB }]
            interfaces: [{ network: user }]
            \(extra)
            """)
    }

    @Test("is the same for the same input, byte for byte")
    func repeats() throws {
        let plans = try (0..<2).map { _ in try LibvirtDriver.plan(instance(), on: facts(Self.largeKVM)) }
        #expect(plans[0] == plans[1])
        #expect(plans[0].steps.map(\.name) == ["files", "disk-0", "disk-1", "define", "start", "wait-running"])
        #expect(plans[0].claims.first == "name web-1")
    }

    @Test("says what the facts say, of hosts unlike this one")
    func follows() throws {
        let large = try LibvirtDriver.plan(instance("tpm: true\nfirmware: uefi"), on: facts(Self.largeKVM)).domainXML
        for piece in [
            "<domain type=\"kvm\">", "machine=\"pc-q35-rhel9.2.0\"", "<emulator>/usr/libexec/qemu-kvm</emulator>",
            "<cpu mode=\"host-model\"/>", "cache=\"none\"", "<tpm model=\"tpm-crb\">",
        ] {
            #expect(large.contains(piece), "\(piece)")
        }
        let arm = try LibvirtDriver.plan(instance("tpm: true"), on: facts(Self.arm)).domainXML
        // What libvirt takes there: ACPI by a UEFI alone, and no model but the host's own.
        #expect(arm.contains("<cpu mode=\"host-passthrough\"/>"))
        #expect(!arm.contains("<acpi/>"))
        #expect(
            try LibvirtDriver.plan(instance("firmware: uefi"), on: facts(Self.arm)).domainXML.contains("<acpi/>"))
        #expect(arm.contains("<type arch=\"aarch64\" machine=\"virt-7.2\">"))
        #expect(arm.contains("<tpm model=\"tpm-tis\">"))
        let small = try LibvirtDriver.plan(instance(), on: facts(Self.emulating)).domainXML
        #expect(small.contains("<domain type=\"qemu\">"))
        #expect(small.contains("cache=\"writeback\""))
    }

    @Test("is held against libvirt's schema where the host's version is the one that is here")
    func validates() throws {
        #expect(try LibvirtDriver.plan(instance(), on: facts(Self.largeKVM)).isValidated == false)
        let version = try #require(LibvirtDriver.libvirtVersion)
        let here = Self.largeKVM.replacingOccurrences(of: "0.0.1", with: version)
        #expect(try LibvirtDriver.plan(instance(), on: facts(here)).isValidated)
    }

    @Test(
        "is refused where the host lacks what the document asks for",
        arguments: [
            ("tpm: true", emulating, "tpm"), ("firmware: uefi", emulating, "firmware"),
            ("cpu: { model: host-passthrough }", emulating, "cpu.model"),
            ("cpu: { model: EPYC-Milan }", emulating, "cpu.model"), ("maximum_vcpus: 256", largeKVM, "maximum_vcpus"),
            ("firmware: bios", arm, "firmware"), ("panic_device: true", arm, "panic_device"),
            ("cpu: { model: host-model }", arm, "cpu.model"),
        ])
    func refuses(extra: String, recorded: String, path: String) throws {
        let error = try #require(throws: ComputeError.self) {
            try LibvirtDriver.plan(instance(extra), on: facts(recorded))
        }
        #expect(error.code == .unsupported)
        #expect(error.problems.map(\.path) == [path])
    }
}
