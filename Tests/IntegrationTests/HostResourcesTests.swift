// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import Testing

/// What an instance takes of the host, as the guest and the host see it.
@Suite("a guest's part of the host", .serialized)
struct HostResourcesTests {
    @Test("has the cells, the memory and the I/O threads that were asked for")
    func cells() async throws {
        let lab = try await Lab("cells")
        let before = try await lab.prepared()
        let spawned = try await lab.driver.spawn(
            Self.divided("cells-1"), until: .agent(within: Lab.patience), context: lab.context)
        let id = spawned.id

        // Of each cell's two processors one is there at the start.
        let nodes = "cd /sys/devices/system/node; for n in node?; do echo $(cat $n/cpulist) $(cat $n/distance); done"
        #expect(try await lab.shell(nodes, in: id) == "0 10 21\n1 31 10")
        #expect(try await lab.shell("cat /sys/devices/system/cpu/possible", in: id) == "0-3")
        // What is present counts the kernel's own, too, which lies in either cell.
        let memory = """
            awk '/^Node/ { n = $2 } / present / { p[n] += $2 }
                END { print int(p["0,"] / 256); print int(p["1,"] / 256) }' /proc/zoneinfo
            """
        let sizes = try await lab.shell(memory, in: id).split(separator: "\n").compactMap { Int($0) }
        #expect(sizes.count == 2)
        #expect(sizes.allSatisfy { (190...192).contains($0) }, "\(sizes) MiB")
        let write =
            "for d in vdb vdc; do dd if=/dev/zero of=/dev/$d bs=64k count=16 conv=fsync 2>/dev/null || exit 1; done"
        #expect(try await lab.shell("\(write); echo done", in: id) == "done")

        let threads = try lab.virsh("iothreadinfo", "cells-1").split(separator: "\n").compactMap { line in
            line.split(separator: " ").first.flatMap { Int($0) }
        }
        #expect(threads.sorted() == [1, 2])
        let qemu = try #require(try HostProcess.running("qemu-system", for: lab).first { $0.runsGuest("cells-1") })
        let line = qemu.commandLine
        #expect(line.count { $0.contains("memory-backend-memfd") && $0.contains(#""share":true"#) } == 2, "\(line)")
        #expect(line.contains { $0.contains("mem-merge=off") }, "\(line)")
        #expect(line.contains { $0.contains("slots=4,maxmem=1048576k") }, "\(line)")
        let balloon = line.first { $0.contains("virtio-balloon-pci") } ?? ""
        #expect(balloon.contains(#""deflate-on-oom":true"#) && balloon.contains(#""free-page-reporting":true"#))

        // Memory is plugged into a cell of the running guest.
        let blocks = "ls -d /sys/devices/system/memory/memory[0-9]* | wc -l"
        let few = try await lab.shell(blocks, in: id)
        let module = try TestFile(
            "dimm.xml",
            "<memory model='dimm'><target><size unit='MiB'>128</size><node>1</node></target></memory>")
        try lab.virsh("attach-device", "cells-1", module.path)
        let wait = "n=0; until [ $n = 300 ] || [ $(\(blocks)) -gt \(few) ]; do n=$((n+1)); usleep 100000; done"
        #expect(try await lab.shell("\(wait); \(blocks)", in: id) == "\((Int(few) ?? 0) + 1)")

        let sweep = try await lab.reconcile(.show)
        #expect(sweep.drifts.isEmpty)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("takes what it is given of a memory device")
    func memoryDevice() async throws {
        let lab = try await Lab("devmem")
        let before = try await lab.prepared()
        let instance = try Instance(
            name: InstanceName("resized-1"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(256)),
            memoryDetails: MemoryDetails(
                maximum: MaximumMemory(MemorySize(.gibibytes(1))),
                devices: [MemoryDevice(size: .mebibytes(512), requested: .mebibytes(128))]),
            disks: [.image(ImageName("tiny"), size: DiskSize(.mebibytes(512)))])
        let spawned = try await lab.driver.spawn(instance, until: .agent(within: Lab.patience), context: lab.context)
        let id = spawned.id
        // What the guest has of it is brought online where its kernel is told to; present counts the kernel's own, too.
        let present = "awk '/ present / { p += $2 } END { print int(p / 256) }' /proc/zoneinfo"
        let took = """
            modprobe -q virtio_mem; n=0
            until [ $n = 300 ] || [ $(\(present)) -gt 370 ]; do
                for m in /sys/devices/system/memory/memory*/state; do echo online > $m 2>/dev/null; done
                n=$((n+1)); usleep 100000
            done
            \(present)
            """
        let total = try await Int(lab.shell(took, in: id)) ?? 0
        #expect((370...384).contains(total), "\(total) MiB")
        let device = try lab.virsh("dumpxml", "resized-1")
        #expect(device.contains("<current unit='KiB'>131072</current>"), "\(device)")

        let sweep = try await lab.reconcile(.show)
        #expect(sweep.drifts.isEmpty)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("starts with each kind of memory that needs no privilege", arguments: ["own", "file", "nodes", "cell"])
    func memory(kind: String) async throws {
        let lab = try await Lab("mem-\(kind)")
        let before = try await lab.prepared()
        let cell = try NUMA.Cell(vcpus: [0], memory: MemorySize(.mebibytes(128)))
        let bound = try NUMA.Cell(vcpus: [0], memory: MemorySize(.mebibytes(128)), nodes: [0])
        let details =
            switch kind {
            case "own": MemoryDetails(backing: try MemoryBacking(source: .anonymous, merging: true))
            case "file": MemoryDetails(backing: try MemoryBacking(source: .file, isShared: true, isDiscarded: true))
            case "nodes": MemoryDetails(numa: try NUMA(cells: [cell], mode: .interleave, nodes: [0]))
            default: MemoryDetails(balloon: try Balloon(model: .absent), numa: try NUMA(cells: [bound]))
            }
        let instance = try Instance(
            name: InstanceName("memory-1"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)),
            memoryDetails: details, disks: [.image(ImageName("tiny"), size: DiskSize(.mebibytes(512)))])
        let spawned = try await lab.driver.spawn(
            instance, until: .agent(within: Lab.patience), context: lab.context)
        #expect(try await lab.shell("echo up", in: spawned.id) == "up")
        let sweep = try await lab.reconcile(.show)
        #expect(sweep.drifts.isEmpty)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("two that are made at once get processors of their own")
    func race() async throws {
        let lab = try await Lab("race")
        let before = try await lab.prepared()
        async let one = lab.driver.spawn(Self.dedicated("race-1", .chosen), until: .running, context: lab.context)
        async let two = lab.driver.spawn(Self.dedicated("race-2", .chosen), until: .running, context: lab.context)
        #expect(try await one.state == .running)
        #expect(try await two.state == .running)
        let pins = try ["race-1", "race-2"].map { name in
            try lab.virsh("vcpupin", name).split(whereSeparator: \.isWhitespace).last.map(String.init)
        }
        #expect(Set(pins).count == 2 && !pins.contains(nil), "\(pins)")
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("has processors of the host that no other instance gets")
    func dedicated() async throws {
        let lab = try await Lab("dedicated")
        let before = try await lab.prepared()
        let spawned = try await lab.driver.spawn(
            Self.dedicated("alone-1", .chosen), until: .running, context: lab.context)
        let qemu = try #require(try HostProcess.running("qemu-system", for: lab).first { $0.runsGuest("alone-1") })
        let pins = try lab.virsh("vcpupin", "alone-1")
        let cpu = try #require(pins.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }, "\(pins)")
        #expect(try qemu.affinities() == ["\(cpu)"], "each of QEMU's threads runs there alone")

        let sweep = try await lab.reconcile(.show)
        #expect(sweep.drifts.isEmpty)
        let second = try Self.dedicated("alone-2", .fixed([cpu]))
        let taken = await #expect(throws: ComputeError.self) {
            try await lab.driver.spawn(second, until: .running, context: lab.context)
        }
        #expect(taken?.code == .conflict)
        #expect(taken?.message == "the host's processor \(cpu) is taken by the instance alone-1")

        // What was held is free once its instance is gone.
        try await lab.driver.delete(spawned.id, policy: .evenRunning, context: lab.context)
        _ = try await lab.driver.spawn(second, until: .running, context: lab.context)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("keeps its processors where the database was lost")
    func lostDatabase() async throws {
        let lab = try await Lab("lost-cpu")
        _ = try await lab.prepared()
        _ = try await lab.driver.spawn(Self.dedicated("alone-1", .chosen), until: .started, context: lab.context)
        let claims = try Journal.open(lab.state).claims().map(\.claim)
        #expect(claims.count { $0.kind == .cpu } == 1)
        await lab.driver.close()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: lab.state.database.string + suffix)
        }
        let next = try await Lab("lost-cpu")
        #expect(try await next.reconcile(.show).recovered == ["alone-1"])
        #expect(try Journal.open(next.state).claims().map(\.claim) == claims)
        try await next.deleteAll()
    }

    @Test("what needs a privileged libvirt, or more than the host has, is refused before anything is made")
    func refusals() async throws {
        let lab = try await Lab("refusals")
        let before = try await lab.prepared()
        let cases: [(cpu: ProcessorTuning, details: MemoryDetails, path: String)] = [
            (try ProcessorTuning(shares: 100), MemoryDetails(), "cpu.shares"),
            (try ProcessorTuning(quota: .init(quotaMicroseconds: 5_000)), MemoryDetails(), "cpu.quota"),
            (
                .usual, MemoryDetails(backing: try MemoryBacking(hugePages: .hostDefault)),
                "memory_backing.huge_pages"
            ),
            (
                .usual, MemoryDetails(backing: try MemoryBacking(isLocked: true, limit: .gibibytes(1))),
                "memory_backing.locked"
            ),
        ]
        for (tuning, details, path) in cases {
            let instance = try Instance(
                name: InstanceName("refused"), vcpus: VCPUCount(1), processor: Processor(tuning: tuning),
                memory: MemorySize(.mebibytes(128)), memoryDetails: details,
                disks: [.image(ImageName("tiny"), size: DiskSize(.mebibytes(512)))])
            let error = await #expect(throws: ComputeError.self) {
                try await lab.driver.spawn(instance, until: .running, context: lab.context)
            }
            #expect(error?.code == .unsupported)
            #expect(error?.outcome == .didNotHappen)
            #expect(error?.problems.map(\.path) == [path])
        }
        let many = try Instance(
            name: InstanceName("many"), vcpus: VCPUCount(255),
            processor: Processor(tuning: ProcessorTuning(dedicated: .chosen)), memory: MemorySize(.gibibytes(1)),
            disks: [.image(ImageName("tiny"), size: DiskSize(.mebibytes(512)))])
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.spawn(many, until: .running, context: lab.context)
        }
        #expect(error?.code == .exhausted)
        #expect(error?.problems.first?.violation.rule.hasPrefix("needs ") == true)
        try await lab.expectUnchanged(since: before)
    }

    /// A guest of two cells, with memory that others may map, room for more, and threads for its disks.
    private static func divided(_ name: String) throws -> Instance {
        let memory = try MemorySize(.mebibytes(192))
        return try Instance(
            name: InstanceName(name), vcpus: VCPUCount(2), maximumVCPUs: VCPUCount(4),
            memory: MemorySize(.mebibytes(384)),
            memoryDetails: MemoryDetails(
                maximum: MaximumMemory(MemorySize(.gibibytes(1)), slots: 4),
                backing: MemoryBacking(isShared: true, merging: false),
                balloon: Balloon(reportsFreePages: true, statisticsPeriod: 5, deflatesOnPressure: true),
                numa: NUMA(cells: [
                    .init(vcpus: [0, 2], memory: memory, distances: [10, 21]),
                    .init(vcpus: [1, 3], memory: memory, distances: [31, 10]),
                ])),
            ioThreads: IOThreadCount(2),
            disks: [
                .image(ImageName("tiny"), size: DiskSize(.mebibytes(512))), .blank(DiskSize(.mebibytes(8))),
                .blank(DiskSize(.mebibytes(8))),
            ])
    }

    private static func dedicated(_ name: String, _ cpus: ProcessorTuning.HostCPUs) throws -> Instance {
        try Instance(
            name: InstanceName(name), vcpus: VCPUCount(1),
            processor: Processor(tuning: ProcessorTuning(dedicated: cpus)), memory: MemorySize(.mebibytes(128)),
            ioThreads: IOThreadCount(1), disks: [.image(ImageName("tiny"), size: DiskSize(.mebibytes(512)))])
    }
}

extension Lab {
    /// What virsh prints of the lab's own daemon.
    @discardableResult
    fileprivate func virsh(_ arguments: String...) throws -> String {
        try HostCommand(["virsh", "-q", "-c", state.daemonURI] + arguments).output()
    }
}

extension HostProcess {
    /// The arguments that it was started with.
    fileprivate var commandLine: [String] {
        let data = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") ?? Data()
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The sets of processors that its threads may run on.
    fileprivate func affinities() throws -> Set<String> {
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")
        return Set(
            threads.compactMap { thread in
                HostProcess(id: Int32(thread) ?? 0).status("Cpus_allowed_list").first
            })
    }
}

/// A file of the test run with this content.
private struct TestFile {
    let path: String

    init(_ name: String, _ content: String) throws {
        path = "\(try Lab.base)/\(name)"
        try content.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
