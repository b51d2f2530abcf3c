// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel
import Libvirt

/// Tells when it is worth asking a guest's agent again: when it opened or closed its channel, when the guest went off,
/// and now and then without news, since an agent may be there and not answer yet.
struct AgentNews {
    /// How long to wait without news: at first and after news, and at most; each wait is twice as long as the last.
    private static let pauses: (first: Duration, longest: Duration) = (.milliseconds(100), .seconds(2))

    private let id: InstanceID
    private let connection: Connection
    private var events: AsyncStream<DomainEvent>
    private var pause = AgentNews.pauses.first

    /// Listens from now on, so that nothing falls between asking the agent and waiting.
    init(of id: InstanceID, driver: LibvirtDriver) async throws(ComputeError) {
        self.id = id
        connection = try await driver.link.connection()
        events = try await Self.listen(to: connection, about: id)
    }

    /// Waits for news, or until it is time to ask without; listens for the next news when it returns.
    ///
    /// - Throws: `cancelled`; `hostUnavailable` where the connection was lost.
    mutating func wait(until end: ContinuousClock.Instant) async throws(ComputeError) {
        let hasNews = await Self.hasNews(in: events, of: id, before: min(end, .now + pause))
        if Task.isCancelled {
            throw ComputeError(.cancelled, subject: "instance \(id)", message: "cancelled while waiting")
        }
        pause = hasNews ? Self.pauses.first : min(pause * 2, Self.pauses.longest)
        events = try await Self.listen(to: connection, about: id)
    }

    private static func listen(
        to connection: Connection, about id: InstanceID
    ) async throws(ComputeError) -> AsyncStream<DomainEvent> {
        do throws(LibvirtError) {
            return try await connection.events(deadline: .now + LibvirtDriver.readLimit)
        } catch {
            throw ComputeError(error, subject: "instance \(id)", change: false)
        }
    }

    private static func hasNews(
        in events: AsyncStream<DomainEvent>, of id: InstanceID, before time: ContinuousClock.Instant
    ) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await event in events where isNews(event, of: id) { return true }
                return false
            }
            group.addTask {
                try? await Task.sleep(until: time)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    private static func isNews(_ event: DomainEvent, of id: InstanceID) -> Bool {
        guard event.domain?.uuid == id.uuid else { return event == .gap }
        switch event {
        case .agent, .lifecycle(_, .stopped), .lifecycle(_, .crashed): return true
        default: return false
        }
    }
}
