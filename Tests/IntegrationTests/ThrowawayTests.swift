// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import Testing

/// A guest for one job, as its template has it: what its machine is and what it lacks, as the guest itself sees it.
@Suite("a guest that is thrown away", .serialized)
struct ThrowawayTests {
    /// A lab with the kernel and the RAM disk that the template names.
    private static func lab(_ name: String) async throws -> Lab {
        let lab = try await Lab(name)
        for (name, kind, image) in [("vmlinux", ImageKind.kernel, GuestImage.vmlinux), ("ramdisk", .initrd, .ramdisk)] {
            _ = try await lab.driver.addImage(
                ImageName("tiny-\(name)"), fromFile: image.path(), format: .raw, kind: kind, context: lab.context)
        }
        try await lab.deleteAll()
        return lab
    }

    private static func instance(_ changes: [(String, String)] = []) throws -> Instance {
        let text = try String(contentsOfFile: Lab.template("throwaway.yaml"), encoding: .utf8)
        return try InstanceDocument.parse(
            changes.reduce(text) { text, change in text.replacingOccurrences(of: change.0, with: change.1) })
    }

    @Test("answers without ACPI, goes down when its agent is asked, and never restarts")
    func life() async throws {
        let lab = try await Self.lab("throw")
        let before = try await HostSnapshot.take(lab)
        let id = try await lab.driver.spawn(
            Self.instance(), until: .agent(within: Lab.patience), context: lab.context
        ).id

        let firmware = "ls -d /sys/firmware/acpi 2>/dev/null || echo none"
        #expect(try await lab.shell(firmware, in: id) == "none")
        #expect(try await lab.shell("nproc", in: id) == "1")
        // The host bridge of an i440FX, and no device of PCI Express behind a port.
        #expect(try await lab.shell("cat /sys/bus/pci/devices/0000:00:00.0/device", in: id) == "0x1237")
        #expect(try await lab.shell("ls /sys/bus/pci_express/devices 2>/dev/null | wc -l", in: id) == "0")
        let line = try await lab.shell("cat /proc/cmdline", in: id)
        #expect(line.hasSuffix("panic=-1 console=ttyS0 quiet"), "\(line)")
        #expect(line.contains("mitigations=off"), "\(line)")
        let sweep = try await lab.reconcile(.show)
        #expect(sweep.drifts.isEmpty)

        for kind in [RebootKind.hard, .graceful(within: .seconds(30))] {
            let error = await #expect(throws: ComputeError.self) {
                try await lab.driver.reboot(id, kind: kind, context: lab.context)
            }
            #expect(error?.code == .unsupported)
            #expect(error?.outcome == .didNotHappen)
        }
        #expect(try await lab.driver.instance("throwaway-1", context: lab.context).state == .running)

        try await lab.driver.stop(id, policy: .graceful(within: Lab.patience), context: lab.context)
        #expect(try await lab.driver.instance("throwaway-1", context: lab.context).state == .stopped)
        // Its disk is memory: nothing of the first life is left in the second.
        try await lab.driver.start(id, context: lab.context)
        try await lab.driver.waitForAgent(id, within: Lab.patience, context: lab.context)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("is not asked to go down where nobody listens, and says why")
    func deaf() async throws {
        let lab = try await Self.lab("deaf")
        let before = try await HostSnapshot.take(lab)
        let instance = try Self.instance([("balloon:", "agent: false\nballoon:")])
        let id = try await lab.driver.spawn(instance, until: .running, context: lab.context).id
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.stop(id, policy: .graceful(within: .seconds(30)), context: lab.context)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.outcome == .didNotHappen)
        #expect(
            error?.message
                == "no agent answers in the guest, and a machine with `profile: fast` has no ACPI to ask it by")
        #expect(try await lab.driver.instance("throwaway-1", context: lab.context).state == .running)
        try await lab.driver.stop(id, policy: .force, context: lab.context)
        #expect(try await lab.driver.instance("throwaway-1", context: lab.context).state == .stopped)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}
