// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

@testable import Libvirt

@Suite("Events")
struct DomainEventTests {
    @Test("come in order, to each listener, and end with the connection")
    func order() async throws {
        let host = try await TestHost()
        let streams = [try await host.connection.events(), try await host.connection.events()]
        let domain = try await host.connection.define(TestHost.document(name: "second"))
        try await domain.start()
        try await domain.suspend()
        try await domain.resume()
        try await domain.destroy()
        try await domain.undefine()
        let reference = domain.reference
        let changes: [LifecycleChange] = [
            .defined(.added), .started(.booted), .suspended(.paused), .resumed(.unpaused), .stopped(.destroyed),
            .undefined(.removed),
        ]
        var iterators = streams.map { $0.makeAsyncIterator() }
        for index in iterators.indices {
            for change in changes {
                #expect(await iterators[index].next() == .lifecycle(reference, change))
            }
        }
        await host.connection.close()
        for index in iterators.indices {
            #expect(await iterators[index].next() == .closed(.client))
            #expect(await iterators[index].next() == nil)
        }
    }

    @Test("a listener who comes after the end hears of it")
    func afterTheEnd() async throws {
        let hub = EventHub()
        hub.end(with: .closed(.keepAlive))
        let buffer = EventBuffer(capacity: 4)
        _ = hub.add(buffer)
        #expect(await buffer.next() == .closed(.keepAlive))
        #expect(await buffer.next() == nil)
    }

    @Test("a listener who left is not held")
    func leaving() async throws {
        let host = try await TestHost()
        do {
            let events = try await host.connection.events()
            #expect(host.ledger.count(of: .subscription) == 1)
            withExtendedLifetime(events) {}
        }
        #expect(host.ledger.count(of: .subscription) == 0)
        await host.connection.close()
        #expect(host.ledger.total == 0)
    }

    @Test("cancelling a listener's task ends its stream")
    func cancellation() async throws {
        let host = try await TestHost()
        let events = try await host.connection.events()
        let listener = Task {
            for await _ in events {}
            return Task.isCancelled
        }
        listener.cancel()
        #expect(await listener.value)
        await host.connection.close()
    }

    @Test("a full buffer holds what came first, then a gap, then what comes later")
    func gap() async {
        let buffer = EventBuffer(capacity: 2)
        let events = (0..<6).map { DomainEvent.watchdog(Self.reference, .init(rawValue: Int32($0))) }
        for event in events[0..<4] { buffer.add(event) }
        #expect(await buffer.next() == events[0])
        // There is room again, but nothing may overtake the gap.
        buffer.add(events[4])
        #expect(await buffer.next() == events[1])
        #expect(await buffer.next() == .gap)
        buffer.add(events[5])
        #expect(await buffer.next() == events[5])
    }

    @Test("the end follows a gap, and always fits")
    func endAfterGap() async {
        let buffer = EventBuffer(capacity: 1)
        let event = DomainEvent.rebooted(Self.reference)
        buffer.add(event)
        buffer.add(event)
        buffer.end(with: .closed(.error))
        buffer.end(with: .closed(.client))
        buffer.add(event)
        #expect(await buffer.next() == event)
        #expect(await buffer.next() == .gap)
        #expect(await buffer.next() == .closed(.error))
        #expect(await buffer.next() == nil)
    }

    @Test(
        "libvirt's numbers become changes",
        arguments: [
            (0, 1, LifecycleChange.defined(.updated)), (1, 0, .undefined(.removed)), (2, 4, .started(.wakeUp)),
            (3, 2, .suspended(.ioError)), (4, 0, .resumed(.unpaused)), (5, 2, .stopped(.crashed)),
            (6, 1, .shutdown(.guest)), (7, 1, .powerManagementSuspended(.disk)), (8, 0, .crashed(.panicked)),
            (9, 7, .unrecognized(event: 9, detail: 7)),
        ])
    func lifecycleNumbers(event: Int32, detail: Int32, expected: LifecycleChange) {
        #expect(LifecycleChange(event: event, detail: detail) == expected)
    }

    private static let reference = DomainReference(name: "x", uuid: UUID())
}
