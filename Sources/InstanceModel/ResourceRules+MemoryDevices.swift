// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Memory devices need a place in the most memory of the guest, and memory that can be given back.
extension ResourceRules {
    func deviceProblems(of details: MemoryDetails) -> [SpecProblem] {
        let devices = details.devices
        guard !devices.isEmpty else { return [] }
        guard let maximum = details.maximum else {
            return [
                problem(
                    "memory_devices", value: "\(devices.count)",
                    rule: "`memory_devices` have their place in `maximum_memory`, which is absent",
                    remedy: "give `maximum_memory`")
            ]
        }
        var problems: [SpecProblem] = []
        if devices.count > maximum.slots {
            problems.append(
                problem(
                    "memory_devices", value: "\(devices.count)",
                    rule: "`maximum_memory.slots` has room for \(maximum.slots) of `memory_devices`",
                    remedy: "ask for fewer, or for more slots"))
        }
        let sum = ByteCount(bytes: devices.reduce(memory?.size.bytes ?? 0) { $0 + $1.size.bytes })
        if memory != nil, sum > maximum.size.size {
            problems.append(
                problem(
                    "maximum_memory.size", value: "\(maximum.size.size)",
                    rule: "`maximum_memory` has room for `memory` and `memory_devices`, which are \(sum)",
                    remedy: "raise it, or ask for less"))
        }
        if details.backing.isLocked {
            problems.append(
                problem(
                    "memory_devices", value: "\(devices.count)",
                    rule: "memory with `memory_backing.locked` is not given back, which `memory_devices` are for",
                    remedy: "leave one of the two out"))
        }
        return problems + devices.enumerated().flatMap { eachProblems(of: $1, at: $0, details) }
    }

    private func eachProblems(of device: MemoryDevice, at index: Int, _ details: MemoryDetails) -> [SpecProblem] {
        var problems: [SpecProblem] = []
        let cells = details.numa?.cells.count ?? 1
        if device.cell >= cells {
            problems.append(
                problem(
                    "memory_devices[\(index)].cell", value: "\(device.cell)",
                    rule: "the cells of `numa.cells` are 0 to \(cells - 1), and `memory_devices` lie in one of them",
                    remedy: "name one of them, or leave it out"))
        }
        if case .size(let page) = details.backing.hugePages, device.block < page.size {
            problems.append(
                problem(
                    "memory_devices[\(index)].block", value: "\(device.block)",
                    rule: "a block has whole `memory_backing.huge_pages`, which are \(page.size) each",
                    remedy: "ask for larger blocks, or for smaller pages"))
        }
        return problems
    }
}
