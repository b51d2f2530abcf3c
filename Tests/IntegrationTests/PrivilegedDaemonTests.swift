// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import Testing

/// What becomes of guests and of operations where a privileged libvirtd, which nobody but its own host starts, fails.
@Suite(
    "A privileged libvirtd that fails", .serialized,
    .enabled(if: geteuid() == 0, "namespaces and a privileged libvirtd need root"))
struct PrivilegedDaemonTests {
    /// Brings two hosts up, with a lab on the first, and takes them down without a trace.
    private func withLab(
        _ name: String, _ body: (TwoHosts, String, Lab) async throws -> Void
    ) async throws {
        try await TwoHosts.with("p-\(name)") { hosts in
            let before = try hosts.trace()
            let uri = try await hosts.up()[0]
            let lab = try await Lab("p-\(name)", connection: .uri(uri, source: "the test"))
            try await lab.storeTinyImage()
            try await body(hosts, uri, lab)
            try await lab.deleteAll()
            #expect(try hosts.processes(running: "qemu-system-x86_64").isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: lab.state.instances.string).isEmpty)
            await lab.driver.close()
            try await hosts.down()
            try await hosts.expectNoTrace(since: before)
        }
    }

    private func expectUnavailable(_ lab: Lab, _ uri: String, _ id: InstanceID) async throws {
        for attempt in [
            { _ = try await lab.driver.instances(context: lab.context) },
            { try await lab.driver.pause(id, context: lab.context) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: ComputeError.self) { try await attempt() }
            #expect(error?.code == .hostUnavailable)
            #expect(error?.outcome == .didNotHappen)
        }
        let list = try await lab.roost("--connect", uri, "list", "-o", "json")
        #expect(list.status == 7, "\(list.errorText)")
        #expect(try list.error["kind"] == "host_unavailable")
    }

    @Test("and is killed: that is said until it is started again, and its guest never notices")
    func killed() async throws {
        try await withLab("killed") { hosts, uri, lab in
            let id = try await lab.answeringGuest("kept-1")
            let bootID = try await lab.bootID(of: id)
            try await hosts.daemon(of: "a").end()
            // Its socket is there, and refuses.
            try await expectUnavailable(lab, uri, id)
            try await hosts.run(on: "a", "rm", "/run/libvirt/libvirt-sock")
            try await expectUnavailable(lab, uri, id)
            #expect(try hosts.processes(running: "qemu-system-x86_64").count == 1)

            try await hosts.startDaemon(on: "a")
            #expect(
                try await lab.retrying { try await lab.driver.instances(context: lab.context).map(\.state) }
                    == [.running])
            #expect(try await lab.bootID(of: id) == bootID)
            #expect(try hosts.processes(running: "qemu-system-x86_64").count == 1)
        }
    }

    @Test("and hangs: calls end in time, and go through once it goes on, and its guest never notices")
    func hung() async throws {
        try await withLab("hung") { hosts, _, lab in
            let id = try await lab.answeringGuest("kept-2")
            let bootID = try await lab.bootID(of: id)
            let daemon = try hosts.daemon(of: "a")
            daemon.signal(SIGSTOP)
            let error = await #expect(throws: ComputeError.self) {
                try await lab.driver.instances(context: lab.context)
            }
            #expect([.deadlineExceeded, .hostUnavailable].contains(error?.code))
            daemon.signal(SIGCONT)
            #expect(
                try await lab.retrying { try await lab.driver.instances(context: lab.context).map(\.state) }
                    == [.running])
            #expect(try await lab.bootID(of: id) == bootID)
            #expect(try hosts.daemon(of: "a") == daemon)
        }
    }

    @Test("and is killed while it starts a guest: nothing is left once it is back")
    func killedInSpawn() async throws {
        try await withLab("spawn") { hosts, _, lab in
            // What libvirt runs QEMU for beforehand, to ask it what it can do, is over.
            _ = try await lab.driver.plan(lab.tiny("cut-1"), context: lab.context)
            let killer = Task {
                // The guest's QEMU is there while libvirt is in the middle of starting it.
                while try hosts.processes(running: "qemu-system-x86_64").isEmpty {
                    try await Task.sleep(for: .milliseconds(1))
                }
                try await hosts.daemon(of: "a").end()
            }
            let error = await #expect(throws: ComputeError.self) {
                try await lab.driver.spawn(
                    lab.tiny("cut-1"), until: .agent(within: Lab.patience), context: lab.context)
            }
            try await killer.value
            #expect(error?.code == .hostUnavailable)
            #expect(error?.subject == "instance cut-1")
            try await hosts.startDaemon(on: "a")
            #expect(
                try await lab.retrying { try await lab.driver.instances(context: lab.context).map(\.name) } == [])
            #expect(try lab.lastOperation()?.record.state == .undone)
            #expect(try hosts.processes(running: "qemu-system-x86_64").isEmpty)
        }
    }
}

extension TwoHosts {
    /// Starts the libvirtd of a host again, with nothing open of this process's: it would wait for the daemon's end.
    fileprivate func startDaemon(on host: String) async throws {
        let script = """
            for descriptor in /proc/self/fd/*; do
                descriptor=${descriptor##*/}
                [[ $descriptor -le 2 ]] || eval "exec $descriptor>&-"
            done
            exec libvirtd -d -l
            """
        try await run(on: host, "bash", "-c", script)
    }

    /// The libvirtd of the host `a` or `b`; fails the test where there is not exactly one.
    fileprivate func daemon(of host: String) throws -> HostProcess {
        let found = try processes(running: "libvirtd").filter { process in
            let environment = FileManager.default.contents(atPath: "/proc/\(process.id)/environ") ?? Data()
            return String(decoding: environment, as: UTF8.self).split(separator: "\0").contains(
                "ROOST_LAB_HOST=\(host)")
        }
        try #require(found.count == 1, "\(found)")
        return found[0]
    }
}
