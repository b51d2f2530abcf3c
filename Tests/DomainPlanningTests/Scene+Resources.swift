// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel

/// Instances that take much of the host.
extension Scene {
    /// A common server with these details.
    static func taking(_ details: MemoryDetails = MemoryDetails(), tuning: ProcessorTuning = .usual) throws -> Instance
    {
        try Instance(
            name: InstanceName("web-1"), vcpus: VCPUCount(2), processor: Processor(tuning: tuning),
            memory: MemorySize(.mebibytes(512)), memoryDetails: details, disks: [.blank(DiskSize(.gibibytes(1)))])
    }

    /// A guest with two cells, huge pages, I/O threads and all else that can be asked of the host.
    static func database() throws -> Instance {
        try Instance(
            name: InstanceName("db-1"), vcpus: VCPUCount(4),
            processor: Processor(
                tuning: ProcessorTuning(shares: 512, quota: .init(quotaMicroseconds: 50_000))),
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
                            vcpus: [0, 1], memory: MemorySize(.gibibytes(1)), distances: [10, 21], isShared: true),
                        .init(vcpus: [2, 3], memory: MemorySize(.gibibytes(3)), distances: [31, 10], nodes: [1]),
                    ], mode: .interleave, nodes: [0, 1])),
            ioThreads: IOThreadCount(2),
            disks: [
                .blank(DiskSize(.gibibytes(1))), Disk(.blank(DiskSize(.gibibytes(1))), bus: .scsi),
                .blank(DiskSize(.gibibytes(1))), .blank(DiskSize(.gibibytes(1))),
            ], cloudInit: CloudInit())
    }
}
