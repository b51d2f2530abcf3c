// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import Libvirt
import RoostKit
import Testing

/// What callers are told where the daemon dies under them.
@Suite("A connection that is lost", .serialized)
struct LostConnectionTests {
    @Test("leaves a change that was under way unknown, and the next one goes through")
    func underWay() async throws {
        let lab = try await Lab("l-way")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("way-1"), until: .running, context: lab.context).id
        let qemu = try #require(try HostProcess.running("qemu-system-x86", for: lab).first)
        qemu.signal(SIGSTOP)
        let pausing = Task { try await lab.driver.pause(id, context: lab.context) }
        // Now the call is in the monitor, which does not answer.
        try await lab.untilBusy("way-1")
        try await lab.daemon().end()
        let error = await #expect(throws: ComputeError.self) { try await pausing.value }
        #expect(error?.code == .hostUnavailable)
        #expect(error?.outcome == .unknown)
        qemu.signal(SIGCONT)

        try await lab.driver.waitForAgent(id, within: Lab.patience, context: lab.context)
        try await lab.driver.pause(id, context: lab.context)
        #expect(try await lab.driver.instance("way-1", context: lab.context).state == .paused)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("is known at once: a call on it is not made, and says so")
    func afterwards() async throws {
        let lab = try await Lab("l-after")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("after-1"), until: .running, context: lab.context).id
        let threads = CallThreads()
        let connection = try await lab.connect(threads)
        let domain = try await connection.domain(uuid: id.uuid, deadline: .now + Lab.patience)
        #expect(connection.isOpen)
        try await lab.daemon().end()
        let limit = ContinuousClock.now + Lab.patience
        while connection.isOpen {
            try #require(ContinuousClock.now < limit)
            try await Task.sleep(for: .milliseconds(5))
        }
        await #expect(throws: LibvirtError.closed) { try await domain.suspend(deadline: .now + Lab.patience) }
        #expect(threads.meter["virDomainSuspend"].made == 0)
        #expect(try await !connection.isAlive(deadline: .now + Lab.patience))
        #expect(try await lab.driver.instance("after-1", context: lab.context).state == .running)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}

extension Lab {
    /// A connection to the lab's daemon, which runs, beside the driver's own.
    fileprivate func connect(_ threads: CallThreads) async throws -> Connection {
        try await Connection.open(
            ConnectionURI(state.daemonURI), deadline: .now + Self.patience,
            threads: threads)
    }

    /// Waits until libvirt waits for a domain's monitor, as it says without asking that.
    fileprivate func untilBusy(_ name: String) async throws {
        let limit = ContinuousClock.now + Self.patience
        while true {
            let told = try HostCommand(
                "virsh", "-q", "-c", state.daemonURI, "domcontrol", name
            ).output()
            if told.hasPrefix("occupied") { return }
            try #require(ContinuousClock.now < limit, "\(told)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
