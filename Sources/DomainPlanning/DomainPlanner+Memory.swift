// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel

extension DomainPlanner {
    /// Sets how much memory the guest has, what it is made of and where it comes from.
    func setMemory(of instance: Instance, in document: inout DomainDocument) {
        let details = instance.memoryDetails
        // libvirt counts devices as memory, whatever the guest has of them.
        document.memoryKiB = details.devices.reduce(instance.memory.kibibytes) { $0 + $1.size.kibibytes }
        document.currentMemoryKiB = instance.memory.kibibytes
        document.maximumMemory = details.maximum.map { maximum in
            DomainDocument.MaximumMemory(kibibytes: maximum.size.kibibytes, slots: maximum.slots)
        }
        document.memoryLimitKiB = details.backing.limit.map { Int($0.bytes >> 10) }
        setBacking(of: instance, in: &document)
        if let numa = details.numa { setNodes(of: numa, in: &document) }
    }

    private func setBacking(of instance: Instance, in document: inout DomainDocument) {
        let details = instance.memoryDetails
        let backing = details.backing
        var planned = DomainXML.MemoryBacking()
        switch backing.hugePages {
        case nil: break
        case .hostDefault: planned.hasHugePages = true
        case .size(let page): planned.pages = [.init(kibibytes: Int(page.size.bytes >> 10))]
        }
        planned.isNeverMerged = backing.merging == false
        planned.isLocked = backing.isLocked
        planned.source = backing.source?.domainSource
        let isAllShared = backing.isShared || instance.isMappedByOthers
        if isAllShared { planned.access = .shared }
        let isShared = isAllShared || details.numa?.cells.contains(where: \.isShared) ?? false
        // Where nothing is said, libvirt would share a file on the disk.
        if isShared, backing.source == nil, backing.hugePages == nil { planned.source = .memfd }
        planned.isDiscarded = backing.isDiscarded
        if planned != DomainXML.MemoryBacking() { document.memoryBacking = planned }
    }

    private func setNodes(of numa: NUMA, in document: inout DomainDocument) {
        var tuning = NUMATuning()
        let mode = (numa.mode ?? .strict).domainMode
        if !numa.nodes.isEmpty { tuning.memory = .init(CPUSet(numa.nodes), mode: mode) }
        for (index, cell) in numa.cells.enumerated() where !cell.nodes.isEmpty {
            tuning[cell: index] = .init(CPUSet(cell.nodes), mode: mode)
        }
        if tuning != NUMATuning() { document.numaTuning = tuning }
    }

    /// The guest's cells: those that were asked for, or a single one where memory can be plugged in, which libvirt
    /// takes into a cell alone.
    func cells(of instance: Instance) -> [NUMACell] {
        guard let numa = instance.memoryDetails.numa else {
            guard instance.memoryDetails.maximum != nil else { return [] }
            let all = CPUSet(0..<instance.mostVCPUs)
            return [NUMACell(id: 0, processors: all, memoryKiB: instance.memory.kibibytes)]
        }
        return numa.cells.enumerated().map { index, cell in
            var planned = NUMACell(id: index, processors: CPUSet(cell.vcpus), memoryKiB: cell.memory.kibibytes)
            if cell.isShared { planned.access = .shared }
            planned.distances = cell.distances.enumerated().map { .init(cell: $0, value: $1) }
            return planned
        }
    }

    /// The devices by which the running guest can have more or less memory.
    func memoryDevices(of instance: Instance) -> [DomainXML.MemoryDevice] {
        instance.memoryDetails.devices.enumerated().map { index, device in
            var planned = DomainXML.MemoryDevice(
                resizable: device.size.kibibytes, requested: device.requested.kibibytes,
                block: device.block.kibibytes, cell: device.cell)
            planned.alias = "ua-memory-\(index)"
            return planned
        }
    }

    /// The balloon; one that is absent is said, since libvirt would add another.
    func balloon(of instance: Instance) -> MemoryBalloon {
        let balloon = instance.memoryDetails.balloon
        guard balloon.model == .virtio else { return MemoryBalloon(model: .absent) }
        var planned = MemoryBalloon(model: .virtio, statisticsPeriod: balloon.statisticsPeriod)
        if balloon.deflatesOnPressure { planned.deflatesOnPressure = true }
        if balloon.reportsFreePages { planned.reportsFreePages = true }
        return planned
    }
}

extension Instance {
    /// Whether others than QEMU map all memory of the guest: what serves directories, and switches in user space.
    fileprivate var isMappedByOthers: Bool {
        let hasSwitch = interfaces.contains { interface in
            if case .vhostUser = interface.network { true } else { false }
        }
        return hasSwitch || !peripherals.shares.isEmpty
    }
}

extension MemorySize {
    /// The size as libvirt writes it.
    fileprivate var kibibytes: Int { size.kibibytes }
}

extension ByteCount {
    /// The size as libvirt writes it.
    fileprivate var kibibytes: Int { Int(bytes >> 10) }
}

extension InstanceModel.MemoryBacking.Source {
    fileprivate var domainSource: DomainXML.MemoryBacking.Source {
        switch self {
        case .anonymous: .anonymous
        case .file: .file
        case .memfd: .memfd
        }
    }
}

extension NUMA.Mode {
    fileprivate var domainMode: NUMATuning.Mode {
        switch self {
        case .strict: .strict
        case .preferred: .preferred
        case .interleave: .interleave
        case .restrictive: .restrictive
        }
    }
}
