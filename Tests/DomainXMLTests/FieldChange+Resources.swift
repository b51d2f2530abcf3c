// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML

extension FieldChange {
    /// Changes of what a domain takes of the host.
    static let resources: [FieldChange] = memory + processors

    private static let memory: [FieldChange] = [
        FieldChange("most memory", adds: [#"<maxMemory unit="KiB" slots="4">262144</maxMemory>"#]) {
            $0.maximumMemory = .init(kibibytes: 262_144, slots: 4)
        },
        FieldChange(
            "limit of memory", adds: ["<memtune>", #"<hard_limit unit="KiB">524288</hard_limit>"#, "</memtune>"]
        ) { $0.memoryLimitKiB = 524_288 },
        FieldChange(
            "backing of memory",
            adds: [
                "<memoryBacking>", "<hugepages>", #"<page size="2048" unit="KiB" nodeset="0-1"/>"#, "</hugepages>",
                "<nosharepages/>", "<locked/>", #"<source type="memfd"/>"#, #"<access mode="shared"/>"#, "<discard/>",
                "</memoryBacking>",
            ]
        ) {
            var backing = MemoryBacking()
            backing.isDiscarded = true
            backing.access = .shared
            backing.source = .memfd
            backing.isLocked = true
            backing.isNeverMerged = true
            backing.pages = [.init(kibibytes: 2048, cells: CPUSet([1, 0]))]
            $0.memoryBacking = backing
        },
        FieldChange(
            "memory device",
            adds: [
                #"<memory model="virtio-mem">"#, "<target>", #"<size unit="KiB">262144</size>"#, "<node>1</node>",
                #"<block unit="KiB">4096</block>"#, #"<requested unit="KiB">131072</requested>"#, "</target>",
                "</memory>",
            ]
        ) {
            var device = MemoryDevice(resizable: 131_072, requested: 0, block: 2_048, cell: 0)
            device.requestedKiB = 131_072
            device.sizeKiB = 262_144
            device.blockKiB = 4_096
            device.cell = 1
            $0.memoryDevices = [device]
        },
        FieldChange("huge pages of the host's size", adds: ["<memoryBacking>", "<hugepages/>", "</memoryBacking>"]) {
            var backing = MemoryBacking()
            backing.hasHugePages = true
            $0.memoryBacking = backing
        },
        FieldChange(
            "nodes of memory",
            adds: [
                "<numatune>", #"<memory mode="interleave" nodeset="0,2"/>"#,
                #"<memnode cellid="1" mode="strict" nodeset="3"/>"#, "</numatune>",
            ]
        ) {
            var tuning = NUMATuning()
            tuning[cell: 1] = .init(CPUSet([3]))
            tuning.memory = .init(CPUSet([2, 0]), mode: .interleave)
            $0.numaTuning = tuning
        },
        FieldChange(
            "balloon", removes: [#"<memballoon model="virtio">"#],
            adds: [#"<memballoon model="virtio" autodeflate="on" freePageReporting="off">"#]
        ) {
            $0.memoryBalloon?.deflatesOnPressure = true
            $0.memoryBalloon?.reportsFreePages = false
        },
    ]

    private static let processors: [FieldChange] = [
        FieldChange("I/O threads", adds: ["<iothreads>2</iothreads>"]) { $0.ioThreadCount = 2 },
        FieldChange(
            "I/O thread of a disk",
            removes: [
                #"<driver name="qemu" type="qcow2" cache="none" io="native" discard="unmap" detect_zeroes="unmap"/>"#
            ],
            adds: [
                #"<driver name="qemu" type="qcow2" cache="none" io="native" discard="unmap" detect_zeroes="unmap" "#
                    + #"iothread="1"/>"#
            ]
        ) { $0.disks[0].ioThread = 1 },
        FieldChange(
            "limits of processors",
            adds: [
                "<cputune>", "<shares>512</shares>", "<period>100000</period>", "<quota>50000</quota>", "</cputune>",
            ]
        ) {
            var tuning = CPUTuning()
            tuning.quota = 50_000
            tuning.period = 100_000
            tuning.shares = 512
            $0.cpuTuning = tuning
        },
        FieldChange(
            "places of threads",
            adds: [
                "<cputune>", #"<vcpupin vcpu="0" cpuset="4"/>"#, #"<vcpupin vcpu="1" cpuset="5,7"/>"#,
                #"<emulatorpin cpuset="0-2"/>"#, #"<iothreadpin iothread="1" cpuset="3"/>"#,
                #"<vcpusched vcpus="0-1" scheduler="rr" priority="7"/>"#, "</cputune>",
            ]
        ) {
            var tuning = CPUTuning()
            tuning.schedules = [.init(processors: CPUSet([0, 1]), scheduler: .roundRobin, priority: 7)]
            tuning.ioThreadPins = [.init(thread: 1, processors: CPUSet([3]))]
            tuning.emulatorPin = CPUSet(0...2)
            tuning.vcpuPins = [
                .init(thread: 0, processors: CPUSet([4])), .init(thread: 1, processors: CPUSet([5, 7])),
            ]
            $0.cpuTuning = tuning
        },
        FieldChange(
            "NUMA cells", removes: [#"<cpu mode="maximum" check="none" migratable="on"/>"#],
            adds: [
                #"<cpu mode="maximum" check="none" migratable="on">"#, "<numa>",
                #"<cell id="0" cpus="0-1" memory="131072" unit="KiB" memAccess="shared">"#, "<distances>",
                #"<sibling id="0" value="10"/>"#, "</distances>", "</cell>", "</numa>", "</cpu>",
            ]
        ) {
            var cell = NUMACell(id: 0, processors: CPUSet([0, 1]), memoryKiB: 131_072)
            cell.distances = [.init(cell: 0, value: 10)]
            cell.access = .shared
            $0.processor?.cells = [cell]
        },
    ]
}
