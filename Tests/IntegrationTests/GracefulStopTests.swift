// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import RoostKit
import Testing

@testable import Libvirt
@testable import LibvirtDriver

/// What a caller is told who asks a guest to go down.
@Suite("A graceful stop", .serialized)
struct GracefulStopTests {
    @Test("that waits no longer does not say that nothing happened: the guest was asked")
    func ignored() async throws {
        let lab = try await Lab("g-stop")
        let before = try await lab.prepared()
        // Nothing to boot from: the firmware hears no power button.
        let deaf = try lab.tiny("deaf-1", disks: [.blank(DiskSize(.mebibytes(1)))], agent: false)
        let id = try await lab.driver.spawn(deaf, until: .running, context: lab.context).id
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.stop(id, policy: .graceful(within: .seconds(1)), context: lab.context)
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.outcome == .unknown)
        #expect(try await lab.driver.instance("deaf-1", context: lab.context).state == .running)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("of an instance in the making is not told that there is no such instance")
    func making() async throws {
        let stopping = Guarded<Task<Void, any Error>?>(nil)
        let asked = AsyncStream<Void>.makeStream()
        let other = try await Lab("g-make")
        let probe = ActingProbe(.step(.before, "define")) {
            let task = Task {
                let id = try await other.driver.instance("made-1", context: other.context).id
                asked.continuation.finish()
                try await other.driver.stop(id, policy: .graceful(within: Lab.patience), context: other.context)
            }
            stopping.withLock { $0 = task }
        }
        let lab = try await Lab("g-make", probe: probe)
        let before = try await lab.prepared()
        let spawning = Task { try await lab.driver.spawn(lab.tiny("made-1"), until: .running, context: lab.context) }
        for await _ in asked.stream {}
        _ = try await spawning.value
        // It went down, or was off when it was looked at; that there were no such instance would be thrown here.
        try await #require(stopping.withLock { $0 }).value
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("whose first request is on its way does not say that nothing happened, whatever became of the second")
    func asked() async throws {
        let requests = FirstRequestUnderWay()
        let lab = try await Lab("g-asked") { $0.callThreads = CallThreads(interposer: requests) }
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("asked-1"), until: .running, context: lab.context).id
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.stop(id, policy: .graceful(within: .seconds(60)), context: lab.context)
        }
        #expect(requests.count == 2)
        #expect(error?.outcome == .unknown)
        #expect(try lab.lastOperation()?.record.state == .unknown)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("that is repeated under its key leaves a guest alone that was started since")
    func repeated() async throws {
        let lab = try await Lab("g-twice")
        let before = try await lab.prepared()
        let goal = SpawnGoal.agent(within: Lab.patience)
        let id = try await lab.driver.spawn(lab.tiny("twice-1"), until: goal, context: lab.context).id
        var context = lab.context
        context.idempotencyKey = "stop \(id)"
        try await lab.driver.stop(id, policy: .graceful(within: Lab.patience), context: context)
        try await lab.driver.start(id, context: lab.context)
        try await lab.driver.stop(id, policy: .graceful(within: Lab.patience), context: context)
        #expect(try await lab.driver.instance("twice-1", context: lab.context).state == .running)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}

/// Answers the requests to go down: the first gets no answer in time, and for the others no time is left.
private final class FirstRequestUnderWay: CallInterposer {
    private let asked = Guarded(0)

    var count: Int { asked.withLock { $0 } }

    func make<Value: Sendable>(
        _ call: String, _ body: @escaping @Sendable () throws(LibvirtError) -> Value
    ) throws(LibvirtError) -> Value {
        guard call == "virDomainShutdownFlags" else { return try body() }
        let number = asked.withLock { asked in
            asked += 1
            return asked
        }
        throw .deadlineExceeded(call: call, callMade: number == 1)
    }
}
