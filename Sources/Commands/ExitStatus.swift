// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// The exit statuses that scripts rely on.
enum ExitStatus {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    /// What was compared differs, as diff(1) tells it.
    static let differs: Int32 = 1
    static let cancelled: Int32 = 130
    /// Roost's own failure where the status belongs to a program in the guest.
    static let execFailed: Int32 = 125
    /// The reader of standard output went away, as shells show a death by SIGPIPE.
    static let outputClosed: Int32 = 141

    /// The status of a kind of error; a kind that is not known is a failure.
    static func of(_ code: ComputeError.Code) -> Int32 {
        switch code {
        case .invalid: usage
        case .notFound: 3
        case .conflict, .busy: 4
        case .unsupported: 5
        case .deadlineExceeded: 6
        case .hostUnavailable: 7
        case .denied: 8
        case .exhausted: 9
        case .cancelled: cancelled
        default: failed
        }
    }

    /// The status of a run that a signal ended, as shells count it: 130 after SIGINT.
    static func of(signal: Int32) -> Int32 {
        128 + signal
    }
}

/// A run that ends with a status after all was said.
struct Ended: Error, Sendable, Hashable {
    let status: Int32
}
