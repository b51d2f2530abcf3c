// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// One domain's state out of a list that was read in one call.
public struct DomainStateRecord: Sendable, Hashable {
    /// Which domain.
    public let domain: DomainReference
    /// What it does; `noState` where the driver left it out.
    public let state: DomainState

    init?(_ record: virDomainStatsRecord) {
        guard let domain = DomainReference(record.dom) else { return nil }
        var state: Int32 = 0
        var reason: Int32 = 0
        virTypedParamsGetInt(record.params, record.nparams, "state.state", &state)
        virTypedParamsGetInt(record.params, record.nparams, "state.reason", &reason)
        self.domain = domain
        self.state = DomainState(state: state, reason: reason)
    }
}
