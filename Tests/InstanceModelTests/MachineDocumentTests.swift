// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import Testing

@Suite("Processor, firmware, disks and devices in the instance document")
struct MachineDocumentTests {
    private static let head = "version: 1\nname: m-1\nmemory: 256 MiB\n"

    @Test("each field is read, stored and read back")
    func whole() throws {
        let instance = try InstanceDocument.parse(
            Self.head + """
                vcpus: 2
                maximum_vcpus: 4
                cpu:
                  model: Skylake-Server
                  require: [aes, avx2]
                  force: [vmx]
                  disable: [svm]
                  topology: { dies: 2, cores: 2 }
                firmware: { type: uefi, secure_boot: true }
                tpm: true
                disks:
                  - image: debian
                    bus: scsi
                    serial: root.1
                    cache: directsync
                    limits: { bytes: 10 MiB, burst: { bytes: 1 GiB }, burst_seconds: 60, read_iops: 5, write_iops: 6 }
                  - { size: 1 GiB, bus: virtio, read_only: true }
                watchdog: { action: inject-nmi }
                panic_device: true
                """)
        let processor = try Processor(
            model: .named(ProcessorModelName("Skylake-Server")),
            required: [ProcessorFeature("aes"), ProcessorFeature("avx2")],
            forced: [ProcessorFeature("vmx")], disabled: [ProcessorFeature("svm")],
            topology: Processor.Topology(dies: 2, cores: 2))
        let limits = try DiskLimits(
            rates: .init(bytes: .mebibytes(10), readOperations: 5, writeOperations: 6),
            burst: .init(.init(bytes: .gibibytes(1)), seconds: 60))
        let expected = try Instance(
            name: InstanceName("m-1"), vcpus: VCPUCount(2), maximumVCPUs: VCPUCount(4), processor: processor,
            memory: MemorySize(.mebibytes(256)), firmware: .uefi(secureBoot: true), hasTPM: true,
            disks: [
                Disk(
                    .image(ImageName("debian"), size: nil), bus: .scsi, serial: DiskSerial("root.1"),
                    cache: .directsync, limits: limits),
                Disk(.blank(DiskSize(.gibibytes(1))), isReadOnly: true),
            ], watchdog: .injectNMI, hasPanicDevice: true)
        #expect(instance == expected)
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
        #expect(instance.renamed(try InstanceName("m-2")).processor == processor)
    }

    @Test("what is left out is not stored", arguments: ["", "maximum_vcpus: 1\n", "cpu: {}\n", "firmware: bios\n"])
    func absent(line: String) throws {
        let plain = try InstanceDocument.parse(Self.head + "vcpus: 1\ndisks: [{ size: 1 GiB }]\n")
        let instance = try InstanceDocument.parse(Self.head + "vcpus: 1\ndisks: [{ size: 1 GiB }]\n" + line)
        let stored = InstanceDocument.stored(instance)
        #expect(try InstanceDocument.parseStored(stored) == instance)
        #expect((stored == InstanceDocument.stored(plain)) == line.isEmpty)
    }

    @Test("whether a processor can move is read, stored and read back", arguments: ["host-passthrough", "maximum"])
    func migratable(model: String) throws {
        for isMigratable in [true, false] {
            let instance = try InstanceDocument.parse(
                Self.head + "vcpus: 1\ndisks: [{ size: 1 GiB }]\n"
                    + "cpu: { model: \(model), migratable: \(isMigratable) }\n")
            #expect(instance.processor?.isMigratable == isMigratable)
            #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
        }
    }

    @Test("the short and the long form of a firmware mean the same")
    func firmwareForms() throws {
        let firmware = { (text: String) in
            try InstanceDocument.parse(Self.head + "vcpus: 1\ndisks: [{ size: 1 GiB }]\nfirmware: \(text)\n").firmware
        }
        #expect(try firmware("uefi") == .uefi(secureBoot: false))
        #expect(try firmware("{ type: uefi }") == .uefi(secureBoot: false))
        #expect(try firmware("{ type: bios, secure_boot: false }") == .bios)
        #expect(try firmware("{ type: uefi, secure_boot: true }") == .uefi(secureBoot: true))
    }

    /// Lines of a document that is else valid, and the paths and rules of what is wrong with them.
    static let mistakes: [(lines: String, problems: [String])] = [
        ("maximum_vcpus: 1", ["maximum_vcpus: `maximum_vcpus` is at least `vcpus`, which is 2"]),
        ("maximum_vcpus: 513", ["maximum_vcpus: 1 to 512 virtual processors"]),
        ("maximum_vcpus: two", ["maximum_vcpus: this is a whole number, in decimal and without quotes"]),
        ("cpu: host", ["cpu: this is a mapping of keys and values"]),
        ("cpu: { modle: x }", ["cpu.modle: this key is not known here"]),
        (
            "cpu: { model: 'a b' }",
            ["cpu.model: a processor model's name has 1 to 64 of a-z A-Z 0-9 . _ -, and begins with none of . -"]
        ),
        (
            "cpu: { model: -x }",
            ["cpu.model: a processor model's name has 1 to 64 of a-z A-Z 0-9 . _ -, and begins with none of . -"]
        ),
        ("cpu: { require: aes }", ["cpu.require: this is a list"]),
        (
            "cpu: { require: [aes, ''] }",
            ["cpu.require[1]: a feature's name has 1 to 64 of a-z A-Z 0-9 . _ -, and begins with none of . -"]
        ),
        (
            "cpu: { require: ['a,b'] }",
            ["cpu.require[0]: a feature's name has 1 to 64 of a-z A-Z 0-9 . _ -, and begins with none of . -"]
        ),
        ("cpu: { require: [aes, aes] }", ["cpu: a feature stands once in `require`, `force` and `disable` together"]),
        (
            "cpu: { require: [aes], disable: [aes] }",
            ["cpu: a feature stands once in `require`, `force` and `disable` together"]
        ),
        (
            "cpu: { force: [aes], disable: [aes] }",
            ["cpu: a feature stands once in `require`, `force` and `disable` together"]
        ),
        ("cpu: { migratable: true }", ["cpu: `migratable` is for `model` to be host-passthrough or maximum"]),
        (
            "cpu: { model: host-model, migratable: false }",
            ["cpu: `migratable` is for `model` to be host-passthrough or maximum"]
        ),
        ("cpu: { model: maximum, migratable: 1 }", ["cpu.migratable: this is true or false, without quotes"]),
        (
            "cpu: { model: -x, migratable: true }",
            ["cpu.model: a processor model's name has 1 to 64 of a-z A-Z 0-9 . _ -, and begins with none of . -"]
        ),
        ("cpu: { topology: 2 }", ["cpu.topology: this is a mapping of keys and values"]),
        ("cpu: { topology: { cores: 0 } }", ["cpu.topology.cores: 1 to 512 sockets, dies, cores and threads"]),
        ("cpu: { topology: { threads: 513 } }", ["cpu.topology.threads: 1 to 512 sockets, dies, cores and threads"]),
        (
            "cpu: { topology: { cores: 3 } }",
            ["cpu.topology: the product of `cpu.topology` is `vcpus`, which is 2"]
        ),
        (
            "maximum_vcpus: 8\ncpu: { topology: { cores: 2 } }",
            ["cpu.topology: the product of `cpu.topology` is `maximum_vcpus`, which is 8"]
        ),
        ("firmware: efi", ["firmware: one of bios, uefi"]),
        ("firmware: [uefi]", ["firmware: this is text"]),
        ("firmware: { secure_boot: true }", ["firmware.type: `type` is required"]),
        ("firmware: { type: UEFI }", ["firmware.type: one of bios, uefi"]),
        (
            "firmware: { type: bios, secure_boot: true }",
            ["firmware.secure_boot: `firmware.secure_boot` needs `firmware.type` to be uefi"]
        ),
        ("firmware: { type: uefi, secure_boot: yes }", ["firmware.secure_boot: this is true or false, without quotes"]),
        ("tpm: 2.0", ["tpm: this is true or false, without quotes"]),
        ("watchdog: reset", ["watchdog: this is a mapping of keys and values"]),
        ("watchdog: {}", ["watchdog.action: `action` is required"]),
        ("watchdog: { action: kill }", ["watchdog.action: one of reset, poweroff, pause, inject-nmi, none"]),
        ("panic_device: isa", ["panic_device: this is true or false, without quotes"]),
    ]

    @Test("each mistake is told with its place and its rule", arguments: mistakes)
    func mistake(lines: String, expected: [String]) {
        let text = Self.head + "vcpus: 2\ndisks: [{ size: 1 GiB }]\n" + lines + "\n"
        #expect(problems(in: text).map { "\($0.path): \($0.violation.rule)" } == expected)
    }

    /// What a disk says beside its size, and the paths below the disk and rules of what is wrong with it.
    static let diskMistakes: [(fields: String, problems: [String])] = [
        ("bus: ide", [".bus: one of virtio, scsi, sata"]),
        ("serial: ''", [".serial: a serial number has 1 to 20 of a-z A-Z 0-9 . _ -"]),
        ("serial: a234567890b234567890c", [".serial: a serial number has 1 to 20 of a-z A-Z 0-9 . _ -"]),
        ("serial: 'a,b'", [".serial: a serial number has 1 to 20 of a-z A-Z 0-9 . _ -"]),
        ("read_only: 1", [".read_only: this is true or false, without quotes"]),
        ("cache: unsafe", [".cache: one of none, writeback, writethrough, directsync"]),
        ("limits: 5", [".limits: this is a mapping of keys and values"]),
        ("limits: {}", [".limits: limits have at least one rate"]),
        ("limits: { iops: 0 }", [".limits.iops: a rate is 1 to 10^15 a second"]),
        ("limits: { iops: -1 }", [".limits.iops: a rate is 1 to 10^15 a second"]),
        ("limits: { iops: 9999999999999999 }", [".limits: a rate is 1 to 10^15 a second"]),
        ("limits: { bytes: 0 B }", [".limits: a rate is 1 to 10^15 a second"]),
        ("limits: { bytes: 5 }", [".limits.bytes: a size needs a unit"]),
        (
            "limits: { iops: 5, read_iops: 5 }",
            [".limits: `iops` limits both directions together, and `read_iops` one of them"]
        ),
        (
            "limits: { bytes: 5 MiB, write_bytes: 5 MiB }",
            [".limits: `bytes` limits both directions together, and `write_bytes` one of them"]
        ),
        (
            "limits: { iops: 5, burst: { iops: 5 } }",
            [".limits.burst: `burst.iops` is more than `iops`, which is limited, too"]
        ),
        (
            "limits: { iops: 5, burst: { bytes: 5 MiB } }",
            [".limits.burst: `burst.bytes` is more than `bytes`, which is limited, too"]
        ),
        (
            "limits: { iops: 5, burst_seconds: 5 }",
            [".limits.burst_seconds: `burst_seconds` belongs to `burst`, which is absent"]
        ),
        (
            "limits: { iops: 5, burst: { iops: 6 }, burst_seconds: 3601 }",
            [".limits.burst_seconds: a burst lasts 1 to 3600 s"]
        ),
        (
            "limits: { iops: 5, burst: { iops: 6 }, burst_seconds: 0 }",
            [".limits.burst_seconds: a burst lasts 1 to 3600 s"]
        ),
        ("limit: { iops: 5 }", [".limit: this key is not known here"]),
        ("bus: sata, read_only: true", [".read_only: a disk with `bus: sata` is not read-only"]),
        ("serial: disk-0", [".serial: each disk has its own serial number"]),
        (
            "limits: { bytes: 1 GiB, burst: { bytes: 1 TiB }, burst_seconds: 1000 }",
            [".limits: `burst.bytes` times `burst_seconds` is at most 10^15"]
        ),
    ]

    @Test("each mistake in a disk is told with its place and its rule", arguments: diskMistakes)
    func diskMistake(fields: String, expected: [String]) {
        let text = Self.head + "vcpus: 2\ndisks: [{ size: 1 GiB }, { size: 1 GiB, \(fields) }]\n"
        #expect(
            problems(in: text).map { "\($0.path): \($0.violation.rule)" } == expected.map { "disks[1]" + $0 })
    }

    @Test("a serial number is there once, also where it was left out")
    func serials() {
        let text = { (first: String, second: String) in
            Self.head + "vcpus: 1\ndisks: [{ size: 1 GiB\(first) }, { size: 1 GiB\(second) }]\n"
        }
        #expect(problems(in: text("", ", serial: a")).isEmpty)
        #expect(problems(in: text(", serial: a", ", serial: a")).map(\.path) == ["disks[1].serial"])
        #expect(problems(in: text(", serial: disk-1", "")).map(\.path) == ["disks[0].serial"])
        // Of a disk that cannot be read nothing is known.
        #expect(problems(in: text(", serial: disk-1", ", bus: x")).map(\.path) == ["disks[1].bus"])
        #expect(problems(in: text(", serial: cidata", "")).isEmpty)
        #expect(problems(in: text(", serial: cidata", "") + "cloud_init: {}\n").map(\.path) == ["disks[0].serial"])
    }

    @Test("a machine's SATA controller has six ports", arguments: [6, 7])
    func sata(count: Int) {
        let disks = (0..<count).map { _ in "{ size: 1 GiB, bus: sata }" }.joined(separator: ", ")
        let found = problems(in: Self.head + "vcpus: 1\ndisks: [\(disks)]\n")
        #expect(found.map(\.path) == (count == 6 ? [] : ["disks[6].bus"]))
    }
}
