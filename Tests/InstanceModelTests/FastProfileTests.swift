// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

@testable import InstanceModel

@Suite("Profiles in the instance document")
struct FastProfileTests {
    private static let head = "version: 1\nname: m-1\nmemory: 256 MiB\nvcpus: 1\nprofile: fast\n"
    private static let bootable = head + "boot: { kernel: k }\n"

    @Test("are read, stored and read back", arguments: MachineProfile.allCases)
    func stored(profile: MachineProfile) throws {
        let text = Self.bootable.replacingOccurrences(of: "fast", with: profile.rawValue)
        let instance = try InstanceDocument.parse(text)
        #expect(instance.platform.profile == profile)
        #expect(InstanceDocument.stored(instance).contains("\"profile\":\"\(profile.rawValue)\""))
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
    }

    private static func needsACPI(_ path: String) -> String {
        "\(path): `\(path)` needs ACPI, which a machine with `profile: fast` has not"
    }

    private static let aSlot =
        "`profile: fast` has room for 20 of `disks` on virtio, `interfaces`, `devices` and `shares`"

    private static func disks(_ item: String, _ count: Int) -> String {
        "disks: [" + Array(repeating: item, count: count).joined(separator: ", ") + "]"
    }

    static let mistakes: [(lines: String, problems: [String])] = [
        ("profile: slow", ["profile: one of standard, fast"]),
        ("profile: [fast]", ["profile: this is text"]),
        ("maximum_vcpus: 2", [needsACPI("maximum_vcpus")]), ("maximum_vcpus: 1", []),
        ("maximum_memory: { size: 1 GiB }", [needsACPI("maximum_memory")]),
        ("numa: { cells: [{ vcpus: [0], memory: 256 MiB }] }", [needsACPI("numa")]),
        ("firmware: uefi", [needsACPI("firmware")]),
        ("firmware: { type: uefi, secure_boot: true }", [needsACPI("firmware")]), ("firmware: bios", []),
        (
            "firmware: uefi\nlaunch_security: { type: sev }", [needsACPI("firmware"), needsACPI("launch_security")]
        ),
        ("tpm: true", [needsACPI("tpm")]), ("tpm: false", []),
        ("panic_device: true", [needsACPI("panic_device")]),
        (
            "watchdog: { action: reset }",
            ["watchdog.action: a machine with `profile: fast` ends where it is reset, and `watchdog.action` is reset"]
        ),
        ("watchdog: { action: poweroff }", []),
        (
            "disks: [{ size: 1 GiB }, { size: 1 GiB, bus: sata }]",
            ["disks[1].bus: a machine with `profile: fast` has no `bus: sata`"]
        ),
        ("disks: [{ type: cdrom }]", ["disks[0].bus: a machine with `profile: fast` has no `bus: sata`"]),
        ("disks: [{ type: cdrom, bus: scsi }]", []),
        (disks("{ size: 1 GiB }", 20), []),
        (disks("{ size: 1 GiB }", 21), ["profile: \(aSlot), and there are 21"]),
        (disks("{ size: 1 GiB, bus: scsi }", 24) + "\ninterfaces: [{ network: user }]", []),
        (
            disks("{ size: 1 GiB }", 19) + "\ninterfaces: [{ network: user }]\ndevices: [{ pci: '01:00.0' }]",
            ["profile: \(aSlot), and there are 21"]
        ),
        ("smbios: { serial: a }\nhyperv: false\ngraphics: { type: vnc }\nvsock: {}", []),
    ]

    @Test("what a machine without ACPI cannot have is told, and both fields are named", arguments: mistakes)
    func mistake(lines: String, expected: [String]) {
        let head = lines.hasPrefix("profile") ? Self.bootable.replacing("profile: fast\n", with: "") : Self.bootable
        #expect(problems(in: head + lines + "\n").map { "\($0.path): \($0.violation.rule)" } == expected)
        // None of it is wrong in a machine that lasts.
        let standard = Self.bootable.replacing("fast", with: "standard") + lines + "\n"
        #expect(lines.hasPrefix("profile") || problems(in: standard).isEmpty)
    }

    @Test("a program is told the same as a document")
    func values() throws {
        let error = #expect(throws: InvalidSpec.self) {
            try Instance(
                name: InstanceName("a"), vcpus: VCPUCount(1), maximumVCPUs: VCPUCount(2),
                memory: MemorySize(.mebibytes(256)), firmware: .uefi(secureBoot: false), hasTPM: true,
                boot: DirectBoot(kernel: ImageName("k")), hasPanicDevice: true, platform: Platform(profile: .fast))
        }
        #expect(error?.problems.map(\.path) == ["maximum_vcpus", "firmware", "tpm", "panic_device"])
    }

    @Test("there is one processor")
    func processor() {
        let found = problems(in: Self.bootable.replacing("vcpus: 1", with: "vcpus: 2"))
        #expect(found.map(\.path) == ["profile"])
        #expect(
            found.map(\.violation.rule) == [
                "`profile: fast` has one processor, since kernels find no other without ACPI, and `vcpus` is 2"
            ])
    }

    @Test("a kernel is needed")
    func kernel() {
        let found = problems(in: Self.head + "disks: [{ size: 1 GiB }]\n")
        #expect(found.map(\.path) == ["profile"])
        #expect(
            found.map(\.violation.rule) == ["`profile: fast` starts a kernel directly, and `boot` is absent"])
    }

    @Test("the kernel's own arguments have room behind those of the profile, and come after them")
    func arguments() throws {
        let tuned = try #require(MachineProfile.fast.kernelArguments)
        #expect(MachineProfile.standard.kernelArguments == nil)
        #expect(MachineProfile.fast.commandLine("quiet") == tuned + " quiet")
        #expect(MachineProfile.fast.commandLine("") == tuned)
        #expect(MachineProfile.standard.commandLine("quiet") == "quiet")
        let room = 2_000 - tuned.utf8.count - 1
        let document = { (length: Int) in
            Self.head + "boot: { kernel: k, command_line: \(String(repeating: "a", count: length)) }\n"
        }
        #expect(problems(in: document(room)).isEmpty)
        #expect(
            problems(in: document(room + 1)).map { "\($0.path): \($0.violation.rule)" } == [
                "boot.command_line: `boot.command_line` has at most \(room) bytes behind what `profile: fast` puts "
                    + "there"
            ])
    }

    @Test("the schema says what the fast one gives up")
    func description() throws {
        let text = try #require(InstanceDocument.descriptions["profile"])
        let given = [
            "ACPI", "one vcpu", "power itself off", "reboot", "hot-plug", "UEFI", "TPM", "SATA", "AppArmor",
            "mitigation",
        ]
        #expect(given.filter { !text.contains($0) } == [])
    }
}
