// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Testing
import XMLTree

@Suite("What a domain takes of the host")
struct ResourceTests {
    /// A definition as people write it: other units, other orders, and what no type knows.
    private static let text = """
        <domain type='kvm'><name>a</name><maxMemory slots='16' unit='GiB'>4</maxMemory>
        <memtune x='1'><hard_limit unit='MiB'>3</hard_limit><soft_limit>1</soft_limit></memtune>
        <memoryBacking><hugepages><page size='2' unit='M' nodeset='0,1' x='1'/><page size='1' unit='G' nodeset='2'/>
        </hugepages><nosharepages/><locked/><source type='file'/><access mode='private'/><discard/></memoryBacking>
        <vcpu>4</vcpu><iothreads>2</iothreads>
        <cputune><!-- kept --><shares>7</shares><period>8</period><quota>-1</quota><vcpupin vcpu='1' cpuset='1-3,^2'/>
        <vcpupin vcpu='0' cpuset='2,3' x='1'/><emulatorpin cpuset='1,2,3'/><iothreadpin iothread='2' cpuset='9'/>
        <vcpusched vcpus='3' scheduler='batch'/><vcpusched vcpus='0-1,2' scheduler='fifo' priority='5'/></cputune>
        <numatune><memory mode='preferred' nodeset='0-1,2'/><memnode cellid='0' mode='strict' nodeset='5'/></numatune>
        <cpu><numa><cell id='0' cpus='0,1' memory='2' unit='MiB' memAccess='shared'><distances>
        <sibling id='0' value='10' x='1'/><sibling id='1' value='21'/></distances><cache level='1'/></cell>
        <cell id='1' memory='512'/></numa></cpu>
        <devices><disk type='file' device='disk'><driver name='qemu' type='raw' iothread='2' x='1'/></disk>
        <memballoon model='virtio' autodeflate='off' freePageReporting='on'/></devices></domain>
        """

    @Test("the parts of memory are read in any units")
    func memory() throws {
        let domain = try DomainDocument(parsing: Self.text)
        #expect(domain.maximumMemory == .init(kibibytes: 4 << 20, slots: 16))
        #expect(domain.memoryLimitKiB == 3072)
        let backing = try #require(domain.memoryBacking)
        #expect(backing.hasHugePages && backing.isNeverMerged && backing.isLocked && backing.isDiscarded)
        #expect(
            backing.pages == [
                .init(kibibytes: 2048, cells: CPUSet([0, 1])), .init(kibibytes: 1 << 20, cells: CPUSet([2])),
            ])
        #expect(backing.source == .file)
        #expect(backing.access == .privately)
        #expect(domain.memoryBalloon?.deflatesOnPressure == false)
        #expect(domain.memoryBalloon?.reportsFreePages == true)
        #expect(domain.numaTuning?.memory == .init(CPUSet(0...2), mode: .preferred))
        #expect(domain.numaTuning?[cell: 0] == .init(CPUSet([5]), mode: .strict))
        #expect(domain.numaTuning?[cell: 1] == nil)
    }

    @Test("the places and limits of processors are read")
    func processors() throws {
        let domain = try DomainDocument(parsing: Self.text)
        let tuning = try #require(domain.cpuTuning)
        #expect(tuning.shares == 7)
        #expect(tuning.period == 8)
        #expect(tuning.quota == -1)
        // One with an exclusion is none that is known.
        #expect(tuning.vcpuPins == [.init(thread: 0, processors: CPUSet([2, 3]))])
        #expect(tuning.emulatorPin == CPUSet(1...3))
        #expect(tuning.ioThreadPins == [.init(thread: 2, processors: CPUSet([9]))])
        #expect(tuning.schedules == [.init(processors: CPUSet(0...2), scheduler: .fifo, priority: 5)])
        #expect(domain.ioThreadCount == 2)
        #expect(domain.disks[0].ioThread == 2)
        let cells = domain.processor?.cells ?? []
        #expect(cells.map(\.id) == [0, 1])
        #expect(cells.map(\.processors) == [CPUSet([0, 1]), nil])
        #expect(cells.map(\.memoryKiB) == [2048, 512])
        #expect(cells.map(\.access) == [.shared, nil])
        #expect(cells.map(\.distances) == [[.init(cell: 0, value: 10), .init(cell: 1, value: 21)], []])
    }

    @Test("writing back every field that was read changes nothing")
    func rewriting() throws {
        let before = try DomainDocument(parsing: Self.text)
        var after = before
        after.rewriteEverything()
        #expect(after == before)
    }

    @Test("taking each field away takes its node away, and no other")
    func removing() throws {
        var domain = try DomainDocument(parsing: Self.text)
        domain.maximumMemory = nil
        domain.memoryLimitKiB = nil
        domain.memoryBacking = nil
        domain.ioThreadCount = nil
        domain.cpuTuning?.shares = nil
        domain.cpuTuning?.quota = nil
        domain.cpuTuning?.emulatorPin = nil
        domain.numaTuning?[cell: 0] = nil
        domain.processor?.cells[0].distances = []
        domain.processor?.cells[0].memoryKiB = nil
        domain.disks[0].ioThread = nil
        domain.memoryBalloon?.reportsFreePages = nil
        let names = domain.root.elements.map(\.name.local)
        #expect(names == ["name", "memtune", "vcpu", "cputune", "numatune", "cpu", "devices"])
        #expect(domain.root.first("memtune")?.elements.map(\.name.local) == ["soft_limit"])
        #expect(
            domain.root.first("cputune")?.elements.map(\.name.local) == [
                "period", "vcpupin", "vcpupin", "iothreadpin", "vcpusched", "vcpusched",
            ])
        #expect(
            try domain.root.descendant("cpu", "numa", "cell")?.serialized(indentation: .none)
                == #"<cell id="0" cpus="0,1" memAccess="shared"><cache level="1"/></cell>"#)
    }

    @Test(
        "sets are read and written as libvirt writes them",
        arguments: [
            ("0", "0"), ("0-3,8", "0-3,8"), ("3,1,2", "1-3"), ("0-1,2-3", "0-3"), ("5,5", "5"), ("0-7,2-3", "0-7"),
            ("", nil), ("a", nil), ("3-1", nil), ("1-2-3", nil), ("-1", nil), ("1,", nil), ("^2", nil), ("+1", nil),
            ("0-999999999", "0-999999999"), ("0-1000000000", nil),
        ] as [(String, String?)])
    func sets(text: String, written: String?) {
        #expect(CPUSet(parsing: text)?.description == written)
    }
}
