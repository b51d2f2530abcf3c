// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import SystemPackage
import TestSupport
import Testing

@testable import LibvirtDriver

/// The disk below a state directory fills up, cannot be written to, or fails each write from some size on, while real
/// guests run.
@Suite("A state directory whose disk fails", .serialized)
struct StateDiskFaultTests {
    @Test("because it is full, at each step of a spawn: nothing is left once there is room")
    func fullInSpawn() async throws {
        try await SmallDisk.with("d-full") { disk in
            let lab = try await Lab(disk.lab)
            let before = try await lab.prepared()
            for step in try Instance.complete("steps").spawnSteps(until: .started).map(\.name) {
                let harmed = try await Lab(disk.lab, probe: ActingProbe(.step(.before, step)) { disk.fill() })
                let error = await #expect(throws: ComputeError.self) {
                    try await harmed.driver.spawn(.complete("full-1"), until: .started, context: harmed.context)
                }
                // What libvirt's daemon says of its own files is its own affair.
                if step != "define", step != "start" {
                    #expect(error?.code == .exhausted, "\(step): \(String(describing: error))")
                }
                #expect(error?.outcome != .happened, "\(step)")
                disk.empty()
                #expect(try await lab.driver.instances(context: lab.context).isEmpty, "\(step)")
                try await lab.expectUnchanged(since: before, "\(step)")
                await harmed.driver.close()
            }
            _ = try await lab.driver.spawn(.complete("full-1"), until: .running, context: lab.context)
            try await lab.deleteAll()
            try await lab.expectUnchanged(since: before)
        }
    }

    @Test("because it is full, leaves guests running, shows them, and does or refuses what is asked")
    func fullWithGuest() async throws {
        try await SmallDisk.with("d-guest") { disk in
            let lab = try await Lab(disk.lab)
            let before = try await lab.prepared()
            _ = try await lab.driver.spawn(lab.tiny("full-2"), until: .running, context: lab.context)
            disk.fill()
            // A guest that writes there meanwhile is paused by QEMU.
            let alive: [InstanceState] = [.running, .paused]
            #expect(try await lab.driver.instances(context: lab.context).allSatisfy { alive.contains($0.state) })
            for (change, state) in [("pause", InstanceState.paused), ("resume", .running)] {
                let outcome = try await lab.roost(change, "full-2", "-o", "json")
                let present = try await lab.driver.instance("full-2", context: lab.context).state
                if outcome.status == 0 {
                    #expect(present == state)
                } else {
                    #expect(try outcome.error["kind"] == "exhausted", "\(outcome.errorText)")
                    #expect(alive.contains(present))
                }
            }
            let deletion = try await lab.roost("delete", "--force", "full-2", "-o", "json")
            let states = try await lab.driver.instances(context: lab.context).map(\.state)
            var isBegun = false
            if deletion.status == 0 {
                #expect(states == [])
            } else {
                #expect(try deletion.error["kind"] == "exhausted", "\(deletion.errorText)")
                // One that was begun is finished once there is space.
                isBegun = try deletion.error["outcome"] == "unknown"
                let isUntouched = states.count == 1 && states.allSatisfy(alive.contains)
                #expect(isBegun || isUntouched, "\(states), \(deletion.errorText)")
            }
            disk.empty()
            if isBegun { #expect(try await lab.driver.instances(context: lab.context).isEmpty) }
            try await lab.deleteAll()
            #expect(try await lab.driver.instances(context: lab.context).isEmpty)
            try await lab.expectUnchanged(since: before)
        }
    }

    @Test("because it is mounted read-only: guests are shown and run on, and no change is half made")
    func readOnly() async throws {
        let lab = try await Lab.ready("d-ro")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("read-1"), until: .running, context: lab.context).id
        let snapshot = try await HostSnapshot.take(lab)
        var roost = lab.roost
        roost.prefix = [
            "unshare", "--mount", "sh", "-c",
            "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"", lab.state.path.string,
        ]
        let list = try await roost("list", "-o", "json")
        #expect(list.status == 0, "\(list.errorText)")
        #expect(try list.json.elements.map { $0["state"]?.text } == ["running"])
        for change in [["pause", "read-1"], ["stop", "--force", "read-1"], ["delete", "--force", "read-1"]] {
            let outcome = try await roost(change + ["-o", "json"])
            #expect(try outcome.error["kind"] == "failed", "\(change)")
            #expect(outcome.errorText.lowercased().contains("read-only"), "\(change): \(outcome.errorText)")
        }
        let run = try await roost("run", "-", "-o", "json", input: Lab.document("read-2"))
        #expect(try run.error["kind"] == "failed")
        let doctor = try await roost("doctor", "-o", "json")
        #expect(doctor.status == 1)
        let check = try doctor.json["checks"]?.elements.first { $0["name"] == "state_directory" }
        #expect(check?["verdict"] == "bad")
        #expect(try await lab.driver.instance("read-1", context: lab.context).state == .running)
        #expect(try await HostSnapshot.take(lab) == snapshot)
        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        try await lab.expectUnchanged(since: before)
    }

    /// As file sizes, so that each write above one fails: of the journal, of its shared memory, of a disk, of a seed.
    private static let sizes = [0, 1, 4_096, 16_384, 33_000, 66_000, 131_072, 197_000, 262_144, 400_000, 1 << 20]
        .filter { !Sanitizer.isThere || $0 == 1 << 20 }

    @Test("with every write from some size on: it is said, and nothing is half made", arguments: sizes)
    func failingWrites(size: Int) async throws {
        let lab = try await Lab.ready("d-io")
        let before = try await lab.prepared()
        var roost = lab.roost
        roost.prefix = ["env", "--ignore-signal=XFSZ", "prlimit", "--fsize=\(size):\(size)", "--"]
        let run = try await roost("run", "-", "--wait", "none", "-o", "json", input: Self.document)
        let states = try await lab.driver.instances(context: lab.context).map(\.state)
        if run.status == 0 {
            #expect(states == [.running])
        } else {
            let kind = try run.error["kind"]?.text
            #expect(kind == "failed" || kind == "exhausted", "\(run.errorText)")
            #expect(states == [], "\(run.errorText)")
            try await lab.expectUnchanged(since: before, "\(run.errorText)")
            try await lab.roost.json("run", "-", "--wait", "none", input: Self.document)
        }
        let delete = try await roost("delete", "--force", "write-1", "-o", "json")
        let left = try await lab.driver.instances(context: lab.context).map(\.state)
        #expect(left == (delete.status == 0 ? [] : [.running]), "\(delete.errorText)")
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    private static let document = Lab.document("write-1", more: "cloud_init: { hostname: writes.example }")
}

/// A file system of 160 MiB with a lab in it. The lab's daemon ends before it goes.
struct SmallDisk {
    let lab: String
    private let point: FilePath

    /// Runs `body` with a disk of its own. Needs root.
    static func with(_ lab: String, _ body: (SmallDisk) async throws -> Void) async throws {
        let disk = SmallDisk(lab: lab, point: FilePath(try Lab.base).appending(lab))
        try FileManager.default.createDirectory(atPath: disk.point.string, withIntermediateDirectories: false)
        chmod(disk.point.string, 0o711)
        try HostCommand("mount", "-t", "tmpfs", "-o", "size=160m,mode=0711", "none", disk.point.string).output()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(disk))
        } catch {
            result = .failure(error)
        }
        let state = try await Lab(lab)
        for program in ["libvirtd", "virtlogd", "qemu-system-x86"] {
            for process in try HostProcess.running(program, for: state) { try await process.end() }
        }
        umount2(disk.point.string, Int32(MNT_DETACH))
        try result.get()
    }

    /// Takes all room that is left.
    func fill() {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let block = [UInt8](repeating: 1, count: 1 << 20)
        for size in [block.count, 4_096] { while write(descriptor, block, size) > 0 {} }
        close(descriptor)
    }

    /// Gives it back.
    func empty() { unlink(filler) }

    /// Among the daemon's own files, where nobody minds it.
    private var filler: String { point.appending("private/filler").string }
}
