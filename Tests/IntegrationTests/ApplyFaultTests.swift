// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainPlanning
import DomainXML
import RoostKit
import Testing

@testable import LibvirtDriver

/// Each step of an apply on real QEMU is failed or its process killed, before it has any effect and after it had all.
@Suite("An apply that fails", .serialized)
struct ApplyFaultTests {
    /// Processors apart: a guest may keep those.
    static let steps = ["redefine", "live-limits-0", "live-link-0", "live-metadata"]

    static var points: [ProbePoint] {
        steps.flatMap { name in ProbePoint.Moment.allCases.map { .step($0, name) } }
    }

    private static func newer(_ name: String, vcpus: Int = 1) throws -> Instance {
        try Instance.changeable(
            name, vcpus: vcpus, iops: 40, isLinkUp: false, labels: ["role": "web"], watchdog: .pause,
            publish: ["42231:22"])
    }

    /// Everything of an instance that an apply changes.
    private struct Sight: Equatable {
        let running: DomainDocument
        let definition: DomainDocument
        let record: String
        let claims: [String]

        init(_ id: InstanceID, in lab: Lab) async throws {
            (running, definition) = try await lab.documents(of: id)
            let journal = try Journal.open(lab.state)
            record = try journal.instance(id)?.document ?? ""
            claims = try journal.claims(of: id).map(\.claim.description)
        }

        /// What the guest has of what is changed live.
        var live: [String] {
            [
                "\(running.disks[0][limit: .operations] ?? 0)",
                "\(running.interfaces[0].isLinkUp)",
            ]
        }
    }

    @Test("at any step leaves the guest, its definition, its document and its claims as they were")
    func failing() async throws {
        let plain = try await Lab("apfault")
        let before = try await plain.prepared()
        let id = try await plain.driver.spawn(
            Instance.changeable("fault-1"), until: .agent(within: Lab.patience), context: plain.context
        ).id
        let old = try await Sight(id, in: plain)
        for point in Self.points {
            let probe = FailingProbe(point)
            let lab = try await Lab("apfault", probe: probe)
            let error = await #expect(throws: ComputeError.self) {
                try await lab.driver.apply(
                    Self.newer("fault-1"), to: id, options: ApplyOptions(), context: lab.context)
            }
            #expect(error == FailingProbe.error(at: point).adding(details: [], outcome: .didNotHappen), "\(point)")
            #expect(probe.isSpent)
            let now = try await Sight(id, in: lab)
            #expect(now.definition == old.definition, "\(point)")
            #expect(now.live == old.live && now.record == old.record && now.claims == old.claims, "\(point)")
            let (operation, steps) = try #require(try lab.lastOperation())
            #expect(operation.kind == "instance.apply" && operation.state == .undone)
            #expect(steps.map(\.name) == Self.steps)
            #expect(try await lab.reconcile(.show).drifts.isEmpty)
            await lab.driver.close()
        }
        try await plain.deleteAll()
        try await plain.expectUnchanged(since: before)
    }

    @Test("and whose undo fails is undone by the next command", arguments: ["redefine", "live-metadata"])
    func failingUndo(step: String) async throws {
        let plain = try await Lab("apfault")
        let before = try await plain.prepared()
        let id = try await plain.driver.spawn(
            Instance.changeable("fault-2"), until: .agent(within: Lab.patience), context: plain.context
        ).id
        let old = try await Sight(id, in: plain)
        let lab = try await Lab(
            "apfault", probe: FailingProbe(.step(.after, "live-metadata"), .undo(.before, step)))
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.apply(Self.newer("fault-2"), to: id, options: ApplyOptions(), context: lab.context)
        }
        #expect(error?.outcome == .unknown)
        // Nobody else can have what either of the two documents asks for.
        #expect(try Journal.open(lab.state).claims(of: id).count == old.claims.count + 1)
        let next = try await Lab("apfault")
        _ = try await next.driver.instances(context: next.context)
        let now = try await Sight(id, in: next)
        #expect(now.definition == old.definition && now.live == old.live && now.claims == old.claims)
        try await plain.deleteAll()
        try await plain.expectUnchanged(since: before)
    }

    @Test("after a guest got more processors puts all back, but those that the guest keeps until it is off")
    func processors() async throws {
        let plain = try await Lab("apfault")
        let before = try await plain.prepared()
        let id = try await plain.driver.spawn(
            Instance.changeable("fault-3"), until: .agent(within: Lab.patience), context: plain.context
        ).id
        let old = try await Sight(id, in: plain)
        let point = ProbePoint.step(.after, "live-vcpus")
        let lab = try await Lab("apfault", probe: FailingProbe(point))
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.apply(
                Self.newer("fault-3", vcpus: 2), to: id, options: ApplyOptions(), context: lab.context)
        }
        #expect(error == FailingProbe.error(at: point).adding(details: [], outcome: .didNotHappen))
        let now = try await Sight(id, in: lab)
        #expect(now.definition == old.definition && now.live == old.live)
        #expect(now.record == old.record && now.claims == old.claims)
        #expect(try lab.lastOperation()?.record.state == .undone)
        try await plain.driver.stop(id, policy: .force, context: plain.context)
        try await plain.driver.start(id, context: plain.context)
        #expect(try await plain.documents(of: id).running.currentProcessorCount == 1)
        try await plain.deleteAll()
        try await plain.expectUnchanged(since: before)
    }

    /// The points of an apply with these steps, of which the table needs the names alone.
    private static func trials(vcpus: Bool = false) -> [CrashTrial] {
        let steps: [InstanceStep] = [
            .redefine(from: ""), .live(.limits(disk: 0, target: "vda", from: [:], to: [:]), run: 1),
            .live(.link(interface: 0, mac: "", isUp: false), run: 1), .live(.document(from: "", to: ""), run: 1),
        ]
        return CrashTrial.all(of: .apply, steps + (vcpus ? [.live(.vcpus(from: 1, to: 2), run: 1)] : []))
    }

    @Test("is tried in each step that the table of crashes has")
    func complete() {
        #expect(Self.trials(vcpus: true).steps == CrashRow.stepKinds(of: .apply))
    }

    @Test("as its process is killed while the guest gets more processors is undone by the next command")
    func killedWithProcessors() async throws {
        let lab = try await Lab("apcrash")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(
            Instance.changeable("crash-2"), until: .agent(within: Lab.patience), context: lab.context
        ).id
        let old = try await Sight(id, in: lab)
        let document = InstanceDocument.stored(try Self.newer("crash-2", vcpus: 2))
        for trial in Self.trials(vcpus: true) where trial.step == "live-vcpus" && !trial.isLast {
            let history = try lab.history()
            #expect(try Victim(in: lab, "apply", document, "\(trial.point)").finish() == nil, trial.comment)
            let next = try await Lab("apcrash")
            _ = try await next.driver.instances(context: next.context)
            let now = try await Sight(id, in: next)
            #expect(
                try lab.history().dropLast(history.count) == [trial.settled()].compactMap(\.self)[...], trial.comment)
            #expect(now.live == old.live && now.definition == old.definition, trial.comment)
            #expect(now.record == old.record && now.claims == old.claims, trial.comment)
            // It keeps what it does not let go of until it is off.
            try await next.driver.stop(id, policy: .force, context: next.context)
            try await next.driver.start(id, context: next.context)
            #expect(try await next.documents(of: id).running.currentProcessorCount == 1, trial.comment)
            try await next.driver.waitForAgent(id, within: Lab.patience, context: next.context)
            await next.driver.close()
        }
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("as its process is killed at any point leaves the old or the new, whole, after the next command")
    func killed() async throws {
        let lab = try await Lab("apcrash")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(
            Instance.changeable("crash-1"), until: .agent(within: Lab.patience), context: lab.context
        ).id
        let old = try await Sight(id, in: lab)
        let document = InstanceDocument.stored(try Self.newer("crash-1"))
        for trial in Self.trials() {
            let (history, isDone) = (try lab.history().count, trial.isLast)
            #expect(try Victim(in: lab, "apply", document, "\(trial.point)").finish() == nil, trial.comment)
            let next = try await Lab("apcrash")
            _ = try await next.driver.instances(context: next.context)
            let now = try await Sight(id, in: next)
            #expect(try lab.history().dropLast(history) == [trial.settled()].compactMap(\.self)[...], trial.comment)
            #expect(now.live == (isDone ? ["40", "false"] : old.live), trial.comment)
            #expect((now.definition == old.definition) == !isDone, trial.comment)
            #expect((now.record == old.record) == !isDone && (now.claims == old.claims) == !isDone, trial.comment)
            #expect(try await next.reconcile(.show).drifts.isEmpty, trial.comment)
            await next.driver.close()
        }
        #expect(try await lab.driver.instance("crash-1", context: lab.context).labels == ["role": "web"])
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}
