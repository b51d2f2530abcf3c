// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Libvirt

/// The driver's one connection to libvirt, opened when it is first needed and again when it was lost.
actor HypervisorLink {
    private let open: @Sendable () async throws(ComputeError) -> Connection
    private var current: Connection?
    private var opening: Task<Result<Connection, ComputeError>, Never>?
    /// Those who wait until somebody connects.
    private var waiting: [UInt64: AsyncStream<Never>.Continuation] = [:]
    private var lastWaiter: UInt64 = 0

    /// A link that connects by `open`.
    init(open: @escaping @Sendable () async throws(ComputeError) -> Connection) {
        self.open = open
    }

    /// The connection; many callers at once wait for the same one, which is opened without those who give up.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: The open connection.
    /// - Throws: ``ComputeError`` with code `hostUnavailable` where libvirt cannot be reached, `deadlineExceeded`,
    ///   `cancelled`.
    func connection(until deadline: ContinuousClock.Instant? = nil) async throws(ComputeError) -> Connection {
        // libvirt's client tells when a connection is lost; to ask would cost as much as a call.
        if let current, current.isOpen { return current }
        current = nil
        let task = opening ?? startOpening()
        guard await Patience.wait(for: task, until: deadline) else {
            throw ComputeError(
                Task.isCancelled ? .cancelled : .deadlineExceeded, subject: "the connection to libvirt",
                message: Task.isCancelled ? "cancelled while connecting" : "libvirt did not answer in time",
                hint: "`roost doctor` tells what was chosen, and why")
        }
        return try await task.value.get()
    }

    /// Waits until there is a connection, whoever opens it, without opening one; or until the task is cancelled.
    ///
    /// - Parameter tried: One that does not count.
    func connected(otherThan tried: Connection? = nil) async {
        if let current, current.isOpen, current !== tried { return }
        let (opened, continuation) = AsyncStream.makeStream(of: Never.self)
        lastWaiter += 1
        let number = lastWaiter
        waiting[number] = continuation
        for await _ in opened {}
        waiting[number] = nil
    }

    /// How many wait until somebody connects.
    var waiters: Int { waiting.count }

    /// Closes the connection, where one is open.
    func close() async {
        await current?.close()
        current = nil
    }

    private func startOpening() -> Task<Result<Connection, ComputeError>, Never> {
        let task = Task { () async -> Result<Connection, ComputeError> in
            let result: Result<Connection, ComputeError>
            do throws(ComputeError) {
                let connection = try await open()
                current = connection
                for waiter in waiting.values { waiter.finish() }
                result = .success(connection)
            } catch {
                result = .failure(error)
            }
            opening = nil
            return result
        }
        opening = task
        return task
    }
}
