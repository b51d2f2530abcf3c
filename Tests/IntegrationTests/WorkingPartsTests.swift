// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import Testing

/// What a machine's parts do while its guest runs, as the guest itself sees it.
@Suite("a guest's parts at work", .serialized)
struct WorkingPartsTests {
    @Test("queues are as many as were asked for, processors are plugged in up to the most, and a crash is told")
    func parts() async throws {
        let lab = try await Lab("working")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(
            Self.machine("working-1"), until: .agent(within: Lab.patience), context: lab.context
        ).id

        // Where nothing is said, QEMU gives a queue to each processor.
        let queues = "cd /sys/block; for d in vda vdb; do ls $d/mq | wc -l; done"
        let counts = try await lab.shell(queues, in: id).split(separator: "\n").compactMap { Int($0) }
        #expect(counts.first == 1 && counts.last ?? 0 > 1, "\(counts)")

        #expect(try await lab.shell("nproc", in: id) == "2")
        let daemon = "qemu:///session?socket=\(lab.state.daemonSocket)"
        try HostCommand("virsh", "-q", "-c", daemon, "setvcpus", "working-1", "4", "--live").output()
        let wait = "n=0; until [ $n = 300 ] || [ $(nproc) = 4 ]; do n=$((n+1)); usleep 100000; done; nproc"
        #expect(try await lab.shell(wait, in: id) == "4")

        // The agent answers before the kernel panics.
        let panic = "(usleep 500000; echo c >/proc/sysrq-trigger) </dev/null >/dev/null 2>&1 &"
        _ = try await lab.shell(panic, in: id)
        let waited = try await lab.roost("wait", "working-1", "--for", "state=crashed", "--timeout", "3m")
        #expect(waited.status == 0, "\(waited.errorText)")
        #expect(try await lab.driver.instance("working-1", context: lab.context).state == .crashed)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    /// A guest with one queue for its first disk, room for processors, and a way to tell of a crash.
    private static func machine(_ name: String) throws -> Instance {
        try Instance(
            name: InstanceName(name), vcpus: VCPUCount(2), maximumVCPUs: VCPUCount(4),
            memory: MemorySize(.mebibytes(256)),
            disks: [
                Disk(
                    .image(ImageName("tiny"), size: DiskSize(.mebibytes(512))), handling: .init(queues: QueueCount(1))),
                .blank(DiskSize(.mebibytes(10))),
            ], hasPanicDevice: true, platform: Platform(onCrash: .preserve))
    }
}
