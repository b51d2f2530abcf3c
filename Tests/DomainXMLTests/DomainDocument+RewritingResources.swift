// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML

extension DomainDocument {
    /// Sets every field of what the domain takes of the host to the value that it has.
    mutating func rewriteResources() {
        maximumMemory = maximumMemory
        memoryLimitKiB = memoryLimitKiB
        ioThreadCount = ioThreadCount
        memoryDevices = memoryDevices.map { device in
            var device = device
            device.sizeKiB = device.sizeKiB
            device.blockKiB = device.blockKiB
            device.requestedKiB = device.requestedKiB
            device.cell = device.cell
            return device
        }
        if var backing = memoryBacking {
            backing.hasHugePages = backing.hasHugePages
            if backing.hasHugePages { backing.pages = backing.pages }
            backing.isNeverMerged = backing.isNeverMerged
            backing.isLocked = backing.isLocked
            backing.source = backing.source
            backing.access = backing.access
            backing.isDiscarded = backing.isDiscarded
            memoryBacking = backing
        }
        if var tuning = cpuTuning {
            tuning.shares = tuning.shares
            tuning.period = tuning.period
            tuning.quota = tuning.quota
            tuning.vcpuPins = tuning.vcpuPins
            tuning.emulatorPin = tuning.emulatorPin
            tuning.ioThreadPins = tuning.ioThreadPins
            tuning.schedules = tuning.schedules
            cpuTuning = tuning
        }
        if var tuning = numaTuning {
            tuning.memory = tuning.memory
            for cell in 0..<4 { tuning[cell: cell] = tuning[cell: cell] }
            numaTuning = tuning
        }
        guard var processor else { return }
        processor.cells = processor.cells.map { cell in
            var cell = cell
            cell.id = cell.id
            cell.processors = cell.processors
            cell.memoryKiB = cell.memoryKiB
            cell.access = cell.access
            cell.distances = cell.distances
            return cell
        }
        self.processor = processor
    }
}
