// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension PlanRules {
    /// What a guest takes of the host: beside `DomainPlanner+Memory.swift` and `DomainPlanner+Tuning.swift`.
    static let resources: [PlanRule] = amounts + backing + nodes + threads

    private static let amounts: [PlanRule] = [
        PlanRule(
            ["memory"], "libvirt counts devices as memory, whatever the guest has of them",
            requests: ["memory", "memory_devices"]),
        PlanRule(["currentMemory"], "a guest starts with all of its memory", requests: ["memory"]),
        PlanRule(
            [
                "memory/@unit", "currentMemory/@unit", "maxMemory/@unit", "memtune/hard_limit/@unit",
                "memoryBacking/hugepages/page/@unit", "cpu/numa/cell/@unit", "devices/memory/target/*/@unit",
            ], "libvirt counts memory in KiB"),
        PlanRule(["maxMemory"], asAsked, requests: ["maximum_memory.size"]),
        PlanRule(["maxMemory/@slots"], asAsked, requests: ["maximum_memory.slots"]),
        PlanRule(
            ["memtune", "memtune/hard_limit"],
            "an encrypted guest pins all of its memory: libvirt's guide adds 256 MiB for firmware and devices",
            asked: "memory_backing.limit", requests: ["launch_security", "memory"]),
        PlanRule(["devices/memory"], asAsked, requests: ["memory_devices[#]"]),
        PlanRule(["devices/memory/@model"], "virtio-mem, which gives and takes in parts"),
        PlanRule(["devices/memory/target"], "libvirt is told how the guest sees the memory"),
        PlanRule(["devices/memory/target/size"], asAsked, requests: ["memory_devices[#].size"]),
        PlanRule(
            ["devices/memory/target/requested"], "none until it is asked for", asked: "memory_devices[#].requested"),
        PlanRule(["devices/memory/target/block"], "2 MiB, the least", asked: "memory_devices[#].block"),
        PlanRule(["devices/memory/target/node"], "the first cell", asked: "memory_devices[#].cell"),
        PlanRule(
            ["devices/memory/alias", "devices/memory/alias/@name"],
            "by the device's place in the document: how libvirt's calls and events mean it"),
        PlanRule(
            ["vcpu"], "a guest has no more virtual processors than at the start", asked: "maximum_vcpus",
            requests: ["vcpus"]),
        PlanRule(
            ["vcpu/@current"], "a guest that can have more starts with so many", requests: ["vcpus", "maximum_vcpus"]),
        PlanRule(["iothreads"], asAsked, requests: ["io_threads"]),
    ]

    private static let backing: [PlanRule] = [
        PlanRule(
            ["memoryBacking"], "what memory is made of is said where it is not the usual",
            requests: ["memory_backing", "numa.cells", "shares", "interfaces"]),
        PlanRule(
            ["memoryBacking/hugepages", "memoryBacking/hugepages/page", "memoryBacking/hugepages/page/@size"], asAsked,
            requests: ["memory_backing.huge_pages"]),
        PlanRule(
            ["memoryBacking/nosharepages"], "the host merges no equal pages of it",
            requests: ["memory_backing.merging"]),
        PlanRule(["memoryBacking/locked"], asAsked, requests: ["memory_backing.locked"]),
        PlanRule(
            ["memoryBacking/source", "memoryBacking/source/@type"],
            "shared memory is a memfd: where nothing is said, libvirt would share a file on the disk",
            asked: "memory_backing.source",
            requests: [
                "memory_backing.shared", "numa.cells", "memory_backing.huge_pages", "shares", "interfaces",
            ]),
        PlanRule(
            ["memoryBacking/access", "memoryBacking/access/@mode"],
            "what serves directories, or packets in user space, maps the guest's memory",
            requests: ["memory_backing.shared", "shares", "interfaces"]),
        PlanRule(["memoryBacking/discard"], asAsked, requests: ["memory_backing.discard"]),
    ]

    private static let nodes: [PlanRule] = [
        PlanRule(["numatune"], "memory comes from the nodes that are named", requests: ["numa.nodes", "numa.cells"]),
        PlanRule(["numatune/memory", "numatune/memory/@nodeset"], asAsked, requests: ["numa.nodes"]),
        PlanRule(
            ["numatune/memory/@mode", "numatune/memnode/@mode"],
            "strict: memory of other nodes would be slow, and nobody would know", asked: "numa.mode"),
        PlanRule(["numatune/memnode", "numatune/memnode/@nodeset"], asAsked, requests: ["numa.cells[#].nodes"]),
        PlanRule(["numatune/memnode/@cellid"], "a cell is told by its number"),
    ]

    private static let threads: [PlanRule] = [
        PlanRule(
            ["cputune"], "where and how much threads run is said where it is not the usual",
            requests: ["cpu.shares", "cpu.quota", "cpu.dedicated"]),
        PlanRule(["cputune/shares"], asAsked, requests: ["cpu.shares"]),
        PlanRule(["cputune/period"], asAsked, requests: ["cpu.quota.period_us"]),
        PlanRule(["cputune/quota"], asAsked, requests: ["cpu.quota.quota_us"]),
        PlanRule(
            ["cputune/vcpupin", "cputune/vcpupin/@cpuset"],
            "whole cores of the host on the fewest NUMA cells, which no other instance has", asked: "cpu.dedicated[]",
            requests: ["vcpus", "maximum_vcpus", "numa", "cpu.emulator_threads"], facts: ["topology"]),
        PlanRule(
            ["cputune/emulatorpin", "cputune/emulatorpin/@cpuset", "cputune/iothreadpin/@cpuset"],
            "QEMU's own threads run where virtual processors do that are not of real time, or on a core of their own",
            asked: "cpu.emulator_threads[]",
            requests: ["cpu.dedicated", "vcpus", "maximum_vcpus", "numa", "cpu.real_time"],
            facts: ["topology"]),
        PlanRule(
            ["cputune/iothreadpin"], "threads of disks take no time from others' processors",
            requests: ["io_threads", "cpu.dedicated"]),
        PlanRule(
            ["cputune/vcpupin/@vcpu", "cputune/iothreadpin/@iothread"], "a thread is told by its number"),
        PlanRule(
            ["cputune/vcpusched"], asAsked, requests: ["cpu.real_time", "vcpus", "maximum_vcpus"]),
        PlanRule(
            ["cputune/vcpusched/@vcpus"], "all virtual processors, each by itself, as libvirt writes them back",
            asked: "cpu.real_time.vcpus", requests: ["vcpus", "maximum_vcpus"]),
        PlanRule(["cputune/vcpusched/@scheduler"], asAsked, requests: ["cpu.real_time.scheduler"]),
        PlanRule(["cputune/vcpusched/@priority"], asAsked, requests: ["cpu.real_time.priority"]),
    ]
}
