// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Libvirt

/// The driver's one connection to libvirt, opened when it is first needed and again when it was lost.
actor HypervisorLink {
    private let open: @Sendable () async throws(ComputeError) -> Connection
    private var current: Connection?
    private var opening: Task<Result<Connection, ComputeError>, Never>?

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
        if let known = current {
            if await Self.isUsable(known) { return known }
            // While this waited, another caller may have put a new one in its place.
            if current === known { current = nil }
        }
        let task = opening ?? startOpening()
        guard await Patience.wait(for: task, until: deadline) else {
            throw ComputeError(
                Task.isCancelled ? .cancelled : .deadlineExceeded, subject: "the connection to libvirt",
                message: Task.isCancelled ? "cancelled while connecting" : "libvirt did not answer in time",
                hint: "`roost doctor` tells what was chosen, and why")
        }
        return try await task.value.get()
    }

    /// Closes the connection, where one is open.
    func close() async {
        await current?.close()
        current = nil
    }

    /// Whether the connection lives, as far as can be told: a caller that was cancelled says nothing against it.
    private static func isUsable(_ connection: Connection) async -> Bool {
        // libvirt told that it was lost: no need to ask, in a lane that may be busy.
        guard connection.isOpen else { return false }
        do throws(LibvirtError) {
            return try await connection.isAlive(deadline: .now + LibvirtDriver.readLimit)
        } catch {
            switch error {
            case .cancelled, .overloaded, .domainHung: return true
            case .reported, .deadlineExceeded, .closed: return false
            }
        }
    }

    private func startOpening() -> Task<Result<Connection, ComputeError>, Never> {
        let task = Task { () async -> Result<Connection, ComputeError> in
            let result: Result<Connection, ComputeError>
            do throws(ComputeError) {
                let connection = try await open()
                current = connection
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
