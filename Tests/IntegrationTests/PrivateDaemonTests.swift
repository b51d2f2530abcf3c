// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import SystemPackage
import Testing

/// The private daemon's life, with real guests that must outlive whatever happens to it.
@Suite("The private daemon", .serialized)
struct PrivateDaemonTests {
    @Test("is one, however many processes need it at the same moment", arguments: [2, 10])
    func processes(count: Int) async throws {
        let lab = try await Lab("d-one")
        try await lab.storeTinyImage()
        try await lab.endDaemon()
        let victims = try (0..<count).map { _ in try Victim(in: lab, "list") }
        for victim in victims { #expect(try victim.finish() == []) }
        _ = try lab.daemon()
    }

    @Test("is one, however many drivers of a process need it at the same moment", arguments: [2, 10])
    func drivers(count: Int) async throws {
        let lab = try await Lab("d-one")
        try await lab.storeTinyImage()
        try await lab.endDaemon()
        try await withThrowingTaskGroup(of: [InstanceStatus].self) { group in
            for _ in 0..<count {
                group.addTask {
                    let other = try await Lab("d-one")
                    return try await other.driver.instances(context: other.context)
                }
            }
            for try await instances in group { #expect(instances.isEmpty) }
        }
        _ = try lab.daemon()
    }

    @Test("and all that it starts run as the unprivileged account, without a way back")
    func account() async throws {
        let lab = try await Lab("d-acct")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("account-1"), until: .running, context: lab.context).id
        let account = geteuid() == 0 ? try GuestAccount.named("libvirt-qemu") : .currentUser()
        #expect(account.userID != 0)
        for program in ["libvirtd", "qemu-system-x86", "virtlogd", "tini"] {
            let process = try #require(try HostProcess.running(program, for: lab).first, "\(program)")
            #expect(process.status("Uid") == [String](repeating: "\(account.userID)", count: 4), "\(program)")
            #expect(process.status("Gid") == [String](repeating: "\(account.groupID)", count: 4), "\(program)")
            for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
                #expect(process.status(set) == ["0000000000000000"], "\(program) \(set)")
            }
            if geteuid() == 0 {
                #expect(process.status("CapBnd") == ["0000000000000000"], "\(program)")
                #expect(process.status("NoNewPrivs") == ["1"], "\(program)")
            }
        }
        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        #expect(try await HostSnapshot.take(lab) == before)
    }

    @Test("is started again after it was killed, and its guest never notices")
    func killed() async throws {
        let lab = try await Lab("d-killed")
        let before = try await lab.prepared()
        let id = try await lab.answeringGuest("killed-1")
        let (bootID, daemon) = (try await lab.bootID(of: id), try lab.daemon())
        let guest = try HostProcess.running("qemu-system-x86", for: lab)

        try await daemon.end()
        let other = try await Lab("d-killed")
        #expect(try await other.driver.instances(context: other.context).map(\.state) == [.running])
        #expect(try other.daemon() != daemon)
        #expect(try await other.bootID(of: id) == bootID)
        // The driver that was connected all the while goes on as well.
        #expect(try await lab.bootID(of: id) == bootID)
        #expect(try HostProcess.running("qemu-system-x86", for: lab) == guest)

        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        #expect(try await HostSnapshot.take(lab) == before)
    }

    @Test("is replaced when it hangs, and its guest never notices", arguments: [false, true])
    func hung(isConnected: Bool) async throws {
        let lab = try await Lab("d-hung")
        let before = try await lab.prepared()
        let id = try await lab.answeringGuest("hung-1")
        let (bootID, daemon) = (try await lab.bootID(of: id), try lab.daemon())
        let guest = try HostProcess.running("qemu-system-x86", for: lab)

        daemon.signal(SIGSTOP)
        let next = isConnected ? lab : try await Lab("d-hung")
        if isConnected {
            // Calls that are under way may fail; the connection is given up meanwhile.
            let error = await #expect(throws: ComputeError.self) {
                try await next.driver.instances(context: next.context)
            }
            #expect([.deadlineExceeded, .hostUnavailable].contains(error?.code))
        }
        #expect(
            try await next.retrying { try await next.driver.instances(context: next.context).map(\.state) } == [
                .running
            ])
        #expect(try next.daemon() != daemon)
        #expect(try await next.bootID(of: id) == bootID)
        #expect(try HostProcess.running("qemu-system-x86", for: lab) == guest)

        try await next.driver.delete(id, policy: .evenRunning, context: next.context)
        #expect(try await HostSnapshot.take(next) == before)
    }

    @Test("that is killed while it starts a guest leads to a clear error, and nothing is left")
    func killedInSpawn() async throws {
        let lab = try await Lab("d-spawn")
        let before = try await lab.prepared()
        let daemon = try lab.daemon()
        // What libvirt runs QEMU for beforehand, to ask it what it can do, is over.
        _ = try await lab.driver.plan(lab.tiny("spawn-1"), context: lab.context)
        let killer = Task {
            // The guest's QEMU is there while libvirt is in the middle of starting it.
            while try HostProcess.running("qemu-system-x86", for: lab).allSatisfy({ !$0.runsGuest("spawn-1") }) {
                try await Task.sleep(for: .milliseconds(1))
            }
            try await daemon.end()
        }
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.spawn(lab.tiny("spawn-1"), until: .agent(within: Lab.patience), context: lab.context)
        }
        try await killer.value
        #expect(error?.code == .hostUnavailable)
        #expect(error?.subject == "instance spawn-1")
        #expect(try await lab.settled() == before)
        #expect(try lab.daemon() != daemon)
        #expect(try lab.lastOperation()?.record.state == .undone)
    }

    @Test("ends itself when nobody needs it, and is back when somebody does")
    func idle() async throws {
        let lab = try await Lab("d-idle", daemonIdleSeconds: 1)
        let before = try await lab.prepared()
        let first = try lab.daemon()
        await lab.driver.close()
        try await first.waitUntilGone()
        #expect(try await lab.settled() == before)
        #expect(try lab.daemon() != first)
    }

    @Test("is back although the one before still held its pid file when the next was started")
    func heldPIDFile() async throws {
        let lab = try await Lab("d-held")
        _ = try await lab.prepared()
        try await lab.endDaemon()
        let path = lab.state.daemonRun.appending("libvirt/libvirtd.pid")
        let pidFile = try FileDescriptor.open(path, .readWrite, options: .create, permissions: [.ownerReadWrite])
        try #require(fchmod(pidFile.rawValue, 0o666) == 0)
        // As libvirt locks it: virFileLock of the first byte.
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_len = 1
        try #require(fcntl(pidFile.rawValue, F_SETLK, &lock) == 0)
        async let instances = lab.driver.instances(context: lab.context)
        try await Task.sleep(for: .seconds(1))
        try #require(unlink(path.string) == 0)
        try pidFile.close()
        #expect(try await instances.isEmpty)
    }
}

/// What would let a daemon end a guest that it cannot reach: it must not be started, nor be asked, from elsewhere.
@Suite("A state directory under a live guest", .serialized)
struct MovedStateTests {
    @Test("that was renamed is refused until it is back, and the guest lives on", arguments: [false, true])
    func renamed(daemonLives: Bool) async throws {
        let lab = try await Lab("moved")
        let before = try await lab.prepared()
        let id = try await lab.answeringGuest("moved-1")
        let bootID = try await lab.bootID(of: id)
        let guest = try HostProcess.running("qemu-system-x86", for: lab)
        await lab.driver.close()
        if !daemonLives { try await lab.endDaemon() }

        let elsewhere = lab.state.path.removingLastComponent().appending("elsewhere")
        try FileManager.default.moveItem(atPath: lab.state.path.string, toPath: elsewhere.string)
        try await expectRefusal("elsewhere")
        #expect(try HostProcess.running("qemu-system-x86", for: lab) == guest)
        try FileManager.default.moveItem(atPath: elsewhere.string, toPath: lab.state.path.string)

        #expect(try await lab.bootID(of: id) == bootID)
        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        #expect(try await HostSnapshot.take(lab) == before)
    }

    @Test("is refused as a copy, and the guest lives on")
    func copied() async throws {
        let lab = try await Lab("copied")
        let before = try await lab.prepared()
        let id = try await lab.answeringGuest("copied-1")
        let bootID = try await lab.bootID(of: id)
        let copy = lab.state.path.removingLastComponent().appending("copy")
        let process = try Process.run(
            URL(filePath: "/bin/cp"), arguments: ["-a", lab.state.path.string, copy.string])
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)

        try await expectRefusal("copy")
        let another = try await Lab("copy")
        #expect(try HostProcess.running("libvirtd", for: another).isEmpty)
        #expect(try await lab.bootID(of: id) == bootID)
        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        #expect(try await HostSnapshot.take(lab) == before)
    }

    private func expectRefusal(_ name: String) async throws {
        let lab = try await Lab(name)
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.instances(context: lab.context)
        }
        #expect(error?.code == .hostUnavailable)
        #expect(error?.subject == "state directory \(lab.state.path)")
        #expect(error?.message.contains("is not where its guests were started") == true)
        let spawn = await #expect(throws: ComputeError.self) {
            try await lab.driver.spawn(lab.tiny("elsewhere-1"), until: .started, context: lab.context)
        }
        #expect(spawn?.code == .hostUnavailable)
    }
}
