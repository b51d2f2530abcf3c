// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import SystemPackage
import TestSupport

/// A directory of its own for a test, removed with the value, and a state directory in it.
final class TemporaryState: Sendable {
    private let temporary: TemporaryDirectory
    let directory: StateDirectory

    var parent: FilePath { temporary.path }

    init() throws {
        temporary = try TemporaryDirectory()
        directory = try StateDirectory(temporary.path.appending("s"))
    }

    /// A state directory that is ready for use by this process's own account.
    static func prepared() throws -> TemporaryState {
        let state = try TemporaryState()
        try state.directory.prepare(guestAccount: .currentUser())
        return state
    }

    /// The names of the files that steps made, sorted.
    var effects: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: directory.instances.string).sorted() }
    }
}

extension OperationContext {
    /// A context of a test's caller.
    static func test(
        deadline: ContinuousClock.Instant? = nil, key: String? = nil,
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) -> OperationContext {
        OperationContext(
            principal: Principal(name: "tester"), deadline: deadline, idempotencyKey: key, progress: progress)
    }
}

/// What `body` throws, where that is an error of a port.
func computeError(_ body: () async throws -> Void) async -> ComputeError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? ComputeError
    }
}

/// A value that tasks of a test share.
final class Shared<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    // SAFETY: the value is only used while the lock is held.
    private var value: Value

    init(_ value: Value) { self.value = value }

    func withLock<R: Sendable>(_ body: (inout Value) -> R) -> R {
        lock.withLock { body(&value) }
    }
}
