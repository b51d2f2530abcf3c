// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceDocument {
    /// What is stored of the host's resources that an instance takes, by key.
    static func storedResources(of instance: Instance) -> [String: CanonicalJSON] {
        let details = instance.memoryDetails
        var members: [String: CanonicalJSON] = [:]
        members["maximum_memory"] = details.maximum.map { maximum in
            .object(["size": .string(maximum.size.size.description), "slots": .integer(maximum.slots)])
        }
        if !details.devices.isEmpty { members["memory_devices"] = .array(details.devices.map(stored)) }
        if details.backing != .usual { members["memory_backing"] = stored(details.backing) }
        if details.balloon != .usual { members["balloon"] = stored(details.balloon) }
        members["numa"] = details.numa.map(stored)
        members["io_threads"] = instance.ioThreads.map { .integer($0.value) }
        return members
    }

    private static func stored(_ device: MemoryDevice) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = ["size": .string(device.size.description)]
        if device.requested.bytes > 0 { members["requested"] = .string(device.requested.description) }
        if device.block != MemoryDevice.usualBlock { members["block"] = .string(device.block.description) }
        if device.cell != 0 { members["cell"] = .integer(device.cell) }
        return .object(members)
    }

    private static func stored(_ backing: MemoryBacking) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        switch backing.hugePages {
        case nil: break
        case .hostDefault: members["huge_pages"] = .boolean(true)
        case .size(let page): members["huge_pages"] = .string(page.size.description)
        }
        members["source"] = backing.source.map { .string($0.rawValue) }
        if backing.isShared { members["shared"] = .boolean(true) }
        if backing.isLocked { members["locked"] = .boolean(true) }
        members["limit"] = backing.limit.map { .string($0.description) }
        members["merging"] = backing.merging.map(CanonicalJSON.boolean)
        if backing.isDiscarded { members["discard"] = .boolean(true) }
        return .object(members)
    }

    private static func stored(_ balloon: Balloon) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        if balloon.model != .virtio { members["model"] = .string(balloon.model.rawValue) }
        if balloon.reportsFreePages { members["free_page_reporting"] = .boolean(true) }
        members["statistics_period"] = balloon.statisticsPeriod.map(CanonicalJSON.integer)
        if balloon.deflatesOnPressure { members["autodeflate"] = .boolean(true) }
        return .object(members)
    }

    private static func stored(_ numa: NUMA) -> CanonicalJSON {
        let cells = numa.cells.map { cell in
            var members: [String: CanonicalJSON] = [
                "vcpus": NumberList.stored(cell.vcpus), "memory": .string(cell.memory.size.description),
            ]
            if !cell.distances.isEmpty { members["distances"] = .array(cell.distances.map(CanonicalJSON.integer)) }
            if cell.isShared { members["shared"] = .boolean(true) }
            if !cell.nodes.isEmpty { members["nodes"] = NumberList.stored(cell.nodes) }
            return CanonicalJSON.object(members)
        }
        var members: [String: CanonicalJSON] = ["cells": .array(cells)]
        members["mode"] = numa.mode.map { .string($0.rawValue) }
        if !numa.nodes.isEmpty { members["nodes"] = NumberList.stored(numa.nodes) }
        return .object(members)
    }

    /// What is stored of where and how much virtual processors run, by key below `cpu`.
    static func storedTuning(_ tuning: ProcessorTuning) -> [String: CanonicalJSON] {
        var members: [String: CanonicalJSON] = [:]
        members["shares"] = tuning.shares.map(CanonicalJSON.integer)
        members["quota"] = tuning.quota.map { quota in
            .object([
                "quota_us": .integer(quota.quotaMicroseconds), "period_us": .integer(quota.periodMicroseconds),
            ])
        }
        switch tuning.dedicated {
        case nil: break
        case .chosen: members["dedicated"] = .boolean(true)
        case .fixed(let cpus): members["dedicated"] = NumberList.stored(cpus)
        }
        switch tuning.emulatorThreads {
        case .shared: break
        case .isolated(.chosen): members["emulator_threads"] = .string("isolate")
        case .isolated(.fixed(let cpus)): members["emulator_threads"] = NumberList.stored(cpus)
        }
        members["real_time"] = tuning.realTime.map { realTime in
            var members: [String: CanonicalJSON] = [
                "scheduler": .string(realTime.scheduler.rawValue), "priority": .integer(realTime.priority),
            ]
            if !realTime.vcpus.isEmpty { members["vcpus"] = NumberList.stored(realTime.vcpus) }
            return .object(members)
        }
        return members
    }
}
