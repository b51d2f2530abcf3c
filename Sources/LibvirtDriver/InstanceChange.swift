// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

/// A change of an instance, by the way in which it is carried out; the raw value is its name in ARCHITECTURE.md.
enum InstanceChange: String, CaseIterable, Sendable {
    case spawn
    case apply
    case delete
    case start
    case forcedStop = "stop, forced"
    case gracefulStop = "stop, graceful"
    case gracefulReboot = "reboot, graceful"
    case hardReboot = "reboot, hard"
    case pause
    case resume
    case attach
    case detach

    /// What the policy is asked for, and what the journal calls it.
    var action: Action {
        switch self {
        case .spawn: .spawn
        case .apply: .apply
        case .delete: .delete
        case .start: .start
        case .forcedStop, .gracefulStop: .stop
        case .gracefulReboot, .hardReboot: .reboot
        case .pause: .pause
        case .resume: .resume
        case .attach: .attachVolume
        case .detach: .detachVolume
        }
    }

    /// What becomes of it where it does not get to its end.
    var rule: OperationRule {
        switch self {
        case .spawn, .apply, .attach, .detach: .undo
        case .delete: .finish
        case .start, .forcedStop, .gracefulStop, .gracefulReboot, .hardReboot, .pause, .resume: .look
        }
    }

    /// The one step of a change of power, and what tells it from others that are asked for under the same action; nil
    /// where there is more than one step.
    var request: (step: InstanceStep, name: String)? {
        switch self {
        case .spawn, .apply, .delete, .attach, .detach: nil
        case .start: (.powerOn, "start")
        case .forcedStop: (.powerOff, "force")
        case .gracefulStop: (.askShutdown, "graceful")
        case .gracefulReboot: (.askReboot, "graceful")
        case .hardReboot: (.reset, "hard")
        case .pause: (.pause, "pause")
        case .resume: (.resume, "resume")
        }
    }
}

extension OperationRequest {
    /// The operation that makes a change of an instance.
    init(
        id: OperationID = OperationID(), change: InstanceChange, instanceID: InstanceID, instanceName: String,
        claims: [Claim] = [], topology: HostTopology? = nil, record: InstanceRecord? = nil,
        update: InstanceUpdate? = nil, requestDigest: String?
    ) {
        self.init(
            id: id, action: change.action, rule: change.rule, instanceID: instanceID, instanceName: instanceName,
            claims: claims, topology: topology, record: record, update: update, requestDigest: requestDigest)
    }
}
