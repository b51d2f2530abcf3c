// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import Testing

@Suite("The host's resources in the instance document")
struct ResourceDocumentTests {
    private static let head = "version: 1\nname: m-1\ndisks: [{ size: 1 GiB }]\n"

    @Test("each field is read, stored and read back")
    func whole() throws {
        let instance = try InstanceDocument.parse(
            Self.head + """
                vcpus: 4
                maximum_vcpus: 8
                memory: 4 GiB
                maximum_memory: { size: 16 GiB, slots: 4 }
                memory_backing:
                  { huge_pages: 2 MiB, source: memfd, shared: true, locked: true, limit: 17 GiB, merging: false }
                balloon: { statistics_period: 10, autodeflate: true }
                numa:
                  mode: interleave
                  nodes: [1, 0]
                  cells:
                    - { vcpus: [0-2, 7], memory: 1 GiB, distances: [10, 21], shared: true }
                    - { vcpus: [5, 3-4, 6], memory: 3 GiB, distances: [31, 10], nodes: [1] }
                cpu: { shares: 512, quota: { quota_us: 50000 } }
                io_threads: 3
                """)
        let expected = try Instance(
            name: InstanceName("m-1"), vcpus: VCPUCount(4), maximumVCPUs: VCPUCount(8),
            processor: Processor(tuning: ProcessorTuning(shares: 512, quota: .init(quotaMicroseconds: 50_000))),
            memory: MemorySize(.gibibytes(4)),
            memoryDetails: MemoryDetails(
                maximum: MaximumMemory(MemorySize(.gibibytes(16)), slots: 4),
                backing: MemoryBacking(
                    hugePages: .size(HugePageSize(.mebibytes(2))), source: .memfd, isShared: true, isLocked: true,
                    limit: .gibibytes(17), merging: false),
                balloon: Balloon(statisticsPeriod: 10, deflatesOnPressure: true),
                numa: NUMA(
                    cells: [
                        .init(
                            vcpus: [0, 1, 2, 7], memory: MemorySize(.gibibytes(1)), distances: [10, 21],
                            isShared: true),
                        .init(
                            vcpus: [3, 4, 5, 6], memory: MemorySize(.gibibytes(3)), distances: [31, 10], nodes: [1]),
                    ], mode: .interleave, nodes: [0, 1])),
            ioThreads: IOThreadCount(3), disks: [.blank(DiskSize(.gibibytes(1)))])
        #expect(instance == expected)
        let stored = InstanceDocument.stored(instance)
        #expect(try InstanceDocument.parseStored(stored) == instance)
        #expect(stored.contains(#""vcpus":["0-2",7]"#))
    }

    @Test(
        "each form is stored as it was meant",
        arguments: [
            "memory_backing: { huge_pages: true }", "memory_backing: { huge_pages: 1 GiB, merging: false }",
            "memory_backing: { source: file, discard: true }", "memory_backing: { merging: true, limit: 3 GiB }",
            "balloon: { model: none }", "balloon: { free_page_reporting: true }", "maximum_memory: { size: 3 GiB }",
            "maximum_memory: { size: 4 GiB }\nmemory_devices: [{ size: 1 GiB }]",
            "maximum_memory: { size: 4 GiB }\nmemory_devices: [{ size: 1 GiB, requested: 64 MiB, block: 32 MiB }]",
            "io_threads: 64", "numa: { cells: [{ vcpus: [0-1], memory: 2 GiB }], nodes: [0], mode: restrictive }",
            "cpu: { quota: { quota_us: 1000, period_us: 1000 } }", "cpu: { shares: 2 }", "cpu: { dedicated: true }",
            "cpu: { dedicated: [5, 3] }", "cpu: { dedicated: true, emulator_threads: isolate }",
            "cpu: { dedicated: [4-5], emulator_threads: [0-2, 8] }",
            "cpu: { dedicated: true, emulator_threads: isolate, real_time: {} }",
            "cpu: { dedicated: true, real_time: { scheduler: rr, priority: 99, vcpus: [1] } }",
        ])
    func forms(line: String) throws {
        let head = Self.head + "vcpus: 2\nmemory: 2 GiB\n"
        let plain = try InstanceDocument.parse(head)
        let instance = try InstanceDocument.parse(head + line + "\n")
        #expect(instance != plain)
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
    }

    @Test(
        "what is said as it is anyway is not stored",
        arguments: [
            "memory_backing: { huge_pages: false, shared: false, locked: false, discard: false }", "balloon: {}",
            "balloon: { model: virtio, free_page_reporting: false, autodeflate: false }", "memory_backing: {}",
        ])
    func usual(line: String) throws {
        let head = Self.head + "vcpus: 2\nmemory: 2 GiB\n"
        let plain = InstanceDocument.stored(try InstanceDocument.parse(head))
        #expect(InstanceDocument.stored(try InstanceDocument.parse(head + line + "\n")) == plain)
    }

    /// Lines of a document that is else valid, and the paths and rules of what is wrong with them.
    static let mistakes: [(lines: String, problems: [String])] = [
        ("maximum_memory: 4 GiB", ["maximum_memory: this is a mapping of keys and values"]),
        ("maximum_memory: {}", ["maximum_memory.size: `size` is required"]),
        (
            "maximum_memory: { size: 2 GiB }",
            ["maximum_memory.size: `maximum_memory` is more than `memory`, which is 2 GiB"]
        ),
        ("memory_devices: {}", ["memory_devices: this is a list"]),
        ("memory_devices: [1 GiB]", ["memory_devices[0]: this is a mapping of keys and values"]),
        ("memory_devices: [{}]", ["memory_devices[0].size: `size` is required"]),
        (
            "memory_devices: [{ size: 1 GiB }]",
            ["memory_devices: `memory_devices` have their place in `maximum_memory`, which is absent"]
        ),
        (
            "memory_devices: [{ size: 1 GiB, block: 3 MiB }]",
            ["memory_devices[0].block: a block of memory is a power of two, 2 MiB to 1 GiB"]
        ),
        (
            "memory_devices: [{ size: 1 GiB, block: 1 MiB }]",
            ["memory_devices[0].block: a block of memory is a power of two, 2 MiB to 1 GiB"]
        ),
        (
            "memory_devices: [{ size: 3 MiB }]",
            ["memory_devices[0]: the `size` of a memory device is whole blocks of 2 MiB, to 16 TiB"]
        ),
        (
            "memory_devices: [{ size: 0 B }]",
            ["memory_devices[0]: the `size` of a memory device is whole blocks of 2 MiB, to 16 TiB"]
        ),
        (
            "memory_devices: [{ size: 1 GiB, requested: 2 GiB }]",
            ["memory_devices[0]: `requested` is whole blocks of 2 MiB, and no more than `size`, which is 1 GiB"]
        ),
        (
            "memory_devices: [{ size: 1 GiB, requested: 3 MiB }]",
            ["memory_devices[0]: `requested` is whole blocks of 2 MiB, and no more than `size`, which is 1 GiB"]
        ),
        (
            "maximum_memory: { size: 4 GiB, slots: 1 }\nmemory_devices: [{ size: 2 MiB }, { size: 2 MiB }]",
            ["memory_devices: `maximum_memory.slots` has room for 1 of `memory_devices`"]
        ),
        (
            "maximum_memory: { size: 3 GiB }\nmemory_devices: [{ size: 2 GiB }]",
            ["maximum_memory.size: `maximum_memory` has room for `memory` and `memory_devices`, which are 4 GiB"]
        ),
        (
            "maximum_memory: { size: 4 GiB }\nmemory_devices: [{ size: 1 GiB, cell: 1 }]",
            [
                "memory_devices[0].cell: the cells of `numa.cells` are 0 to 0, and `memory_devices` lie in one of "
                    + "them"
            ]
        ),
        (
            "maximum_memory: { size: 4 GiB }\nmemory_devices: [{ size: 1 GiB, cell: -1 }]",
            ["memory_devices[0].cell: numbers here are 0 to 127"]
        ),
        (
            "maximum_memory: { size: 4 GiB }\nmemory_backing: { huge_pages: 1 GiB }\nmemory_devices: [{ size: 1 GiB }]",
            ["memory_devices[0].block: a block has whole `memory_backing.huge_pages`, which are 1 GiB each"]
        ),
        (
            "maximum_memory: { size: 4 GiB }\nmemory_backing: { locked: true, limit: 5 GiB }\n"
                + "memory_devices: [{ size: 1 GiB }]",
            ["memory_devices: memory with `memory_backing.locked` is not given back, which `memory_devices` are for"]
        ),
        ("maximum_memory: { size: 4 GiB, slots: 0 }", ["maximum_memory.slots: 1 to 256 slots for memory"]),
        ("maximum_memory: { size: 4 GiB, slots: 257 }", ["maximum_memory.slots: 1 to 256 slots for memory"]),
        ("memory_backing: { huge_pages: 2 }", ["memory_backing.huge_pages: a size needs a unit"]),
        (
            "memory_backing: { huge_pages: 3 MiB }",
            ["memory_backing.huge_pages: a huge page is a power of two, 64 KiB to 16 GiB"]
        ),
        (
            "memory_backing: { huge_pages: 4 KiB }",
            ["memory_backing.huge_pages: a huge page is a power of two, 64 KiB to 16 GiB"]
        ),
        (
            "memory_backing: { huge_pages: yes }",
            [
                "memory_backing.huge_pages: a size is a whole number and a unit: "
                    + "B, KiB, MiB, GiB, TiB, KB, MB, GB or TB"
            ]
        ),
        (
            "memory_backing: { huge_pages: true, merging: true }",
            ["memory_backing: `huge_pages` are never merged, and `merging` is true"]
        ),
        (
            "memory_backing: { shared: true, source: anonymous }",
            ["memory_backing: `shared` memory has a `source` that others can map"]
        ),
        ("memory_backing: { discard: true }", ["memory_backing: `discard` needs `source` to be file"]),
        ("memory_backing: { discard: true, source: memfd }", ["memory_backing: `discard` needs `source` to be file"]),
        ("memory_backing: { locked: true }", ["memory_backing: `locked` memory needs a `limit` of what QEMU may lock"]),
        ("memory_backing: { source: tmpfs }", ["memory_backing.source: one of anonymous, file, memfd"]),
        (
            "memory_backing: { limit: 2 GiB }",
            [
                "memory_backing.limit: `memory_backing.limit` is more than the most memory of the guest, "
                    + "which is 2 GiB"
            ]
        ),
        (
            "memory_backing: { limit: 3 GiB }\nmaximum_memory: { size: 4 GiB }",
            [
                "memory_backing.limit: `memory_backing.limit` is more than the most memory of the guest, "
                    + "which is 4 GiB"
            ]
        ),
        (
            "memory_backing: { locked: true, limit: 3 GiB }\nballoon: { free_page_reporting: true }",
            ["balloon.free_page_reporting: memory with `memory_backing.locked` is not given back to the host"]
        ),
        (
            "memory_backing: { huge_pages: 4 GiB }",
            ["memory: memory is made of whole `memory_backing.huge_pages`, which are 4 GiB each"]
        ),
        (
            "memory_backing: { huge_pages: 1 GiB }\nmaximum_memory: { size: 2049 MiB }",
            ["maximum_memory.size: memory is made of whole `memory_backing.huge_pages`, which are 1 GiB each"]
        ),
        (
            "memory_backing: { huge_pages: 2 MiB, source: anonymous }",
            ["memory_backing: `huge_pages` come from a file of the host, and `source` is anonymous"]
        ),
        (
            "memory_backing: { limit: 2147483649 B }",
            ["memory_backing.limit: a limit of memory is 32 MiB to 32 TiB, in whole MiB"]
        ),
        (
            "memory_backing: { limit: 9223372036854775807 B }",
            ["memory_backing.limit: a limit of memory is 32 MiB to 32 TiB, in whole MiB"]
        ),
        (
            "memory_backing: { limit: 2 GiB }",
            [
                "memory_backing.limit: `memory_backing.limit` is more than the most memory of the guest, which is "
                    + "2 GiB"
            ]
        ),
        (
            "maximum_memory: { size: 4 GiB }\nfirmware: uefi\nlaunch_security: { type: sev }",
            [
                "maximum_memory: memory that `launch_security` encrypts is all there from the start, and "
                    + "`maximum_memory` has more plugged in"
            ]
        ),
        ("balloon: none", ["balloon: this is a mapping of keys and values"]),
        ("balloon: { model: xen }", ["balloon.model: one of virtio, none"]),
        (
            "balloon: { model: none, autodeflate: true }",
            ["balloon: a balloon with `model: none` does nothing else"]
        ),
        ("balloon: { statistics_period: 0 }", ["balloon.statistics_period: a period of 1 to 3600 s"]),
        ("cpu: { shares: 1 }", ["cpu.shares: shares are 2 to 10000"]),
        ("cpu: { shares: 10001 }", ["cpu.shares: shares are 2 to 10000"]),
        ("cpu: { quota: 5 }", ["cpu.quota: this is a mapping of keys and values"]),
        ("cpu: { quota: {} }", ["cpu.quota.quota_us: `quota_us` is required"]),
        ("cpu: { quota: { quota_us: 999 } }", ["cpu.quota.quota_us: a quota is 1000 to 10^12 microseconds"]),
        (
            "cpu: { quota: { quota_us: 1000, period_us: 1000001 } }",
            ["cpu.quota.period_us: a period is 1000 to 1000000 microseconds"]
        ),
        ("cpu: { dedicated: [] }", ["cpu.dedicated: a list of numbers has at least one"]),
        ("cpu: { dedicated: 3 }", ["cpu.dedicated: this is true or false, without quotes"]),
        ("cpu: { dedicated: [1, 1] }", ["cpu.dedicated: a number stands once in a list"]),
        ("cpu: { dedicated: [1, 4096] }", ["cpu.dedicated[1]: numbers here are 0 to 4095"]),
        (
            "cpu: { dedicated: [1] }",
            ["cpu.dedicated: `cpu.dedicated` lists a processor of the host for each of the 2 virtual ones"]
        ),
        (
            "cpu: { dedicated: true, quota: { quota_us: 5000 } }",
            [
                "cpu.quota: `cpu.dedicated` processors run as long as they have something to do, and `cpu.quota` "
                    + "stops them"
            ]
        ),
        (
            "cpu: { dedicated: true, shares: 5 }",
            ["cpu.shares: `cpu.dedicated` processors are shared with nobody, and `cpu.shares` divides them"]
        ),
        (
            "cpu: { emulator_threads: isolate }",
            [
                "cpu.emulator_threads: `cpu.emulator_threads` are isolated from `cpu.dedicated` processors, and there "
                    + "are none"
            ]
        ),
        ("cpu: { dedicated: true, emulator_threads: isolated }", ["cpu.emulator_threads: one of shared, isolate"]),
        (
            "cpu: { dedicated: true, emulator_threads: [3] }",
            ["cpu.emulator_threads: `cpu.emulator_threads` names processors only where `cpu.dedicated` does"]
        ),
        (
            "cpu: { dedicated: [1, 2], emulator_threads: isolate }",
            ["cpu.emulator_threads: `cpu.emulator_threads` names its processors where `cpu.dedicated` does"]
        ),
        (
            "cpu: { dedicated: [1, 2], emulator_threads: [2-3] }",
            ["cpu.emulator_threads: processor 2 is in `cpu.dedicated` and `cpu.emulator_threads`"]
        ),
        (
            "cpu: { real_time: {} }",
            ["cpu.real_time: `cpu.real_time` needs `cpu.dedicated`: it would keep all else from shared processors"]
        ),
        (
            "cpu: { dedicated: true, real_time: {} }",
            [
                "cpu.real_time: `cpu.real_time` for all virtual processors needs isolated `cpu.emulator_threads`: "
                    + "QEMU's own would wait for them"
            ]
        ),
        (
            "cpu: { dedicated: true, real_time: { vcpus: [1, 0] } }",
            [
                "cpu.real_time: `cpu.real_time` for all virtual processors needs isolated `cpu.emulator_threads`: "
                    + "QEMU's own would wait for them"
            ]
        ),
        ("cpu: { dedicated: true, real_time: { priority: 0 } }", ["cpu.real_time.priority: a priority is 1 to 99"]),
        ("cpu: { dedicated: true, real_time: { scheduler: batch } }", ["cpu.real_time.scheduler: one of fifo, rr"]),
        (
            "cpu: { dedicated: true, real_time: { vcpus: [2] } }",
            ["cpu.real_time.vcpus: virtual processors are 0 to 1, as `vcpus` and `maximum_vcpus` say"]
        ),
        (
            "cpu: { dedicated: true }\nnuma: { cells: [{ vcpus: [0-1], memory: 2 GiB, nodes: [0] }] }",
            ["cpu.dedicated: `cpu.dedicated` lists processors where a cell of `numa.cells` has `nodes` of its own"]
        ),
        ("cpu: { dedicated: [0-4095, 0-4095] }", ["cpu.dedicated: a number stands once in a list"]),
        ("io_threads: 0", ["io_threads: 1 to 64 I/O threads"]),
        ("io_threads: 65", ["io_threads: 1 to 64 I/O threads"]),
    ]

    @Test("each mistake is told with its place and its rule", arguments: mistakes)
    func mistake(lines: String, expected: [String]) {
        let text = Self.head + "vcpus: 2\nmemory: 2 GiB\n" + lines + "\n"
        #expect(problems(in: text).map { "\($0.path): \($0.violation.rule)" } == expected)
    }

    /// What `numa` says in a document of two virtual processors and 2 GiB, and the paths and rules of what is wrong.
    static let cellMistakes: [(numa: String, problems: [String])] = [
        ("{}", ["numa.cells: `cells` is required"]),
        ("{ cells: [] }", ["numa: 1 to 128 cells"]),
        ("{ cells: [{ memory: 2 GiB }] }", ["numa.cells[0].vcpus: `vcpus` is required"]),
        ("{ cells: [{ vcpus: 0, memory: 2 GiB }] }", ["numa.cells[0].vcpus: this is a list"]),
        (
            "{ cells: [{ vcpus: [], memory: 2 GiB }] }",
            ["numa.cells[0].vcpus: a list of numbers has at least one"]
        ),
        (
            "{ cells: [{ vcpus: [0-1, 1], memory: 2 GiB }] }",
            ["numa.cells[0].vcpus: a number stands once in a list"]
        ),
        (
            "{ cells: [{ vcpus: [1-0], memory: 2 GiB }] }",
            ["numa.cells[0].vcpus[0]: a range is two whole numbers, the smaller first"]
        ),
        (
            "{ cells: [{ vcpus: [0-999999999], memory: 2 GiB }] }",
            ["numa.cells[0].vcpus[0]: numbers here are 0 to 511"]
        ),
        ("{ cells: [{ vcpus: [-1], memory: 2 GiB }] }", ["numa.cells[0].vcpus[0]: numbers here are 0 to 511"]),
        (
            "{ cells: [{ vcpus: [0], memory: 2 GiB }] }",
            ["numa.cells: each virtual processor is in one cell, and this one is in none"]
        ),
        (
            "{ cells: [{ vcpus: [0-1], memory: 1 GiB }, { vcpus: [1], memory: 1 GiB }] }",
            ["numa.cells[1].vcpus: each virtual processor is in one cell, and this one is in another, too"]
        ),
        (
            "{ cells: [{ vcpus: [0-2], memory: 2 GiB }] }",
            ["numa.cells[0].vcpus: virtual processors are 0 to 1, as `vcpus` and `maximum_vcpus` say"]
        ),
        (
            "{ cells: [{ vcpus: [0], memory: 1 GiB }, { vcpus: [1], memory: 2 GiB }] }",
            ["numa.cells: the memory of `numa.cells` adds up to `memory`, which is 2 GiB"]
        ),
        (
            "{ cells: [{ vcpus: [0-1], memory: 2 GiB, distances: [20] }] }",
            ["numa: `distances` of cell 0 are to all 1 cells: 10 to itself, 11 to 255 to others"]
        ),
        (
            "{ cells: [{ vcpus: [0-1], memory: 2 GiB, distances: [10, 20] }] }",
            ["numa: `distances` of cell 0 are to all 1 cells: 10 to itself, 11 to 255 to others"]
        ),
        (
            "{ cells: [{ vcpus: [0-1], memory: 2 GiB, distances: [9] }] }",
            ["numa.cells[0].distances[0]: numbers here are 10 to 255"]
        ),
        (
            "{ cells: [{ vcpus: [0-1], memory: 2 GiB }], mode: strict }",
            ["numa: `mode` belongs to `nodes`, which are absent"]
        ),
        (
            "{ cells: [{ vcpus: [0-1], memory: 2 GiB }], mode: preferred, nodes: [0-1] }",
            ["numa: `mode: preferred` has one node"]
        ),
        (
            "{ cells: [{ vcpus: [0-1], memory: 2 GiB, nodes: [0] }], mode: restrictive }",
            ["numa: `mode: restrictive` is for all cells, and none has `nodes` of its own"]
        ),
        (
            "{ cells: [{ vcpus: [0-1], memory: 2 GiB }], nodes: [1024] }",
            ["numa.nodes[0]: numbers here are 0 to 1023"]
        ),
    ]

    @Test("each mistake in NUMA cells is told with its place and its rule", arguments: cellMistakes)
    func cellMistake(numa: String, expected: [String]) {
        let text = Self.head + "vcpus: 2\nmemory: 2 GiB\nnuma: \(numa)\n"
        #expect(problems(in: text).map { "\($0.path): \($0.violation.rule)" } == expected)
    }

    @Test("cells with shared memory are not made of anonymous memory, and huge pages fill each")
    func cellsAndBacking() {
        let numa = "numa: { cells: [{ vcpus: [0], memory: 1 GiB }, { vcpus: [1], memory: 1 GiB, shared: true }] }\n"
        let head = Self.head + "vcpus: 2\nmemory: 2 GiB\n" + numa
        #expect(problems(in: head).isEmpty)
        #expect(
            problems(in: head + "memory_backing: { source: anonymous }\n").map(\.path) == ["numa.cells[1].shared"])
        #expect(
            problems(in: head + "memory_backing: { huge_pages: 2 GiB }\n").map(\.path) == [
                "numa.cells[0].memory", "numa.cells[1].memory",
            ])
    }

    @Test("a program's instance meets the same rules")
    func parts() throws {
        let details = MemoryDetails(maximum: try MaximumMemory(MemorySize(.mebibytes(64))))
        let error = #expect(throws: InvalidSpec.self) {
            try Instance(
                name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(64)),
                memoryDetails: details, disks: [.blank(DiskSize(.mebibytes(1)))])
        }
        #expect(
            brief(error?.problems ?? []) == [
                "maximum_memory.size:-: `maximum_memory` is more than `memory`, which is 64 MiB"
            ])
    }
}
