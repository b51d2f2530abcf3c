// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// The state directory's journal, opened when it is first needed: a command that only looks makes nothing.
final class JournalSource: Sendable {
    private let state: StateDirectory
    private let account: Result<GuestAccount, ComputeError>
    private let limits: HistoryLimits
    private let open = Guarded<Journal?>(nil)
    private let reading = Guarded<Journal?>(nil)

    init(state: StateDirectory, account: Result<GuestAccount, ComputeError>, limits: HistoryLimits) {
        self.limits = limits
        self.state = state
        self.account = account
    }

    /// The journal, with the state directory around it; both are made where they are missing.
    func writable() throws(ComputeError) -> Journal {
        try open.withLock { journal throws(ComputeError) in
            if let journal { return journal }
            try state.prepare(guestAccount: account.get())
            let opened = try Journal.open(state, keeping: limits)
            journal = opened
            return opened
        }
    }

    /// The journal, where there is one.
    func existing() throws(ComputeError) -> Journal? {
        if let journal = open.withLock({ $0 }) { return journal }
        return try reading.withLock { journal throws(ComputeError) in
            if journal == nil, state.isPrepared { journal = try Journal.openForReading(state) }
            return journal
        }
    }
}
