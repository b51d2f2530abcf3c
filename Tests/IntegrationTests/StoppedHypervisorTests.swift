// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import Libvirt
import RoostKit
import Testing

/// A guest whose QEMU stands still costs nobody else anything, and can be ended.
@Suite("A guest whose hypervisor stands still", .serialized)
struct StoppedHypervisorTests {
    /// How much longer another guest may take to answer than it took before. A machine that runs other tests at the
    /// same time takes its time for all; a call that waits for the guest that hangs would take far longer.
    private static let soon: Duration = .seconds(1)

    @Test("delays no other guest, fails fast itself, and answers again once its hypervisor goes on")
    func stopped() async throws {
        let lab = try await Lab("h-stop")
        let before = try await lab.prepared()
        let hung = try await lab.driver.spawn(lab.tiny("hung-1"), until: .running, context: lab.context).id
        let well = try await lab.driver.spawn(
            lab.tiny("well-1"), until: .agent(within: Lab.patience), context: lab.context
        ).id
        #expect(try await lab.driver.statistics(of: hung, context: lab.context).state == .running)
        let usual = try await times(of: well, in: lab)
        let qemu = try lab.qemu(of: "hung-1")
        qemu.signal(SIGSTOP)

        // The first one finds out; while it does, others are asked, and answer.
        let first = Task {
            try await lab.driver.statistics(of: hung, context: lab.context(within: .seconds(2)))
        }
        let pausing = Task { try await lab.driver.pause(hung, context: lab.context(within: .seconds(4))) }
        try await expectPrompt(well, usually: usual, in: lab)
        let late = await #expect(throws: ComputeError.self) { try await first.value }
        #expect(late?.code == .deadlineExceeded)
        let unknown = await #expect(throws: ComputeError.self) { try await pausing.value }
        #expect([.deadlineExceeded, .busy].contains(unknown?.code))

        for _ in 0..<3 {
            let asked = ContinuousClock.now
            let error = await #expect(throws: ComputeError.self) {
                try await lab.driver.statistics(of: hung, context: lab.context)
            }
            #expect(error?.code == .busy)
            #expect(error?.outcome == .didNotHappen)
            #expect(error?.message.contains("hangs for") == true)
            // At once, and not after the patience with a hypervisor.
            #expect(asked.duration(to: .now) < .seconds(4))
        }
        try await expectPrompt(well, usually: usual, in: lab)
        // Its state is libvirt's own knowledge.
        #expect(try await lab.driver.instance("hung-1", context: lab.context).state == .running)

        qemu.signal(SIGCONT)
        try await lab.untilAnswering(hung)
        #expect(try await lab.driver.statistics(of: hung, context: lab.context).state != .unknown)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("is stopped by force, and deleted, while calls about it hang")
    func ended() async throws {
        let lab = try await Lab("h-end")
        let before = try await lab.prepared()
        let stopped = try await lab.driver.spawn(lab.tiny("end-1"), until: .running, context: lab.context).id
        let deleted = try await lab.driver.spawn(lab.tiny("end-2"), until: .running, context: lab.context).id
        for (id, name) in [(stopped, "end-1"), (deleted, "end-2")] {
            try lab.qemu(of: name).signal(SIGSTOP)
            let error = await #expect(throws: ComputeError.self) {
                try await lab.driver.statistics(of: id, context: lab.context(within: .seconds(2)))
            }
            #expect(error?.code == .deadlineExceeded)
            let refused = await #expect(throws: ComputeError.self) {
                try await lab.driver.pause(id, context: lab.context)
            }
            #expect(refused?.code == .busy)
        }
        try await lab.driver.stop(stopped, policy: .force, context: lab.context)
        #expect(try await lab.driver.instance("end-1", context: lab.context).state == .stopped)
        // The call that hung has returned with the hypervisor's end: the guest can be used again.
        try await lab.driver.start(stopped, context: lab.context)
        try await lab.untilAnswering(stopped)
        try await lab.driver.delete(deleted, policy: .evenRunning, context: lab.context)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("an agent that stands still fails fast, and its guest's figures and power are not held up")
    func agent() async throws {
        let lab = try await Lab("h-agent")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(
            lab.tiny("deaf-1"), until: .agent(within: Lab.patience), context: lab.context
        ).id
        // Not before the agent has told that this program ended.
        _ = try await lab.shell("(sleep 2; kill -STOP $(pidof qemu-ga)) >/dev/null 2>&1 &", in: id)
        let end = ContinuousClock.now + Lab.patience
        var refusal: ComputeError?
        while refusal?.code != .busy, ContinuousClock.now < end {
            do throws(ComputeError) {
                _ = try await lab.driver.execute(
                    GuestProgram(path: "true"), in: id, context: lab.context(within: .seconds(3)))
            } catch {
                refusal = error
            }
        }
        #expect(refusal?.code == .busy)
        #expect(refusal?.outcome == .didNotHappen)
        #expect(refusal?.message.contains("the guest agent answers no request") == true)
        _ = try await lab.driver.statistics(of: id, context: lab.context)
        try await lab.driver.pause(id, context: lab.context)
        #expect(try await lab.driver.instance("deaf-1", context: lab.context).state == .paused)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    /// Expects that the guest's state, figures and power answer about as soon as usually.
    private func expectPrompt(_ id: InstanceID, usually usual: [String: Duration], in lab: Lab) async throws {
        for (name, time) in try await times(of: id, in: lab) {
            let limit = (usual[name] ?? .zero) * 3 + Self.soon
            #expect(time < limit, "\(name) took \(time)")
        }
    }

    /// How long the guest's list, figures and power take, each at the middle of three times.
    private func times(of id: InstanceID, in lab: Lab) async throws -> [String: Duration] {
        let driver = lab.driver
        return [
            "list": try await time {
                let instances = try await driver.instances(context: lab.context)
                #expect(instances.count == 2)
            },
            "statistics": try await time {
                let statistics = try await driver.statistics(of: id, context: lab.context)
                #expect(statistics.disks.map(\.target) == ["vda"])
            },
            "pause and resume": try await time {
                try await driver.pause(id, context: lab.context)
                try await driver.resume(id, context: lab.context)
            },
        ]
    }

    private func time(_ step: () async throws -> Void) async throws -> Duration {
        var times: [Duration] = []
        for _ in 0..<3 {
            let asked = ContinuousClock.now
            try await step()
            times.append(asked.duration(to: .now))
        }
        return times.sorted()[1]
    }
}

extension Lab {
    /// A context for one operation that may take so long.
    func context(within limit: Duration) -> OperationContext {
        OperationContext(principal: Self.principal, deadline: .now + limit)
    }

    /// The QEMU process of a guest.
    func qemu(of name: String) throws -> HostProcess {
        let found = try HostProcess.running("qemu-system-x86", for: self).filter { $0.runsGuest(name) }
        try #require(found.count == 1, "\(found)")
        return found[0]
    }

    /// Asks for statistics until they are told; fails the test where that does not come.
    fileprivate func untilAnswering(_ id: InstanceID) async throws {
        let end = ContinuousClock.now + Self.patience
        while true {
            do throws(ComputeError) {
                _ = try await driver.statistics(of: id, context: context)
                return
            } catch {
                guard error.code == .busy, ContinuousClock.now < end else { throw error }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
