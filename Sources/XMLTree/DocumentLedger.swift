// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Synchronization

/// Counts the documents that one task makes and frees, for tests of leaks.
final class DocumentLedger: Sendable {
    /// Where the documents of this task are counted; nil, as always outside such tests, for nowhere.
    @TaskLocal static var current: DocumentLedger?

    let made = Atomic<Int>(0)
    let freed = Atomic<Int>(0)
}
