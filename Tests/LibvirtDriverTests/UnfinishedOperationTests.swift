// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import Libvirt
import SystemPackage
import Testing

@testable import LibvirtDriver

@Suite("An operation that a dead process left")
struct UnfinishedOperationTests {
    /// A step that no version of the driver knows: the operation cannot be settled.
    private struct StrangeStep: OperationStep {
        let name: String
    }

    /// Fails half-way, and cannot undo.
    private struct Broken: OperationExecutor {
        private static let failure = ComputeError(.failed, subject: "broken", message: "it is broken")

        func perform(_ step: StrangeStep, context: OperationContext) async throws(ComputeError) { throw Self.failure }
        func undo(_ step: StrangeStep, context: OperationContext) async throws(ComputeError) { throw Self.failure }
        func evidence(of step: StrangeStep, context: OperationContext) async throws(ComputeError) -> StepEvidence {
            throw Self.failure
        }
    }

    /// Leaves an operation of somebody else that cannot be settled.
    private func leaveOperation(in scene: DriverScene) async throws -> OperationRequest {
        let request = OperationRequest(
            action: .delete, rule: .finish, instanceID: InstanceID(), instanceName: "other-1")
        let context = OperationContext(principal: Principal(name: "somebody"))
        await #expect(throws: ComputeError.self) {
            try await OperationRunner(journal: try scene.journal()).run(
                request, steps: [StrangeStep(name: "strange")], executor: Broken(), context: context)
        }
        return request
    }

    @Test("fails no read and no change of another instance, and is audited in its own name")
    func fails() async throws {
        let scene = try await DriverScene()
        let request = try await leaveOperation(in: scene)
        let id = try scene.knownDomain("web-1")
        let before = try scene.journal().audit(limit: 100).count
        #expect(try await scene.driver.instance("web-1", context: scene.context).id == id)
        #expect(try await scene.driver.instances(context: scene.context).map(\.name) == ["web-1"])
        try await scene.driver.pause(id, context: scene.context)
        let journal = try scene.journal()
        #expect(try journal.unfinishedOperations().map(\.id) == [request.id])
        let audit = try journal.audit(limit: 100)
        #expect(audit.count == before + 2)
        let settling = try #require(audit.first { $0.subject == "instance other-1" })
        #expect(settling.outcome == .failed)
        #expect(settling.principal == "somebody")
        #expect(audit.first?.action == "instance.pause")
        #expect(audit.first?.principal == "tester")
    }

    @Test("fails no read where it could not even be tried")
    func readsAlone() async throws {
        let scene = try await DriverScene()
        _ = try await leaveOperation(in: scene)
        let id = try scene.knownDomain("web-1")
        // Others may write it: nothing that changes anything is done in such a directory.
        chmod(scene.state.images.string, 0o777)
        #expect(try await scene.driver.instance("web-1", context: scene.context).id == id)
        let error = await #expect(throws: ComputeError.self) {
            try await scene.driver.pause(id, context: scene.context)
        }
        #expect(error?.code == .conflict)
    }

    @Test("is settled by what is there once the lock is one's own", arguments: [true, false])
    func settledUnderLock(byOther: Bool) async throws {
        let scene = try await DriverScene()
        let id = try scene.knownDomain("web-1")
        let journal = try scene.journal()
        let runner = OperationRunner(journal: journal)
        let left = OperationRequest(action: .pause, rule: .look, instanceID: id, instanceName: "web-1")
        await #expect(throws: ComputeError.self) {
            try await runner.run(left, steps: [InstanceStep.pause], executor: Dying(), context: scene.context)
        }
        let domain = try await scene.driver.requireDomain(id)
        let other = try #require(
            try DomainLocks(scene.state).tryAcquire(id, operation: "instance.pause", context: scene.context))
        let resuming = Task { try await scene.driver.resume(id, context: scene.context) }
        while try await scene.driver.locks(context: scene.context).first?.waitingProcesses == 0 { await Task.yield() }
        // The guest runs until now: whoever had looked before would say that it was never paused.
        try await domain.suspend()
        if byOther {
            let executor = InstanceExecutor(host: scene.driver, id: id, name: "web-1", operationID: left.id)
            #expect(try await runner.settle(left.id, executor: executor, context: scene.context) == .done)
        }
        let settled = try journal.operation(left.id)
        other.release()
        try await resuming.value
        #expect(try journal.operation(left.id)?.state == .done)
        if byOther { #expect(try journal.operation(left.id) == settled, "it is settled once") }
        #expect(try await domain.state().instanceState == .running)
        #expect(try journal.history(limit: 10).map(\.state) == [.done, .done])
        #expect(try journal.audit(limit: 10).filter { $0.action == "instance.pause" }.map(\.outcome) == [.done])
    }
}
