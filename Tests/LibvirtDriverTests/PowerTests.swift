// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel
import Libvirt
import Testing

@testable import LibvirtDriver

@Suite("Power")
struct PowerTests {
    @Test("who is cancelled while waiting for an instance hears its name")
    func namesInstance() async throws {
        let scene = try await DriverScene()
        let id = try scene.knownDomain("web-1")
        let lock = try #require(
            try DomainLocks(scene.state).tryAcquire(id, operation: "test", context: scene.context))
        defer { lock.release() }
        let waiting = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await scene.driver.pause(id, context: scene.context)
        }
        let error = await #expect(throws: ComputeError.self) { try await waiting.value }
        #expect(error?.code == .cancelled)
        #expect(error?.subject == "instance web-1")
    }

    @Test("a stream of events that ends is told from a deadline that passes")
    func eventSearch() async throws {
        let (ended, continuation) = AsyncStream<DomainEvent>.makeStream()
        continuation.yield(.gap)
        continuation.finish()
        let hour = ContinuousClock.now + .seconds(3_600)
        #expect(await LibvirtDriver.first(of: ended, until: hour) { _ in false } == .ended)
        let (silent, holder) = AsyncStream<DomainEvent>.makeStream()
        #expect(await LibvirtDriver.first(of: silent, until: .now) { _ in true } == .late)
        withExtendedLifetime(holder) {}
        let (busy, source) = AsyncStream<DomainEvent>.makeStream()
        source.yield(.gap)
        #expect(await LibvirtDriver.first(of: busy, until: hour) { _ in true } == .found)
    }
}
