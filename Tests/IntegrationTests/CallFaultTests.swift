// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import RoostKit
import Testing

@testable import Libvirt
@testable import LibvirtDriver

/// Each call to libvirt that an operation makes on real QEMU is harmed in turn. The calls are those that were seen in
/// an unharmed run, from the opening of the connection on.
@Suite("An operation of which one call to libvirt is harmed")
struct CallFaultTests {
    /// Calls whose effect must never be there twice.
    private static let once: Set = [
        "virDomainDefineXMLFlags", "virDomainCreateWithFlags", "virDomainQemuMonitorCommand", "virDomainReset",
        "virDomainSuspend", "virDomainResume",
    ]

    /// A change of power, where the guest is before it, and where after it.
    struct Change: Sendable, CustomTestStringConvertible {
        let name: String
        let before: InstanceState
        let after: InstanceState
        /// Whether the guest is asked, and does it when it likes: what was written of the request tells nothing of it.
        var isAsked = false
        let make: @Sendable (LibvirtDriver, InstanceID, OperationContext) async throws(ComputeError) -> Void

        var testDescription: String { name }
    }

    static let changes: [Change] = [
        Change(name: "pause", before: .running, after: .paused) { driver, id, context throws(ComputeError) in
            try await driver.pause(id, context: context)
        },
        Change(name: "resume", before: .paused, after: .running) { driver, id, context throws(ComputeError) in
            try await driver.resume(id, context: context)
        },
        Change(name: "reset", before: .running, after: .running) { driver, id, context throws(ComputeError) in
            try await driver.reboot(id, kind: .hard, context: context)
        },
        Change(name: "stop", before: .running, after: .stopped) { driver, id, context throws(ComputeError) in
            try await driver.stop(id, policy: .force, context: context)
        },
        Change(name: "start", before: .stopped, after: .running) { driver, id, context throws(ComputeError) in
            try await driver.start(id, context: context)
        },
        Change(name: "down", before: .running, after: .stopped, isAsked: true) {
            driver, id, context throws(ComputeError) in
            try await driver.stop(id, policy: .graceful(within: .seconds(20)), context: context)
        },
        Change(name: "reboot", before: .running, after: .running, isAsked: true) {
            driver, id, context throws(ComputeError) in
            try await driver.reboot(id, kind: .graceful(within: .seconds(20)), context: context)
        },
    ]

    @Test("leaves a guest's power as it was or as it should be, and says which", arguments: changes)
    func power(change: Change) async throws {
        let lab = try await Lab("c-\(change.name)")
        let listening = try await lab.listening("call-1")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(
            change.isAsked ? listening : lab.publishing("call-1", "\(TakenPort.free()):22"),
            until: .running, context: lab.context
        ).id

        func attempt(_ faults: CallFaults) async throws -> ComputeError? {
            try await lab.harmed(by: faults) { harmed throws(ComputeError) in
                try await change.make(harmed.driver, id, harmed.context)
            }
        }
        /// One that was asked to go down may be on its way, and one that was just started does not listen yet.
        func prepare() async throws {
            if change.isAsked { return try await lab.startListening(id) }
            try await lab.bring(id, to: change.before)
        }
        let unharmed = CallFaults()
        try await prepare()
        #expect(try await attempt(unharmed) == nil)
        let trials = CallTrial.all(of: unharmed, eachAtMost: change.isAsked ? 2 : .max)
        defer { CallTrial.expectStruck(trials) }
        for trial in trials {
            try await prepare()
            let known = try lab.history().count
            let error = try await attempt(trial.faults)
            trial.expectTyped(error)
            // Its first command settles what is left.
            let state = try await lab.driver.instance("call-1", context: lab.context)
            let new = Array(try lab.history().dropLast(known))
            #expect(state.lockedBy == nil, trial.comment)
            let processes = try await HostSnapshot.take(lab).processes
            // One that was asked may go down in between.
            if !change.isAsked { #expect(processes.count == (state.state == .stopped ? 0 : 1), trial.comment) }
            switch error?.outcome {
            case nil, .happened?:
                #expect(state.state == change.after, trial.comment)
                #expect(new == [.done], trial.comment)
            case .didNotHappen?:
                #expect(state.state == change.before, trial.comment)
                #expect(new.isEmpty || new == [.undone], trial.comment)
            case .unknown?:
                #expect([change.before, change.after].contains(state.state), trial.comment)
                let states: [OperationState: Set] = [
                    .done: change.isAsked ? [change.before, change.after] : [change.after], .undone: [change.before],
                    .unknown: [change.before, change.after],
                ]
                #expect(states[new.first ?? .running]?.contains(state.state) == true, trial.comment)
            }
            trial.expectOnce(Self.once, unharmed)
        }
        try await prepare()
        #expect(try await attempt(CallFaults()) == nil)
        #expect(try await lab.driver.instance("call-1", context: lab.context).state == change.after)
        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        try await lab.expectUnchanged(since: before)
    }

    @Test("leaves a whole instance after a spawn, or nothing")
    func spawn() async throws {
        let lab = try await Lab("c-spawn")
        let before = try await lab.prepared()
        let document = try Instance.complete("call-2", publish: [PublishedPort(parsing: "\(TakenPort.free()):22")])
        func attempt(_ faults: CallFaults) async throws -> ComputeError? {
            try await lab.harmed(by: faults) { harmed throws(ComputeError) in
                _ = try await harmed.driver.spawn(document, until: .started, context: harmed.context)
            }
        }
        let unharmed = CallFaults()
        #expect(try await attempt(unharmed) == nil)
        try await lab.deleteAll()
        let trials = CallTrial.all(of: unharmed)
        defer { CallTrial.expectStruck(trials) }
        for trial in trials {
            let known = try lab.history().count
            let error = try await attempt(trial.faults)
            trial.expectTyped(error)
            // Without a settling of anything.
            if error?.outcome == .didNotHappen { try await lab.expectUnchanged(since: before, trial.comment) }
            let states = try await lab.driver.instances(context: lab.context).map(\.state)
            let new = Array(try lab.history().dropLast(known))
            switch error?.outcome {
            case nil, .happened?:
                #expect(states == [.running], trial.comment)
                #expect(new == [.done], trial.comment)
            case .didNotHappen?, .unknown?:
                #expect(states == [], trial.comment)
                #expect(new.isEmpty || new == [.undone], trial.comment)
            }
            try await lab.deleteAll()
            try await lab.expectUnchanged(since: before, trial.comment)
            trial.expectOnce(Self.once, unharmed)
        }
        #expect(try await attempt(CallFaults()) == nil)
        #expect(try await lab.driver.instances(context: lab.context).map(\.state) == [.running])
        try await lab.deleteAll()
    }

    @Test("leaves nothing after a spawn that is undone, at the latest when that is settled")
    func undo() async throws {
        let lab = try await Lab("c-undo")
        let before = try await lab.prepared()
        let document = try Instance.complete("call-4")
        func attempt(_ faults: CallFaults) async throws -> (error: ComputeError?, callsBefore: Int) {
            let probe = MarkingProbe(faults)
            let error = try await lab.harmed(by: faults, probe: probe) { harmed throws(ComputeError) in
                _ = try await harmed.driver.spawn(document, until: .started, context: harmed.context)
            }
            return (error, probe.calls)
        }
        let unharmed = CallFaults()
        let (cause, first) = try await attempt(unharmed)
        #expect(cause?.outcome == .didNotHappen)
        #expect(first > 0)
        for trial in CallTrial.all(of: unharmed, from: first) {
            let error = try await attempt(trial.faults).error
            #expect(trial.faults.struck != nil, trial.comment)
            #expect(error?.code == cause?.code, trial.comment)
            #expect(error?.outcome == .didNotHappen || error?.outcome == .unknown, trial.comment)
            if error?.outcome == .didNotHappen { try await lab.expectUnchanged(since: before, trial.comment) }
            #expect(try await lab.driver.instances(context: lab.context).isEmpty, trial.comment)
            #expect(try lab.lastOperation()?.record.state == .undone, trial.comment)
            try await lab.expectUnchanged(since: before, trial.comment)
        }
    }

    @Test("leaves nothing after a deletion, or all")
    func delete() async throws {
        let lab = try await Lab("c-delete")
        let before = try await lab.prepared()
        let document = try Instance.complete("call-3")
        func attempt(_ faults: CallFaults) async throws -> ComputeError? {
            let id = try await lab.driver.spawn(document, until: .started, context: lab.context).id
            return try await lab.harmed(by: faults) { harmed throws(ComputeError) in
                try await harmed.driver.delete(id, policy: .evenRunning, context: harmed.context)
            }
        }
        let unharmed = CallFaults()
        #expect(try await attempt(unharmed) == nil)
        let trials = CallTrial.all(of: unharmed)
        defer { CallTrial.expectStruck(trials) }
        for trial in trials {
            let error = try await attempt(trial.faults)
            trial.expectTyped(error)
            let left = try await lab.driver.instances(context: lab.context)
            let last = try lab.lastOperation()?.record
            switch error?.outcome {
            case nil, .happened?, .unknown?:
                #expect(left.isEmpty, trial.comment)
                #expect(last?.kind == "instance.delete" && last?.state == .done, trial.comment)
            case .didNotHappen?:
                #expect(left.map(\.state) == [.running], trial.comment)
                #expect(last?.kind == "instance.spawn", trial.comment)
                try await lab.deleteAll()
            }
            try await lab.expectUnchanged(since: before, trial.comment)
        }
        #expect(try await attempt(CallFaults()) == nil)
        try await lab.expectUnchanged(since: before)
    }
}

/// Fails a spawn that has started its guest, and notes how many calls it asked for until then.
private final class MarkingProbe: OperationProbe {
    private let faults: CallFaults
    private let mark = Guarded(0)

    init(_ faults: CallFaults) { self.faults = faults }

    var calls: Int { mark.withLock { $0 } }

    func reached(_ point: ProbePoint) throws(ComputeError) {
        guard point == .step(.after, "start") else { return }
        mark.withLock { $0 = faults.asked.count }
        throw FailingProbe.error(at: point)
    }
}

/// One fault at one call of an operation.
struct CallTrial {
    let faults: CallFaults
    let comment: Comment

    /// The trials of an operation, by what an unharmed run of it asked for: of those that only wait, so many of each
    /// call.
    static func all(of unharmed: CallFaults, from first: Int = 0, eachAtMost limit: Int = .max) -> [CallTrial] {
        var counts: [String: Int] = [:]
        return unharmed.asked.enumerated().dropFirst(first).flatMap { position, call -> [CallTrial] in
            counts[call, default: 0] += 1
            guard counts[call, default: 0] <= limit else { return [] }
            return CallFault.chosen(at: position, of: call).map { fault in
                CallTrial(
                    faults: CallFaults(fault, at: position), comment: "\(fault) at \(position), \(call)")
            }
        }
    }

    /// Expects that of all faults at most a tenth came after the operation's last call.
    static func expectStruck(_ trials: [CallTrial]) {
        let struck = trials.count { $0.faults.struck != nil }
        #expect(struck * 10 >= trials.count * 9, "\(struck) of \(trials.count)")
    }

    /// Expects that the fault struck where its call was made, and that what the caller got says what it was.
    func expectTyped(_ error: ComputeError?) {
        guard let struck = faults.struck else {
            // On a busy machine the unharmed operation may have looked once more than this one had to.
            #expect(error == nil && faults.asked.count <= faults.position, comment)
            return
        }
        guard let error else { return }
        var codes = [ComputeError(struck, subject: "", change: true).code]
        // What libvirt says of a QEMU that it cannot use may be anything.
        if case .reported(let report) = struck, report.call == "virConnectGetDomainCapabilities" {
            codes.append(.unsupported)
        }
        // Its record is there, and so it is told what that means.
        if struck.code == .noDomain { codes.append(.conflict) }
        #expect(codes.contains(error.code), "\(comment): \(error)")
    }

    /// Expects that no call was made more often than without the fault.
    func expectOnce(_ calls: Set<String>, _ unharmed: CallFaults) {
        for call in calls {
            let usual = unharmed.made.count { $0 == call }
            #expect(faults.made.count { $0 == call } <= usual, "\(comment): \(call)")
        }
    }
}

extension Lab {
    /// Does something with a driver of its own, whose calls are made by `faults`, and gives how that failed. A call
    /// that is still late then takes effect at last.
    func harmed(
        by faults: CallFaults, probe: (any OperationProbe)? = nil, _ body: (Lab) async throws(ComputeError) -> Void
    ) async throws -> ComputeError? {
        let harmed = try await Lab(name, probe: probe) { $0.callThreads = CallThreads(interposer: faults) }
        var failure: ComputeError?
        do throws(ComputeError) {
            try await body(harmed)
        } catch {
            failure = error
        }
        faults.finish()
        await harmed.driver.close()
        return failure
    }
}
