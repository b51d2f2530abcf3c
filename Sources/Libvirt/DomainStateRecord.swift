// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
public import FoundationEssentials

/// One domain's state out of a list that was read in one call.
public struct DomainStateRecord: Sendable, Hashable {
    /// Which domain. Its name is left out: libvirt writes a line for its log at each question to a domain's object, and
    /// that takes half as long as it takes to make the record.
    public let uuid: UUID
    /// What it does; `noState` where the driver left it out.
    public let state: DomainState

    init?(_ record: UnsafePointer<virDomainStatsRecord>) {
        guard let uuid = DomainReference.uuid(of: record.pointee.dom) else { return nil }
        var state: Int32 = 0
        var reason: Int32 = 0
        clibvirt_state_of_record(record, &state, &reason)
        self.uuid = uuid
        self.state = DomainState(state: state, reason: reason)
    }
}

extension DomainState {
    /// What a record of statistics says; `noState` where the driver left it out.
    init(_ parameters: TypedParameters) {
        self.init(state: parameters.int("state.state") ?? 0, reason: parameters.int("state.reason") ?? 0)
    }
}
