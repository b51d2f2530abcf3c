// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import RoostKit

/// Spawns of one document until the guest runs, each deleted again outside the measured time.
struct SpawnBenchmark {
    private let driver: LibvirtDriver
    private let instance: Instance

    private static let principal = Principal.localUser(id: geteuid())

    /// A driver over the private daemon of a state directory that holds the document's images.
    init(state: StateDirectory, text: String) async throws {
        instance = try InstanceDocument.parse(text)
        driver = try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: state, connection: .privateDaemon,
                policy: SinglePrincipalPolicy(permitting: Self.principal)))
    }

    /// What the C program needs to make the same guest.
    struct Description: Encodable {
        let domainXML: String

        enum CodingKeys: String, CodingKey {
            case domainXML = "domain_xml"
        }
    }

    /// One spawn, in microseconds.
    struct Result: Encodable {
        /// From the call to its return, the guest running.
        let total: Double
        /// Each step from its begin to its end, by name.
        let steps: [String: Double]

        enum CodingKeys: String, CodingKey {
            case total = "total_us"
            case steps = "steps_us"
        }
    }

    func describe() async throws -> Description {
        let plan = try await driver.plan(instance, context: OperationContext(principal: Self.principal))
        return Description(domainXML: plan.domainXML)
    }

    func spawn() async throws -> Result {
        let clock = ContinuousClock()
        let log = StepLog()
        let context = OperationContext(principal: Self.principal) { log.note($0) }
        let start = clock.now
        let status = try await driver.spawn(instance, until: .running, context: context)
        let total = clock.now - start
        try await driver.delete(
            status.id, policy: .evenRunning, context: OperationContext(principal: Self.principal))
        return Result(total: total.microseconds, steps: log.steps)
    }
}

/// The time that each step takes.
private final class StepLog: Sendable {
    private struct State {
        var begun: [String: ContinuousClock.Instant] = [:]
        var steps: [String: Double] = [:]
    }

    private let state = Guarded(State())

    var steps: [String: Double] { state.withLock { $0.steps } }

    func note(_ event: ProgressEvent) {
        let now = ContinuousClock.now
        state.withLock { state in
            switch event.phase {
            case .begins: state.begun[event.step] = now
            case .ended: state.steps[event.step] = state.begun[event.step].map { (now - $0).microseconds }
            case .undone: break
            }
        }
    }
}
