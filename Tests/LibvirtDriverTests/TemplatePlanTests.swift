// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import LibvirtDriver
import Testing

@Suite("Templates, planned for hosts that have what they need")
struct TemplatePlanTests {
    /// A server with SEV-ES and a graphics processor, as its facts are recorded; `VERSION` is libvirt's.
    private static let server = """
        {"architecture": "x86_64", "emulator": "/usr/bin/qemu-system-x86_64", "machine": "pc-q35-7.2",
         "accelerator": "kvm", "maximum_vcpus": 288, "processor_models": ["EPYC-Milan"],
         "firmware": {"has_uefi": true, "has_secure_boot": true}, "emulates_tpm": true, "has_direct_io": true,
         "libvirt_version": "VERSION", "is_privileged": true, "fast_machine": "pc-i440fx-7.2",
         "devices": {"graphics": ["spice", "vnc"], "videos": ["vga", "virtio"], "has_vsock": true,
           "launch_security": ["sev", "sev-es"],
           "host_devices": {"pci": ["0000:3b:00.0", "0000:3b:00.1"], "mediated": [], "usb": []}}}
        """
    /// One that has none of that.
    private static let small = """
        {"architecture": "x86_64", "emulator": "/usr/bin/qemu-system-x86_64", "machine": "pc-q35-7.2",
         "accelerator": "emulation", "maximum_vcpus": 255, "processor_models": ["qemu64"],
         "firmware": {"has_uefi": false, "has_secure_boot": false}, "emulates_tpm": false, "has_direct_io": false,
         "is_privileged": false}
        """

    struct Template: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What its domain document has.
        let pieces: [String]
        /// The place in its document that the small host refuses first.
        let refused: String
    }

    private static let templates = [
        Template(
            testDescription: "linux-server",
            pieces: [
                "<os firmware=\"efi\">", "<feature enabled=\"no\" name=\"secure-boot\"/>",
                "<vcpu current=\"4\">8</vcpu>", "<watchdog model=\"i6300esb\" action=\"reset\"/>",
                "<panic model=\"isa\"/>", "<serial>data</serial>", "<cpu mode=\"host-model\"/>",
                "<clock offset=\"utc\">",
            ], refused: "firmware"),
        Template(
            testDescription: "windows-11",
            pieces: [
                "<feature enabled=\"yes\" name=\"secure-boot\"/>", "<feature enabled=\"yes\" name=\"enrolled-keys\"/>",
                "<tpm model=\"tpm-crb\">", "<clock offset=\"localtime\">",
                "<timer name=\"hypervclock\" present=\"yes\"/>", "<relaxed state=\"on\"/>",
                "<disk type=\"file\" device=\"cdrom\">", "<model type=\"e1000e\"/>", "<graphics type=\"spice\"",
                "<model type=\"vga\"", "<input type=\"tablet\" bus=\"usb\"/>",
            ], refused: "firmware"),
        Template(
            testDescription: "gpu",
            pieces: [
                "<cpu mode=\"host-passthrough\" migratable=\"on\"/>", "<memballoon model=\"none\"",
                "<hostdev mode=\"subsystem\" type=\"pci\" managed=\"yes\">", "bus=\"0x3b\"", "function=\"0x1\"",
            ], refused: "cpu.model"),
        Template(
            testDescription: "confidential",
            pieces: ["<launchSecurity type=\"sev\">", "<memtune>", "<hard_limit unit=\"KiB\">8650752</hard_limit>"],
            refused: "launch_security"),
        Template(
            testDescription: "throwaway",
            pieces: [
                "machine=\"pc-i440fx-7.2\">hvm</type>", "<cmdline>nokaslr mitigations=off",
                "panic=-1 console=ttyS0 quiet</cmdline>", "<features>\n    <apic/>\n  </features>",
                "<on_reboot>destroy</on_reboot>", "model=\"pci-root\"/>", "<memballoon model=\"none\"/>",
            ], refused: "profile"),
    ]

    private func instance(_ template: Template) throws -> Instance {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "Templates/\(template.testDescription).yaml")
        return try InstanceDocument.parse(bytes: Array(try Data(contentsOf: file)))
    }

    private func facts(_ recorded: String) throws -> HostFacts {
        let version = try #require(LibvirtDriver.libvirtVersion)
        return try JSONDecoder().decode(
            HostFacts.self, from: Data(recorded.replacingOccurrences(of: "VERSION", with: version).utf8))
    }

    @Test("have what their purpose needs, and fit libvirt's schema", arguments: templates)
    func plans(template: Template) throws {
        let plan = try LibvirtDriver.plan(instance(template), on: facts(Self.server))
        #expect(plan.isValidated)
        for piece in template.pieces { #expect(plan.domainXML.contains(piece), "\(piece)") }
        #expect(plan.nodes.count > 50)
        #expect(plan.nodes.allSatisfy { !$0.reason.rule.isEmpty && $0.reason.rule != "no rule tells" })
    }

    @Test("are refused by a host that lacks it, with the place in the document", arguments: templates)
    func refuses(template: Template) throws {
        let error = try #require(throws: ComputeError.self) {
            try LibvirtDriver.plan(instance(template), on: facts(Self.small))
        }
        #expect(error.code == .unsupported)
        #expect(error.problems.map(\.path) == [template.refused])
    }
}
