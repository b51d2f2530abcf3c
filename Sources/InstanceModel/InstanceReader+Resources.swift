// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceReader {
    /// Everything about memory beside its size; nil where a part of it cannot be read.
    mutating func readMemoryDetails(in fields: Fields) -> MemoryDetails? {
        let maximum = optional(fields["maximum_memory"]) { $0.readMaximumMemory($1) }
        let devices = optional(fields["memory_devices"]) { $0.readMemoryDevices($1) }
        let backing = optional(fields["memory_backing"]) { $0.readMemoryBacking($1) }
        let balloon = optional(fields["balloon"]) { $0.readBalloon($1) }
        let numa = optional(fields["numa"]) { $0.readNUMA($1) }
        guard let maximum, let devices, let backing, let balloon, let numa else { return nil }
        return MemoryDetails(
            maximum: maximum, devices: devices ?? [], backing: backing ?? .usual, balloon: balloon ?? .usual, numa: numa
        )
    }

    /// What `read` makes of a field: `.some(nil)` where there is none, and nil where it cannot be read.
    mutating func optional<Value>(_ field: Field?, _ read: (inout Self, Field) -> Value?) -> Value?? {
        guard let field else { return .some(nil) }
        return read(&self, field).map(Optional.some)
    }

    /// Whether the reader only tells what it would read.
    var isDescribing: Bool { reader.forms != nil }

    private mutating func readMaximumMemory(_ field: Field) -> MaximumMemory? {
        guard let fields = reader.mapping(field, keys: ["size", "slots"]) else { return nil }
        let size = reader.required("size", in: fields, example: "size: 16 GiB").flatMap {
            reader.size($0, MemorySize.init)
        }
        let slots = optional(fields["slots"]) {
            $0.readInteger($1, in: MaximumMemory.slotRange, MaximumMemory.check(slots:))
        }
        guard let size, let slots else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try MaximumMemory(size, slots: slots ?? MaximumMemory.usualSlots)
        }
    }

    private mutating func readMemoryBacking(_ field: Field) -> MemoryBacking? {
        let keys = ["huge_pages", "source", "shared", "locked", "limit", "merging", "discard"]
        guard let fields = reader.mapping(field, keys: keys) else { return nil }
        let hugePages = fields["huge_pages"].map { readHugePages($0) } ?? .some(nil)
        let source = optional(fields["source"]) { $0.reader.choice($1, of: MemoryBacking.Source.self) }
        let isShared = fields["shared"].map { reader.boolean($0) } ?? false
        let isLocked = fields["locked"].map { reader.boolean($0) } ?? false
        let limit = optional(fields["limit"]) { $0.readLimit($1) }
        let merging = optional(fields["merging"]) { $0.reader.boolean($1) }
        let isDiscarded = fields["discard"].map { reader.boolean($0) } ?? false
        guard let hugePages, let source, let isShared, let isLocked, let limit, let merging, let isDiscarded else {
            return nil
        }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try MemoryBacking(
                hugePages: hugePages, source: source, isShared: isShared, isLocked: isLocked, limit: limit,
                merging: merging, isDiscarded: isDiscarded)
        }
    }

    private mutating func readLimit(_ field: Field) -> ByteCount? {
        reader.size(field) { limit throws(RuleViolation) in
            try MemoryBacking.check(limit: limit)
            return limit
        }
    }

    /// `true`, `false` or a size.
    private mutating func readHugePages(_ field: Field) -> MemoryBacking.HugePages?? {
        if isDescribing { _ = reader.boolean(field) }
        if case .scalar("true", isPlain: true) = field.node.content { return .some(.hostDefault) }
        if case .scalar("false", isPlain: true) = field.node.content { return .some(nil) }
        return reader.size(field, HugePageSize.init).map { .some(.size($0)) }
    }

    private mutating func readBalloon(_ field: Field) -> Balloon? {
        let keys = ["model", "free_page_reporting", "statistics_period", "autodeflate"]
        guard let fields = reader.mapping(field, keys: keys) else { return nil }
        let model = fields["model"].map { reader.choice($0, of: Balloon.Model.self) } ?? .virtio
        let reportsFreePages = fields["free_page_reporting"].map { reader.boolean($0) } ?? false
        let period = optional(fields["statistics_period"]) {
            $0.readInteger($1, in: Balloon.periodRange, Balloon.check(period:))
        }
        let deflates = fields["autodeflate"].map { reader.boolean($0) } ?? false
        guard let model, let reportsFreePages, let period, let deflates else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try Balloon(
                model: model, reportsFreePages: reportsFreePages, statisticsPeriod: period,
                deflatesOnPressure: deflates)
        }
    }

    private mutating func readNUMA(_ field: Field) -> NUMA? {
        guard let fields = reader.mapping(field, keys: ["cells", "mode", "nodes"]) else { return nil }
        let cells = reader.required("cells", in: fields, example: "cells: [{ vcpus: [0-1], memory: 1 GiB }]")
            .flatMap { reader.sequence($0) }.map { items in items.map { readCell($0) } }
        let mode = optional(fields["mode"]) { $0.reader.choice($1, of: NUMA.Mode.self) }
        let nodes = fields["nodes"].map { readNumbers($0, in: NUMA.nodeRange) } ?? []
        guard let cells, let mode, let nodes, !cells.contains(where: { $0 == nil }) else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try NUMA(cells: cells.compactMap(\.self), mode: mode, nodes: nodes)
        }
    }

    private mutating func readCell(_ field: Field) -> NUMA.Cell? {
        let keys = ["vcpus", "memory", "distances", "shared", "nodes"]
        guard let fields = reader.mapping(field, keys: keys) else { return nil }
        let vcpus = reader.required("vcpus", in: fields, example: "vcpus: [0-1]").flatMap {
            readNumbers($0, in: NUMA.vcpuRange)
        }
        let memory = reader.required("memory", in: fields, example: "memory: 1 GiB").flatMap {
            reader.size($0, MemorySize.init)
        }
        let distances = fields["distances"].map { readDistances($0) } ?? []
        let isShared = fields["shared"].map { reader.boolean($0) } ?? false
        let nodes = fields["nodes"].map { readNumbers($0, in: NUMA.nodeRange) } ?? []
        guard let vcpus, let memory, let distances, let isShared, let nodes else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try NUMA.Cell(vcpus: vcpus, memory: memory, distances: distances, isShared: isShared, nodes: nodes)
        }
    }

    private mutating func readDistances(_ field: Field) -> [Int]? {
        let limits = NUMA.distanceRange
        let numbers = reader.sequence(field)?.map { item in
            readInteger(item, in: limits) { number throws(RuleViolation) in
                try NumberList.check(number, within: limits)
            }
        }
        guard let numbers, !numbers.contains(nil) else { return nil }
        return numbers.compactMap(\.self)
    }

    /// Numbers within `limits`, each once, of which several that follow one another may be written as a range.
    mutating func readNumbers(_ field: Field, in limits: ClosedRange<Int>) -> [Int]? {
        let items = reader.sequence(field)?.map { readRange($0, in: limits) }
        guard let items, !items.contains(nil) else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try NumberList.joining(items.compactMap(\.self))
        }
    }

    private mutating func readRange(_ field: Field, in limits: ClosedRange<Int>) -> ClosedRange<Int>? {
        let isNumber =
            if case .scalar(let text, isPlain: true) = field.node.content {
                DocumentNode.meaning(ofPlain: text) == .number
            } else {
                false
            }
        if isDescribing || isNumber {
            let number = readInteger(field, in: limits) { number throws(RuleViolation) in
                try NumberList.check(number, within: limits)
            }
            if isNumber { return number.map { $0...$0 } }
        }
        return reader.value(field, matching: NumberList.pattern) { text throws(RuleViolation) in
            try NumberList.range(parsing: text, within: limits)
        }
    }

    mutating func readIOThreads(_ field: Field) -> IOThreadCount? {
        guard let count = reader.integer(field, in: IOThreadCount.range) else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in try IOThreadCount(count) }
    }
}
