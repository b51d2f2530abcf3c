// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What one write changes of an operation in the journal, in one transaction.
struct JournalChange: Sendable, Hashable, CustomStringConvertible {
    /// The steps, by position, and how far they are now.
    var steps: [Int: StepState] = [:]
    /// How far the operation is now; nil: as before.
    var operation: OperationState?
    /// What is released with it.
    var release: Release?

    /// What an operation releases at its end.
    enum Release: Sendable, Hashable {
        /// Its own claims, and the record of the instance that it was to make.
        case operation
        /// All claims and the record of its instance.
        case instance
    }

    /// The change in words, such as `step 0 done, step 1 started`.
    var description: String {
        let steps = steps.sorted { $0.key < $1.key }.map { "step \($0.key) \($0.value.rawValue)" }
        return (steps + [operation.map { "operation \($0.rawValue)" }].compactMap(\.self)).joined(separator: ", ")
    }
}
