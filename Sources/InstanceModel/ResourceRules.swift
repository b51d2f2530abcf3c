// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The rules of what an instance takes of the host that concern more than one part, over what is known of the parts.
struct ResourceRules {
    /// The most virtual processors.
    var mostVCPUs: Int?
    /// The memory at the start.
    var memory: MemorySize?
    /// The details of the memory.
    var details: MemoryDetails?
    /// Where and how much the virtual processors run.
    var tuning: ProcessorTuning?
    /// The place in the document of what others than QEMU map the memory for; nil: nothing.
    var memorySharer: String?
    /// Whether memory is encrypted.
    var isEncrypted = false

    /// Every rule that is broken.
    var problems: [SpecProblem] {
        guard let details else { return tuningProblems }
        return tuningProblems + maximumProblems(of: details) + deviceProblems(of: details) + cellProblems(of: details)
            + backingProblems(of: details)
    }

    private var tuningProblems: [SpecProblem] {
        guard let tuning, let mostVCPUs else { return [] }
        var problems: [SpecProblem] = []
        if case .fixed(let cpus)? = tuning.dedicated, cpus.count != mostVCPUs {
            problems.append(
                problem(
                    "cpu.dedicated", value: "\(cpus.count)",
                    rule: "`cpu.dedicated` lists a processor of the host for each of the \(mostVCPUs) virtual ones",
                    remedy: "list as many, or write true"))
        }
        if tuning.dedicated == .chosen, let numa = details?.numa, numa.cells.contains(where: { !$0.nodes.isEmpty }) {
            problems.append(
                problem(
                    "cpu.dedicated", value: "true",
                    rule: "`cpu.dedicated` lists processors where a cell of `numa.cells` has `nodes` of its own",
                    remedy: "list the host's processors, or give `numa.nodes` for all cells"))
        }
        if let realTime = tuning.realTime, tuning.dedicated != nil, tuning.emulatorThreads == .shared,
            realTime.vcpus.isEmpty || Set(0..<mostVCPUs).isSubset(of: realTime.vcpus)
        {
            problems.append(
                problem(
                    "cpu.real_time", value: "",
                    rule: "`cpu.real_time` for all virtual processors needs isolated `cpu.emulator_threads`: "
                        + "QEMU's own would wait for them",
                    remedy: "write emulator_threads: isolate, or leave a virtual processor out of `vcpus`"))
        }
        if let vcpu = tuning.realTime?.vcpus.last, vcpu >= mostVCPUs {
            problems.append(
                problem(
                    "cpu.real_time.vcpus", value: "\(vcpu)",
                    rule: "virtual processors are 0 to \(mostVCPUs - 1), as `vcpus` and `maximum_vcpus` say",
                    remedy: "remove it"))
        }
        return problems
    }

    private func maximumProblems(of details: MemoryDetails) -> [SpecProblem] {
        guard let maximum = details.maximum else { return [] }
        guard !isEncrypted else {
            return [
                problem(
                    "maximum_memory", value: maximum.size.size.description,
                    rule: "memory that `launch_security` encrypts is all there from the start, and `maximum_memory` "
                        + "has more plugged in", remedy: "leave one of the two out")
            ]
        }
        guard let memory, maximum.size.size <= memory.size else { return [] }
        return [
            problem(
                "maximum_memory.size", value: maximum.size.size.description,
                rule: "`maximum_memory` is more than `memory`, which is \(memory.size)",
                remedy: "raise `maximum_memory`, or leave it out")
        ]
    }

    private func cellProblems(of details: MemoryDetails) -> [SpecProblem] {
        guard let numa = details.numa else { return [] }
        var problems: [SpecProblem] = []
        if let mostVCPUs { problems += processorProblems(of: numa, mostVCPUs) }
        let sum = ByteCount(bytes: numa.cells.reduce(0) { $0 + $1.memory.size.bytes })
        if let memory, sum != memory.size {
            problems.append(
                problem(
                    "numa.cells", value: sum.description,
                    rule: "the memory of `numa.cells` adds up to `memory`, which is \(memory.size)",
                    remedy: "change the cells, or `memory`"))
        }
        if details.backing.source == .anonymous, let index = numa.cells.firstIndex(where: \.isShared) {
            problems.append(
                problem(
                    "numa.cells[\(index)].shared", value: "true",
                    rule: "memory with `memory_backing.source: anonymous` is not shared",
                    remedy: "write source: memfd, or leave it out"))
        }
        return problems
    }

    private func processorProblems(of numa: NUMA, _ most: Int) -> [SpecProblem] {
        var problems: [SpecProblem] = []
        var placed: Set<Int> = []
        for (index, cell) in numa.cells.enumerated() {
            for vcpu in cell.vcpus where vcpu >= most || !placed.insert(vcpu).inserted {
                problems.append(
                    problem(
                        "numa.cells[\(index)].vcpus", value: "\(vcpu)",
                        rule: vcpu >= most
                            ? "virtual processors are 0 to \(most - 1), as `vcpus` and `maximum_vcpus` say"
                            : "each virtual processor is in one cell, and this one is in another, too",
                        remedy: "remove it here"))
            }
        }
        if let missing = (0..<most).first(where: { !placed.contains($0) }) {
            problems.append(
                problem(
                    "numa.cells", value: "\(missing)",
                    rule: "each virtual processor is in one cell, and this one is in none",
                    remedy: "add it to a cell's `vcpus`"))
        }
        return problems
    }

    private func backingProblems(of details: MemoryDetails) -> [SpecProblem] {
        var problems: [SpecProblem] = []
        let backing = details.backing
        if case .size(let page) = backing.hugePages {
            let sizes =
                [("memory", memory), ("maximum_memory.size", details.maximum?.size)]
                + (details.numa?.cells ?? []).enumerated().map { ("numa.cells[\($0)].memory", $1.memory) }
            for case (let path, let size?) in sizes where !size.size.bytes.isMultiple(of: page.size.bytes) {
                problems.append(
                    problem(
                        path, value: size.size.description,
                        rule: "memory is made of whole `memory_backing.huge_pages`, which are \(page.size) each",
                        remedy: "round it, or ask for smaller pages"))
            }
        }
        let most = details.maximum?.size ?? memory
        if let limit = backing.limit, let most, limit <= most.size {
            problems.append(
                problem(
                    "memory_backing.limit", value: limit.description,
                    rule: "`memory_backing.limit` is more than the most memory of the guest, which is \(most.size)",
                    remedy: "leave QEMU some for itself, a GiB for example"))
        }
        if let memorySharer, backing.source == .anonymous {
            problems.append(
                problem(
                    "memory_backing.source", value: "anonymous",
                    rule: "`\(memorySharer)` needs memory that others can map, and `memory_backing.source` is "
                        + "anonymous",
                    remedy: "write source: memfd, or leave it out"))
        }
        if backing.isLocked, details.balloon.reportsFreePages {
            problems.append(
                problem(
                    "balloon.free_page_reporting", value: "true",
                    rule: "memory with `memory_backing.locked` is not given back to the host",
                    remedy: "leave one of the two out"))
        }
        return problems
    }

    func problem(_ path: String, value: String, rule: String, remedy: String) -> SpecProblem {
        SpecProblem(path: path, violation: RuleViolation(value: value, rule: rule, remedy: remedy))
    }
}
