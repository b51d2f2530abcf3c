// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import RoostKit
import Testing

@testable import LibvirtDriver

/// Processes are really killed, at each point of a change of power on real QEMU, and another one says what came of it.
@Suite("A process that is killed while it changes a guest's power", .serialized)
struct PowerCrashTests {
    private static let lab = "powered"

    static let changes = InstanceChange.allCases.filter { $0.rule == .look }

    @Test("leaves the guest where it was or where it was to go, and a record that says which", arguments: changes)
    func leaves(change: InstanceChange) async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let port = try PublishedPort(parsing: "\(TakenPort.free()):22")
        let id = try await lab.driver.spawn(
            .complete("power-1", publish: [port]), until: .running, context: lab.context
        ).id
        let step = try #require(change.request?.step)
        for trial in CrashTrial.all(of: change, [step]) {
            // A guest that was asked to go down may do so later.
            if change.possibleStates.contains(.stopped) { try await lab.bring(id, to: .stopped) }
            try await lab.bring(id, to: change.stateBefore)
            let history = try lab.history()
            #expect(try Victim(in: lab, change.victimName, "\(id)", "\(trial.point)").finish() == nil)

            let next = try await Lab(Self.lab)
            let status = try await next.driver.instance("power-1", context: next.context)
            let states = trial.happened ? change.possibleStates : [change.stateBefore]
            #expect(states.contains(status.state), trial.comment)
            #expect(status.lockedBy == nil)
            let new = try lab.history().dropLast(history.count)
            #expect(new == [trial.settled(guest: status.state)].compactMap(\.self)[...], trial.comment)
            await next.driver.close()
        }
        #expect(try Victim(in: lab, "list").finish() == ["power-1"])
        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        #expect(try await HostSnapshot.take(lab) == before)
    }
}

extension InstanceChange {
    /// Where a guest is before the change.
    fileprivate var stateBefore: InstanceState {
        switch self {
        case .start: .stopped
        case .resume: .paused
        default: .running
        }
    }

    /// Where it may be once the change was asked for: a guest does as it is asked when it likes.
    fileprivate var possibleStates: Set<InstanceState> {
        switch request?.step.trace {
        case .state(let state): [state]
        case .stateAlone(let state): [stateBefore, state]
        case .some(.none), nil: [stateBefore]
        }
    }

    /// What `SpawnVictim` calls it.
    fileprivate var victimName: String {
        switch self {
        case .forcedStop: "stop"
        case .gracefulStop: "shutdown"
        case .gracefulReboot: "reboot"
        case .hardReboot: "reset"
        default: rawValue
        }
    }
}
