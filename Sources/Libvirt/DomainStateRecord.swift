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
        self.domain = domain
        state = DomainState(TypedParameters(record.params, count: record.nparams))
    }
}

extension DomainState {
    /// What a record of statistics says; `noState` where the driver left it out.
    init(_ parameters: TypedParameters) {
        self.init(state: parameters.int("state.state") ?? 0, reason: parameters.int("state.reason") ?? 0)
    }
}
