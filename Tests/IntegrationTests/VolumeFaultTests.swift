// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import RoostKit
import Testing

@testable import LibvirtDriver

/// Each step of giving a running guest a volume, and of taking it away, is failed or its process killed, before it has
/// any effect and after it had all.
@Suite("A change of a guest's volumes that fails", .serialized)
struct VolumeFaultTests {
    private static let device = VolumeDevice(volume: "", path: "", xml: "")
    private static let attaching: [InstanceStep] = [.addDisk(device), .plugDisk(device, run: 1)]
    private static let detaching: [InstanceStep] = [
        .unplugDisk(device, run: 1, seconds: 1), .dropDisk(device),
    ]

    /// Which volumes an instance has, as everybody tells it.
    private struct Sight: Equatable {
        let live: [String]
        let defined: [String]
        let claims: [String]

        init(_ id: InstanceID, in lab: Lab) async throws {
            let (running, definition) = try await lab.documents(of: id)
            live = running.disks.compactMap(\.file)
            defined = definition.disks.compactMap(\.file)
            claims = try Journal.open(lab.state).claims(of: id).map(\.claim.description)
        }
    }

    @Test("is failed and killed in each step that the table of crashes has")
    func complete() {
        #expect(CrashTrial.all(of: .attach, Self.attaching).steps == CrashRow.stepKinds(of: .attach))
        #expect(CrashTrial.all(of: .detach, Self.detaching).steps == CrashRow.stepKinds(of: .detach))
    }

    @Test("leaves all as it was, and says why")
    func failing() async throws {
        let plain = try await Lab("volfault")
        let before = try await plain.prepared()
        let data = try await plain.makeVolume("data")
        let id = try await plain.answeringGuest("fault-1")
        for (change, steps) in [(InstanceChange.attach, Self.attaching), (.detach, Self.detaching)] {
            let old = try await Sight(id, in: plain)
            for point in steps.flatMap({ step in ProbePoint.Moment.allCases.map { ProbePoint.step($0, step.name) } }) {
                let probe = FailingProbe(point)
                let lab = try await Lab("volfault", probe: probe)
                let error = await #expect(throws: ComputeError.self) {
                    try await lab.change(change, data.name, of: id)
                }
                #expect(error == FailingProbe.error(at: point).adding(details: [], outcome: .didNotHappen), "\(point)")
                #expect(probe.isSpent)
                #expect(try await Sight(id, in: lab) == old, "\(point)")
                #expect(try lab.lastOperation()?.record.state == .undone)
                await lab.driver.close()
            }
            try await plain.change(change, data.name, of: id)
            let new = try await Sight(id, in: plain)
            #expect(new.live != old.live && new.defined != old.defined && new.claims != old.claims)
        }
        try await plain.deleteAll()
        try await plain.driver.deleteVolume(data.name, context: plain.context)
        try await plain.expectUnchanged(since: before)
    }

    @Test("as nobody waits for it any more leaves the guest what it had, also where it lets go a moment later")
    func givenUp() async throws {
        let lab = try await Lab("volgive")
        let before = try await lab.prepared()
        let data = try await lab.makeVolume("data")
        let id = try await lab.answeringGuest("give-1")
        for delay in [0, 20, 50, 100, 200, 400] {
            try await lab.change(.attach, data.name, of: id)
            _ = try await lab.device(of: data, in: id)
            let old = try await Sight(id, in: lab)
            let begun = AsyncStream<Void>.makeStream()
            let giving = try await Lab(
                "volgive", probe: ActingProbe(.step(.before, "unplug-disk")) { begun.continuation.finish() })
            let detaching = Task { try await giving.change(.detach, data.name, of: id) }
            for await _ in begun.stream {}
            try await Task.sleep(for: .milliseconds(delay))
            detaching.cancel()
            let outcome = await detaching.result
            await giving.driver.close()
            // What a guest does with the last request shows by then.
            try await Task.sleep(for: .seconds(1))
            let now = try await Sight(id, in: lab)
            switch outcome {
            case .success: #expect(now != old, "\(delay) ms")
            case .failure(let error):
                #expect((error as? ComputeError)?.outcome == .didNotHappen, "\(delay) ms: \(error)")
                #expect(now == old, "\(delay) ms: \(now)")
                _ = try await lab.device(of: data, in: id)
                try await lab.change(.detach, data.name, of: id)
            }
        }
        try await lab.deleteAll()
        try await lab.driver.deleteVolume(data.name, context: lab.context)
        try await lab.expectUnchanged(since: before)
    }

    @Test("as its process is killed at any point is undone by the next command, or done")
    func killed() async throws {
        let lab = try await Lab("volcrash")
        let before = try await lab.prepared()
        let data = try await lab.makeVolume("data")
        let id = try await lab.answeringGuest("crash-1")
        for (change, steps) in [(InstanceChange.attach, Self.attaching), (.detach, Self.detaching)] {
            let old = try await Sight(id, in: lab)
            for trial in CrashTrial.all(of: change, steps) {
                let history = try lab.history()
                #expect(
                    try Victim(in: lab, change.rawValue, "\(id)", "\(trial.point)", "\(data.name)").finish() == nil,
                    trial.comment)
                let next = try await Lab("volcrash")
                _ = try await next.driver.instances(context: next.context)
                #expect(
                    try lab.history().dropLast(history.count) == [trial.settled()].compactMap(\.self)[...],
                    trial.comment)
                #expect((try await Sight(id, in: next) == old) == !trial.isLast, trial.comment)
                await next.driver.close()
            }
            // What was killed after its last write is done.
            #expect(try await Sight(id, in: lab) != old)
        }
        try await lab.deleteAll()
        try await lab.driver.deleteVolume(data.name, context: lab.context)
        try await lab.expectUnchanged(since: before)
    }
}

extension Lab {
    fileprivate func change(
        _ change: InstanceChange, _ volume: VolumeName, of id: InstanceID
    ) async throws(ComputeError) {
        if change == .attach {
            _ = try await driver.attach(volume, to: id, options: AttachOptions(), context: context)
        } else {
            try await driver.detach(volume, from: id, within: Self.patience, context: context)
        }
    }
}
