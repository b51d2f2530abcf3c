// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import Foundation
import InstanceModel
import Libvirt

/// The events of one listener: libvirt's, of Roost's own instances, over one connection after the other.
actor InstanceEventFeed {
    private let driver: LibvirtDriver
    private let pause: @Sendable (Duration) async -> Void
    private let isOurs: OwnerLookup
    private var events: AsyncStream<DomainEvent>?
    /// The last connection that was asked for events.
    private var connection: Connection?
    private var connectedAt = ContinuousClock.now
    private var backoff = ReconnectBackoff()
    private var generator = SystemRandomNumberGenerator()
    /// The instances that were seen, by their domains; libvirt's domain may be gone when its last event is told.
    private var names: [UUID: String] = [:]
    /// Domains that are not Roost's; forgotten where they are too many, and then looked at again.
    private var foreign: Set<UUID> = []
    private static let foreignLimit = 4096

    /// Whether Roost made a domain; throws where that cannot be told now.
    typealias OwnerLookup = @Sendable (InstanceID) async throws(ComputeError) -> Bool

    init(
        driver: LibvirtDriver,
        pause: @escaping @Sendable (Duration) async -> Void = { duration in try? await Task.sleep(for: duration) },
        isOurs: OwnerLookup? = nil
    ) {
        self.driver = driver
        self.pause = pause
        if let isOurs {
            self.isOurs = isOurs
        } else {
            self.isOurs = { id throws(ComputeError) in try await driver.hasMade(id) }
        }
    }

    /// Connects, and has libvirt tell its events from now on.
    func begin(by deadline: ContinuousClock.Instant?) async throws(ComputeError) {
        let connection = try await driver.link.connection(until: deadline)
        self.connection = connection
        // Counted from here: a daemon that hung may have had to be replaced first.
        let limit = ContinuousClock.now + LibvirtDriver.readLimit
        events = try await driver.translating("events") { () throws(LibvirtError) in
            try await connection.events(deadline: deadline.map { min($0, limit) } ?? limit)
        }
        connectedAt = .now
        // What is there now is known, so that what is told of it in the end can be placed; what was deleted while
        // nothing was heard is forgotten.
        let records = try driver.journals.existing()?.instances() ?? []
        names = Dictionary(records.map { ($0.id.uuid, $0.name) }) { first, _ in first }
    }

    /// The next event; nil where the driver was closed, or the task is cancelled.
    func next() async throws(ComputeError) -> InstanceEvent? {
        while !Task.isCancelled {
            guard let events else {
                if try await reconnect() { return .gap(at: Date(), because: .reconnected) }
                return nil
            }
            var iterator = events.makeAsyncIterator()
            switch await iterator.next() {
            case nil, .closed(.client)?: return nil
            case .closed?:
                backoff.lost(after: connectedAt.duration(to: .now))
                self.events = nil
            case .gap?: return .gap(at: Date(), because: .overflow)
            case let event?:
                if let event = await told(event) { return event }
            }
        }
        return nil
    }

    /// Tries until there is a connection, at once where somebody else opens one; `false` where the task was cancelled.
    private func reconnect() async throws(ComputeError) -> Bool {
        while true {
            await connected(orAfter: backoff.next(using: &generator))
            guard !Task.isCancelled else { return false }
            do throws(ComputeError) {
                try await begin(by: nil)
                return true
            } catch {
                guard Self.isWorthWaiting(error) else { throw error }
            }
        }
    }

    private func connected(orAfter wait: Duration) async {
        await withTaskGroup(of: Void.self) { [pause, link = driver.link, connection] group in
            group.addTask { await pause(wait) }
            group.addTask { await link.connected(otherThan: connection) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Whether there may be a connection later, though there is none now.
    static func isWorthWaiting(_ error: ComputeError) -> Bool {
        [.hostUnavailable, .deadlineExceeded, .exhausted, .busy].contains(error.code)
    }

    /// The event in the port's terms; nil where it is about a domain that is not Roost's. A gap where it cannot be told
    /// whose it is: the next event of that domain asks again.
    private func told(_ event: DomainEvent) async -> InstanceEvent? {
        guard let domain = event.domain else { return nil }
        let name: String
        do throws(ComputeError) {
            guard let known = try await self.name(of: domain, in: event) else { return nil }
            name = known
        } catch {
            return .gap(at: Date(), because: .unknownOwner)
        }
        let (kind, details) = event.inThePortsTerms
        if case .lifecycle(_, .undefined(.removed)) = event { names[domain.uuid] = nil }
        return InstanceEvent(kind, id: InstanceID(domain.uuid), name: name, details: details, time: Date())
    }

    private func name(of domain: DomainReference, in event: DomainEvent) async throws(ComputeError) -> String? {
        if let name = names[domain.uuid] { return name }
        if case .lifecycle(_, let change) = event {
            switch change {
            // Another domain of that UUID may be Roost's.
            case .defined, .undefined: foreign.remove(domain.uuid)
            default: break
            }
        }
        if foreign.contains(domain.uuid) { return nil }
        guard try await isOurs(InstanceID(domain.uuid)) else {
            if foreign.count >= Self.foreignLimit { foreign = [] }
            foreign.insert(domain.uuid)
            return nil
        }
        names[domain.uuid] = domain.name
        return domain.name
    }
}

extension LibvirtDriver {
    /// Whether Roost made the domain, by its records, or where they were lost, by the domain's own metadata.
    ///
    /// - Throws: ``ComputeError`` where neither can be read.
    fileprivate func hasMade(_ id: InstanceID) async throws(ComputeError) -> Bool {
        if try journals.existing()?.instance(id) != nil { return true }
        guard let domain = try await domain(id) else { return false }
        let xml = try await translating("domain \(domain.name)") { () throws(LibvirtError) -> String? in
            do throws(LibvirtError) {
                return try await domain.xml(.inactive, deadline: .now + Self.readLimit)
            } catch {
                guard error.code == .noDomain else { throw error }
                return nil
            }
        }
        return xml.flatMap(InstanceMetadata.read(fromDomainXML:)) != nil
    }
}
