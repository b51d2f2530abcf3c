// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Libvirt

/// By what it is known later whether a step under ``OperationRule/look`` happened, which a process that died, or a call
/// that nobody waited for, left open.
enum StepTrace: Sendable, Hashable {
    /// The guest is in this state: it happened. Else it did not.
    case state(InstanceState)
    /// The guest is in this state: it happened. Else it can never be told.
    case stateAlone(InstanceState)
    /// It can never be told.
    case none

    /// What the guest's state shows.
    func evidence(in state: DomainState) -> StepEvidence {
        func shows(_ shown: InstanceState) -> Bool {
            shown == .stopped ? !state.isActive : state.instanceState == shown
        }
        return switch self {
        case .none: .unknown
        case .stateAlone(let shown): shows(shown) ? .happened : .unknown
        case .state(let shown): shows(shown) ? .happened : .didNotHappen
        }
    }
}

extension InstanceStep {
    /// What the step leaves to be known by. A request that a guest may or may not have heard, and a reset, leave no
    /// mark.
    var trace: StepTrace {
        switch self {
        case .powerOn, .resume: .state(.running)
        case .powerOff: .state(.stopped)
        case .askShutdown: .stateAlone(.stopped)
        case .pause: .state(.paused)
        default: .none
        }
    }
}
