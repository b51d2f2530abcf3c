// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import Libvirt
import RoostKit
import Testing

@testable import LibvirtDriver

/// A guest's QEMU dies in the middle of an operation, or does not want to die; or the guest does not listen.
@Suite("A guest's hypervisor that is killed, or slow to die", .serialized)
struct LostHypervisorTests {
    @Test(
        "leaves an instance that is off, and an operation that says so",
        arguments: CallFaultTests.changes.filter { !$0.isAsked })
    func killed(change: CallFaultTests.Change) async throws {
        let lab = try await Lab("h-kill")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("kill-1"), until: .running, context: lab.context).id
        for moment in ProbePoint.Moment.allCases {
            try await lab.bring(id, to: change.before)
            let step = change.name == "start" ? "power-on" : change.name == "stop" ? "power-off" : change.name
            let probe = ActingProbe(.step(moment, step)) { lab.endHypervisor(of: "kill-1") }
            let harmed = try await Lab("h-kill", probe: probe)
            var error: ComputeError?
            do throws(ComputeError) {
                try await change.make(harmed.driver, id, harmed.context)
            } catch let failure {
                error = failure
            }
            await harmed.driver.close()
            let wasOff = change.name == "start" && moment == .before
            let isDone = moment == .after || wasOff || change.name == "stop"
            #expect((error == nil) == isDone, "\(moment): \(String(describing: error))")
            if let error {
                #expect([.conflict, .failed].contains(error.code), "\(error)")
                #expect(error.outcome != .happened, "\(error)")
            }
            // libvirt hears of the death when it reads the monitor's end.
            if !wasOff { try await lab.untilOff(id) }
            #expect(try Journal.open(lab.state).unfinishedOperations().isEmpty)
            let last = try #require(try lab.lastOperation()?.record.state)
            #expect(isDone ? last == .done : [.undone, .unknown].contains(last), "\(moment): \(last)")
        }
        try await lab.driver.start(id, context: lab.context)
        #expect(try await lab.driver.instance("kill-1", context: lab.context).state == .running)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test(
        "while its guest is asked leaves what was asked for, or says that it did not happen",
        arguments: ["stop", "reboot"])
    func killedWhileAsked(request: String) async throws {
        let lab = try await Lab("h-ask")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("kill-3"), until: .running, context: lab.context).id
        for moment in ProbePoint.Moment.allCases {
            try await lab.bring(id, to: .running)
            let step = request == "stop" ? "ask-shutdown" : "ask-reboot"
            let probe = ActingProbe(.step(moment, step)) { lab.endHypervisor(of: "kill-3") }
            let harmed = try await Lab("h-ask", probe: probe)
            do throws(ComputeError) {
                if request == "stop" {
                    try await harmed.driver.stop(id, policy: .graceful(within: Lab.patience), context: harmed.context)
                } else {
                    try await harmed.driver.reboot(id, kind: .graceful(within: .seconds(5)), context: harmed.context)
                    Issue.record("\(moment): a guest that died was rebooted")
                }
            } catch {
                #expect([.conflict, .failed, .deadlineExceeded].contains(error.code), "\(moment): \(error)")
                // A guest that died is off, as was asked, but was not rebooted.
                #expect(request == "stop" || error.outcome != .happened, "\(moment): \(error)")
            }
            await harmed.driver.close()
            try await lab.untilOff(id)
            #expect(try Journal.open(lab.state).unfinishedOperations().isEmpty)
        }
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("while a spawn waits for its agent undoes the spawn")
    func killedInSpawn() async throws {
        let lab = try await Lab("h-kill")
        let before = try await lab.prepared()
        let probe = ActingProbe(.step(.before, "wait-agent")) { lab.endHypervisor(of: "kill-2") }
        let harmed = try await Lab("h-kill", probe: probe)
        let error = await #expect(throws: ComputeError.self) {
            try await harmed.driver.spawn(
                lab.tiny("kill-2"), until: .agent(within: Lab.patience), context: harmed.context)
        }
        #expect(error?.code == .failed, "\(String(describing: error))")
        #expect(error?.outcome == .didNotHappen)
        try await lab.expectUnchanged(since: before)
    }

    @Test("is ended in the end, though who asked for that could not wait")
    func slowToDie() async throws {
        // A caller who gives up would else wait for the end, which may come in that time.
        let impatient = CallThreads(patience: CallPatience(endsWithin: .milliseconds(1)))
        let lab = try await Lab("h-slow") { $0.callThreads = impatient }
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("slow-1"), until: .running, context: lab.context).id
        try lab.qemu(of: "slow-1").signal(SIGSTOP)
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.stop(id, policy: .force, context: lab.context(within: .seconds(1)))
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.outcome == .unknown || error?.outcome == .happened, "\(String(describing: error))")
        // Others are shown meanwhile, and it is not called off before it is.
        #expect(try await lab.driver.instances(context: lab.context).count == 1)
        try await lab.untilOff(id)
        // The next change settles what nobody waited for: the stop came to its end, and is told so.
        try await lab.driver.start(id, context: lab.context)
        #expect(try lab.history().prefix(2) == [.done, .done])
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("of a guest that does not listen runs on after the time to go down, and force ends it")
    func deafGuest() async throws {
        let lab = try await Lab("h-deaf")
        let before = try await lab.prepared()
        // It has not booted yet, so nobody listens.
        let id = try await lab.driver.spawn(lab.tiny("deaf-2"), until: .started, context: lab.context).id
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.stop(id, policy: .graceful(within: .milliseconds(300)), context: lab.context)
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.hint?.contains("--force") == true)
        #expect(try await lab.driver.instance("deaf-2", context: lab.context).state == .running)
        try await lab.driver.stop(id, policy: .force, context: lab.context)
        #expect(try await lab.driver.instance("deaf-2", context: lab.context).state == .stopped)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}

extension Lab {
    /// Waits until libvirt says that the instance is off.
    fileprivate func untilOff(_ id: InstanceID) async throws {
        let end = ContinuousClock.now + Self.patience
        while ![.stopped, .crashed].contains(try await driver.instance("\(id)", context: context).state) {
            try #require(ContinuousClock.now < end, "instance \(id) stays on")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Kills the guest's hypervisor, where it runs, and returns when it runs no more.
    fileprivate func endHypervisor(of name: String) {
        for process in (try? HostProcess.running("qemu-system-x86", for: self)) ?? [] where process.runsGuest(name) {
            process.signal(SIGKILL)
            while let state = process.status("State").first, state != "Z" { usleep(1_000) }
        }
    }
}
