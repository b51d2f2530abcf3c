// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import RoostKit
import Testing

/// What a caller is told who asks a guest to go down.
@Suite("A graceful stop", .serialized)
struct GracefulStopTests {
    @Test("that waits no longer does not say that nothing happened: the guest was asked")
    func ignored() async throws {
        let lab = try await Lab("g-stop")
        let before = try await lab.prepared()
        // Nothing to boot from: the firmware hears no power button.
        let deaf = try lab.tiny("deaf-1", disks: [.blank(DiskSize(.mebibytes(1)))], agent: false)
        let id = try await lab.driver.spawn(deaf, until: .running, context: lab.context).id
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.stop(id, policy: .graceful(within: .seconds(1)), context: lab.context)
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.outcome == .unknown)
        #expect(try await lab.driver.instance("deaf-1", context: lab.context).state == .running)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("of an instance in the making is not told that there is no such instance")
    func making() async throws {
        let stopping = Guarded<Task<Void, any Error>?>(nil)
        let asked = AsyncStream<Void>.makeStream()
        let other = try await Lab("g-make")
        let probe = ActingProbe(.step(.before, "define")) {
            let task = Task {
                let id = try await other.driver.instance("made-1", context: other.context).id
                asked.continuation.finish()
                try await other.driver.stop(id, policy: .graceful(within: Lab.patience), context: other.context)
            }
            stopping.withLock { $0 = task }
        }
        let lab = try await Lab("g-make", probe: probe)
        let before = try await lab.prepared()
        let spawning = Task { try await lab.driver.spawn(lab.tiny("made-1"), until: .running, context: lab.context) }
        for await _ in asked.stream {}
        _ = try await spawning.value
        // It went down, or was off when it was looked at; that there were no such instance would be thrown here.
        try await #require(stopping.withLock { $0 }).value
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}
