// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import Libvirt
import RoostKit

/// Calls to libvirt's test driver, which answers at once: what is left is the way there and back.
struct CallBenchmark {
    let uri: String
    let count: Int

    /// Calls in a sample, so that the clock costs nothing.
    private static let batch = 200

    /// What one call of a sample took, in microseconds.
    struct Samples: Encodable {
        /// One domain's state.
        let state_us: [Double]
        /// The states of all domains, in one call.
        let list_us: [Double]
        /// A driver's list of its instances, beside these domains, none of which is one.
        let instances_us: [Double]
        /// How many domains that are.
        let domains: Int
    }

    func run() async throws -> Samples {
        let connection = try await Connection.open(ConnectionURI(uri))
        guard let domain = try await connection.listDomains().first else { throw NoDomain() }
        var states: [Double] = []
        var lists: [Double] = []
        var instances: [Double] = []
        let me = Principal(name: "bench")
        let directory = FileManager.default.temporaryDirectory.appending(path: "rb-\(getpid())")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
        defer { try? FileManager.default.removeItem(at: directory) }
        let driver = try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: StateDirectory(FilePath(directory.path + "/s")),
                connection: .uri(uri, source: "the benchmark"), policy: SinglePrincipalPolicy(permitting: me)))
        // As on a host that has been used: there is a database to look into.
        _ = try await driver.reconcile(.show, context: OperationContext(principal: me))
        var domains = 0
        // With a deadline, as each call of the driver has one.
        for _ in -1..<count {
            let start = ContinuousClock.now
            for _ in 0..<Self.batch { _ = try await domain.state(deadline: .now + .seconds(60)) }
            states.append((ContinuousClock.now - start).microseconds / Double(Self.batch))
            let listing = ContinuousClock.now
            domains = try await connection.stateStatistics(deadline: .now + .seconds(60)).count
            lists.append((ContinuousClock.now - listing).microseconds)
            let context = OperationContext(principal: me, deadline: .now + .seconds(60))
            let asking = ContinuousClock.now
            _ = try await driver.instances(context: context)
            instances.append((ContinuousClock.now - asking).microseconds)
        }
        await driver.close()
        await connection.close()
        // The first of each warmed up.
        return Samples(
            state_us: Array(states.dropFirst()), list_us: Array(lists.dropFirst()),
            instances_us: Array(instances.dropFirst()), domains: domains)
    }

    private struct NoDomain: Error {}
}
