// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute

/// A console of the fake hypervisor: it echoes what is typed, as a guest's terminal does.
public final class FakeConsole: ConsoleSession {
    /// What the guest writes.
    public let output: AsyncStream<[UInt8]>
    private let continuation: AsyncStream<[UInt8]>.Continuation
    private let state = Guarded((typed: [UInt8](), isOpen: true))

    init() {
        (output, continuation) = AsyncStream.makeStream()
    }

    /// All that was typed so far.
    public var typed: [UInt8] { state.withLock { $0.typed } }
    /// Whether nobody closed or took over the console.
    public var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Types into the console, which echoes it.
    ///
    /// - Throws: `conflict` where the console has ended.
    public func write(_ bytes: [UInt8]) async throws(ComputeError) {
        let isOpen = state.withLock { state in
            if state.isOpen { state.typed += bytes }
            return state.isOpen
        }
        guard isOpen else { throw ComputeError(.conflict, subject: "console", message: "the console has ended") }
        continuation.yield(bytes)
    }

    /// Leaves the console.
    public func close() async {
        end()
    }

    func show(_ bytes: [UInt8]) {
        continuation.yield(bytes)
    }

    func end() {
        state.withLock { $0.isOpen = false }
        continuation.finish()
    }
}
