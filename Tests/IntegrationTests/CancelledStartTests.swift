// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Libvirt
import RoostKit
import Testing

@testable import LibvirtDriver

/// Who gives up on a start does not make libvirt give up.
@Suite("A start that is given up on", .serialized)
struct CancelledStartTests {
    @Test("is recorded as what came of it, at whatever moment that was")
    func recorded() async throws {
        let lab = try await Lab("c-cancel")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("given-up"), until: .started, context: lab.context).id
        let domain = try await lab.driver.requireDomain(id)
        for wait in stride(from: 0, through: 480, by: 40) {
            try await lab.driver.stop(id, policy: .force, context: lab.context)
            let starting = Task { try await lab.driver.start(id, context: lab.context) }
            // Nothing else tells how far libvirt is.
            try await Task.sleep(for: .milliseconds(wait))
            starting.cancel()
            _ = await starting.result
            _ = try await lab.driver.settle(nil, context: lab.context)
            try await domain.awaitAnswers()
            let runs = try await lab.driver.instance("given-up", context: lab.context).state == .running
            let operation = try #require(try lab.lastOperation()).record
            // Before it began there is nothing to record.
            guard operation.kind == Action.start.rawValue else {
                #expect(!runs)
                continue
            }
            #expect(operation.state == (runs ? .done : .undone), "after \(wait) ms: \(operation.error ?? "")")
        }
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}
