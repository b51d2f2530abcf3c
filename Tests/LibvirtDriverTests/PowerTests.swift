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

    /// Tells that a start is about to look at its guest.
    private struct StartProbe: OperationProbe {
        let hasBegun = Guarded(false)

        func reached(_ point: ProbePoint) throws(ComputeError) {
            if point == .step(.before, "power-on") { hasBegun.withLock { $0 = true } }
        }
    }

    @Test("a guest that is going down is started once it is off", .timeLimit(.minutes(1)))
    func startWhileGoingDown() async throws {
        let probe = StartProbe()
        let scene = try await DriverScene(runState: 4, probe: probe)
        let id = try scene.knownDomain("test")
        let domain = try await scene.driver.requireDomain(id)
        #expect(try await domain.state() == .shuttingDown)
        let starting = Task { try await scene.driver.start(id, context: scene.context) }
        while !probe.hasBegun.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
        // Time to look; where the machine is too slow for that, it finds the guest off, which is as well.
        try await Task.sleep(for: .milliseconds(100))
        try await domain.destroy()
        try await starting.value
        guard case .running = try await domain.state() else {
            Issue.record("it was not started")
            return
        }
    }

    @Test("a graceful stop of a guest that goes off in that moment is no conflict", .timeLimit(.minutes(3)))
    func stopWhileGoingOff() async throws {
        let scene = try await DriverScene()
        let id = try scene.knownDomain("test")
        let domain = try await scene.driver.requireDomain(id)
        let flipping = Task {
            while !Task.isCancelled {
                try? await domain.destroy()
                try? await domain.start()
            }
        }
        for _ in 0..<60 {
            do throws(ComputeError) {
                try await scene.driver.stop(id, policy: .graceful(within: .seconds(10)), context: scene.context)
            } catch {
                // libvirt's test driver cannot be asked by ACPI, which is another error.
                #expect(error.code != .conflict, "\(error)")
            }
        }
        flipping.cancel()
        await flipping.value
    }

    @Test("a start that was left while its guest goes down can never be told")
    func startLeftWhileGoingDown() async throws {
        let scene = try await DriverScene(runState: 4)
        let id = try scene.knownDomain("test")
        let executor = InstanceExecutor(host: scene.driver, id: id, name: "test", operationID: OperationID())
        #expect(try await executor.evidence(of: .powerOn, context: scene.context) == .unknown)
    }

    @Test("a guest that does not end going down is not started, and nothing is done to it")
    func startOfOneThatStays() async throws {
        let scene = try await DriverScene(runState: 4)
        let id = try scene.knownDomain("test")
        var context = scene.context
        context.deadline = .now + .milliseconds(300)
        let error = await #expect(throws: ComputeError.self) {
            try await scene.driver.start(id, context: context)
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.outcome == .didNotHappen)
        #expect(try await scene.driver.requireDomain(id).state() == .shuttingDown)
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
