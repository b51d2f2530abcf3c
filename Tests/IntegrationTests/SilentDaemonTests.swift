// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import Libvirt
import RoostKit
import Testing

/// What an open connection does when its daemon says nothing any more.
@Suite("A connection to a silent daemon", .serialized)
struct SilentDaemonTests {
    private let threads = CallThreads(limits: [.query: CallLane.Limits(threads: 6, waiting: 64, replacements: 0)])
    private let keepAlive = KeepAlive(interval: 1, count: 1)

    private func connection(to lab: Lab, ledger: LiveHandles = .shared) async throws -> Connection {
        let uri = try ConnectionURI(lab.state.daemonURI)
        return try await Connection.open(
            uri, keepAlive: keepAlive, deadline: .now + Lab.patience, threads: threads, ledger: ledger)
    }

    @Test("is lost, and with it each call that is under way, whether the daemon dies later or goes on")
    func underWay() async throws {
        let lab = try await Lab("d-silent")
        _ = try await lab.prepared()
        for dies in [true, false] {
            let connection = try await connection(to: lab)
            let daemon = try lab.daemon()
            daemon.signal(SIGSTOP)
            let calls = (0..<6).map { _ in
                Task { try await connection.hostname(deadline: .now + .seconds(60)) }
            }
            for call in calls {
                let error = await #expect(throws: LibvirtError.self) { try await call.value }
                guard case .reported = error else {
                    Issue.record("a call ended as \(String(describing: error))")
                    continue
                }
            }
            #expect(!connection.isOpen)
            if dies {
                try await daemon.end()
                // Not over the lab's own connection, whose end its client may not have noticed yet.
                let other = try await Lab("d-silent")
                _ = try await other.driver.instances(context: other.context)
            } else {
                daemon.signal(SIGCONT)
            }
            await connection.close()
            #expect(try await self.connection(to: lab).hostname().isEmpty == false)
        }
        try await lab.endDaemon()
    }

    @Test("is lost where nothing is under way, and says why")
    func idle() async throws {
        let lab = try await Lab("d-silent")
        _ = try await lab.prepared()
        let connection = try await connection(to: lab)
        var events = try await connection.events().makeAsyncIterator()
        let daemon = try lab.daemon()
        daemon.signal(SIGSTOP)
        #expect(await events.next() == .closed(.keepAlive))
        try await daemon.end()
    }

    @Test("can be closed, and holds up no other's end")
    func closed() async throws {
        let lab = try await Lab("d-silent")
        _ = try await lab.prepared()
        let ledger = LiveHandles()
        let connection = try await connection(to: lab, ledger: ledger)
        let daemon = try lab.daemon()
        daemon.signal(SIGSTOP)
        await connection.close()
        #expect(ledger.total == 0)
        try await daemon.end()
    }

    @Test("costs a command no more than the time that it was given")
    func commands() async throws {
        let lab = try await Lab("d-silent")
        _ = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("late-1"), until: .started, context: lab.context).id
        let daemon = try lab.daemon()
        daemon.signal(SIGSTOP)
        let words = [
            ["list"], ["show", "late-1"], ["stop", "late-1"], ["stop", "late-1", "--force"], ["pause", "late-1"],
            ["delete", "late-1", "--force"], ["exec", "late-1", "--", "true"], ["host", "facts"],
        ]
        for words in words {
            let asked = ContinuousClock.now
            let outcome = try await lab.roost(["--timeout", "2", "-o", "json"] + words)
            // Other than 125 it would be the program's own.
            #expect(outcome.status == (words[0] == "exec" ? 125 : 6), "\(words)")
            #expect(try outcome.error["kind"] == "deadline_exceeded", "\(words)")
            #expect(try outcome.error["outcome"] == "did_not_happen", "\(words)")
            // Below the patience with a daemon, whatever else this machine does meanwhile.
            #expect(asked.duration(to: .now) < .seconds(6), "\(words)")
        }
        // The log is a file.
        #expect(try await lab.roost("--timeout", "2", "console", "late-1", "--log", "--tail", "1").status == 0)
        daemon.signal(SIGCONT)
        let other = try await Lab("d-silent")
        #expect(try await other.driver.instance("late-1", context: other.context).state == .running)
        try await other.driver.delete(id, policy: .evenRunning, context: other.context)
        try await lab.endDaemon()
    }

    @Test("stays while the daemon answers, however long it has nothing to say")
    func answering() async throws {
        let lab = try await Lab("d-silent")
        _ = try await lab.prepared()
        let connection = try await connection(to: lab)
        try await Task.sleep(for: .seconds(5))
        #expect(connection.isOpen)
        #expect(try await !connection.hostname().isEmpty)
        try await lab.endDaemon()
    }
}
