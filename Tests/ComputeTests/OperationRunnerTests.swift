// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import Testing

@Suite("The operation runner")
struct OperationRunnerTests {
    let host: ToyHost

    init() throws { host = try ToyHost() }

    @Test("carries out the steps, and keeps claims, record, history and audit")
    func runs() async throws {
        let executor = ToyExecutor()
        let events = Shared([ProgressEvent]())
        let context = OperationContext.test { event in events.withLock { $0.append(event) } }
        let request = host.spawn(claims: [Claim(.mac, "52:54:00:00:00:01")])
        let result = try await host.runner().run(request, steps: host.steps, executor: executor, context: context)
        #expect(result == .done)
        #expect(executor.effects == ["disk", "seed", "define"])
        #expect(try host.journal.instances() == [try #require(request.record)])
        #expect(
            try host.journal.claims(of: host.id).map(\.claim.description) == ["mac 52:54:00:00:00:01", "name web-1"])
        let operation = try #require(try host.journal.operation(request.id))
        #expect(operation.state == .done)
        #expect(operation.kind == "instance.spawn")
        #expect(operation.finishedAt != nil)
        #expect(try host.journal.steps(of: request.id).map(\.state) == [.done, .done, .done])
        #expect(try host.journal.steps(of: request.id).allSatisfy { $0.startedAt != nil && $0.finishedAt != nil })
        let audit = try host.journal.audit(limit: 10)
        #expect(audit.map(\.outcome) == [.done])
        #expect(audit.map(\.subject) == ["instance web-1"])
        #expect(audit.map(\.requestID) == [context.requestID])
        let expected = host.steps.enumerated().flatMap { index, step in
            [ProgressEvent.Phase.begins, .ended].map {
                ProgressEvent(step: step.name, index: index + 1, count: 3, phase: $0)
            }
        }
        let reported = events.withLock { $0 }
        #expect(reported == expected)
    }

    /// A change of the toy instance: another document, a new claim, and none of its old ones but its name.
    private func application(_ document: String) -> OperationRequest {
        OperationRequest(
            action: .apply, rule: .undo, instanceID: host.id, instanceName: "web-1", claims: [Claim(.port, "new")],
            update: InstanceUpdate(document: document, claims: [Claim(.name, "web-1"), Claim(.port, "new")]))
    }

    @Test("of a change writes the instance's document and claims with its end")
    func updates() async throws {
        let made = host.spawn(claims: [Claim(.port, "old")])
        _ = try await host.runner().run(made, steps: host.steps, executor: ToyExecutor(), context: .test())
        _ = try await host.runner().run(
            application("changed"), steps: host.steps, executor: ToyExecutor(), context: .test())
        #expect(try host.journal.instances().map(\.document) == ["changed"])
        #expect(try host.journal.instances().map(\.operationID) == [made.id])
        #expect(try host.journal.claims(of: host.id).map(\.claim.description) == ["name web-1", "port new"])
    }

    @Test("of a change that fails keeps the instance, its document and its claims", arguments: ["disk", "define"])
    func keeps(step: String) async throws {
        let made = host.spawn(claims: [Claim(.port, "old")])
        _ = try await host.runner().run(made, steps: host.steps, executor: ToyExecutor(), context: .test())
        let error = await computeError {
            _ = try await host.runner().run(
                application("changed"), steps: host.steps, executor: ToyExecutor(failing: [step]), context: .test())
        }
        #expect(error?.outcome == .didNotHappen)
        #expect(try host.journal.instances().map(\.document) == [made.record?.document])
        #expect(try host.journal.claims(of: host.id).map(\.claim.description) == ["name web-1", "port old"])
    }

    @Test("undoes a step that fails and those before it", arguments: ["disk", "seed", "define"])
    func undoes(step: String) async throws {
        let executor = ToyExecutor(failing: [step])
        let error = await spawn(executor)
        #expect(error == ToyExecutor.failure(of: step).adding(details: [], outcome: .didNotHappen))
        #expect(executor.effects == [])
        #expect(try host.isClean)
        let operation = try #require(try host.journal.history(limit: 1).first)
        #expect(operation.state == .undone)
        #expect(operation.error == "\(step): planned failure")
        #expect(try host.journal.audit(limit: 1).first?.outcome == .undone)
    }

    @Test("fails at no point without putting everything back")
    func failsEachPoint() async throws {
        let rehearsal = ToyProbe()
        let first = try ToyHost()
        _ = try await first.runner(rehearsal).run(
            first.spawn(), steps: first.steps, executor: ToyExecutor(), context: .test())
        #expect(rehearsal.reached.count == 14)
        for point in rehearsal.reached.indices {
            let host = try ToyHost()
            let executor = ToyExecutor()
            let error = await computeError {
                _ = try await host.runner(ToyProbe { index, _ in index == point }).run(
                    host.spawn(), steps: host.steps, executor: executor, context: .test())
            }
            #expect(error == ToyProbe.failure, "\(rehearsal.reached[point])")
            #expect(executor.effects == [], "\(rehearsal.reached[point])")
            #expect(try host.isClean, "\(rehearsal.reached[point])")
            #expect(try host.journal.history(limit: 9).map(\.state) == (point == 0 ? [] : [.undone]))
        }
    }

    @Test("settles later what a second fault kept from being undone")
    func failsEachUndo() async throws {
        let rehearsal = ToyProbe()
        let first = try ToyHost()
        _ = await computeError {
            _ = try await first.runner(rehearsal).run(
                first.spawn(), steps: first.steps, executor: ToyExecutor(failing: ["define"]), context: .test())
        }
        let undoing = rehearsal.reached.indices.filter { $0 > 10 }
        #expect(undoing.count == 14)
        for point in undoing {
            let host = try ToyHost()
            let executor = ToyExecutor(failing: ["define"])
            let error = await computeError {
                _ = try await host.runner(ToyProbe { index, _ in index == point }).run(
                    host.spawn(), steps: host.steps, executor: executor, context: .test())
            }
            let what = rehearsal.reached[point].description
            #expect(error?.code == .exhausted, "\(what)")
            #expect(error?.details.isEmpty == false, "\(what)")
            if let operation = try host.runner().unfinishedOperations().first {
                #expect(error?.outcome == .unknown, "\(what)")
                #expect(try host.journal.claims().map(\.claim) == [Claim(.name, "web-1")], "\(what)")
                let state = try await host.runner().settle(operation.id, executor: executor, context: .test())
                #expect(state == .undone, "\(what)")
            }
            #expect(executor.effects == [], "\(what)")
            #expect(try host.isClean, "\(what)")
        }
    }

    @Test("undoes without a journal, and settles the claims when it is back")
    func losesJournal() async throws {
        let executor = ToyExecutor(failing: ["define"])
        let probe = ToyProbe { index, point in
            if case .journalWrite = point { return index > 10 }
            return false
        }
        let error = await spawn(executor, probe: probe)
        #expect(error?.code == .exhausted)
        #expect(error?.outcome == .unknown)
        #expect(error?.details.last?.hasPrefix("everything was put back, but the journal could not be told") == true)
        #expect(executor.effects == [])
        let operation = try #require(try host.runner().unfinishedOperations().first)
        #expect(operation.state == .running)
        #expect(try await host.runner().settle(operation.id, executor: executor, context: .test()) == .undone)
        #expect(try host.isClean)
    }

    @Test("names what could not be undone, keeps the claims, and tries again when settling")
    func undoFails() async throws {
        let executor = ToyExecutor(failing: ["define"], failingUndo: ["seed"])
        let error = await spawn(executor)
        #expect(error?.code == .exhausted)
        #expect(error?.subject == "define")
        #expect(error?.outcome == .unknown)
        #expect(
            error?.details == [
                "undo of seed: undo seed: planned failure", "not undone yet: seed, disk; the next command tries again",
            ])
        #expect(executor.effects == ["disk", "seed"])
        let operation = try #require(try host.runner().unfinishedOperations().first)
        #expect(operation.state == .undoing)
        #expect(try host.journal.claims().count == 1)
        let again = await computeError {
            _ = try await host.runner().settle(operation.id, executor: executor, context: .test())
        }
        #expect(again?.outcome == .unknown)
        executor.state.withLock { $0.failingUndo = [] }
        let settled = try await host.runner().settleAll(locks: DomainLocks(host.state.directory)) {
            (_: OperationRecord) throws(ComputeError) in executor
        }
        #expect(try settled.map { try $0.result.get() } == [.undone])
        #expect(settled.map(\.operation.id) == [operation.id])
        #expect(executor.effects == [])
        #expect(try host.isClean)
    }

    @Test("settles in the name of who began, and audits once what cannot be settled")
    func auditsSettling() async throws {
        let executor = ToyExecutor(failing: ["define"], failingUndo: ["seed"])
        _ = await spawn(executor)
        let operation = try #require(try host.runner().unfinishedOperations().first)
        let before = try host.journal.audit(limit: 10)
        let locks = DomainLocks(host.state.directory)
        for _ in 0..<3 {
            let settled = try await host.runner().settleAll(locks: locks) {
                (_: OperationRecord) throws(ComputeError) in executor
            }
            #expect(throws: ComputeError.self) { try settled.first?.result.get() }
        }
        let audit = try host.journal.audit(limit: 10)
        #expect(audit.count == before.count + 1)
        #expect(audit.first?.outcome == .failed)
        #expect(audit.first?.action == "instance.spawn")
        #expect(audit.first?.subject == "instance web-1")
        #expect(audit.first?.message.contains("undo seed: planned failure") == true)
        #expect(audit.first?.principal == operation.principal)
        #expect(audit.first?.requestID == operation.requestID)
    }

    @Test("leaves alone what another runs")
    func leavesRunning() async throws {
        let executor = ToyExecutor(failing: ["define"], failingUndo: ["define"])
        _ = await spawn(executor)
        let locks = DomainLocks(host.state.directory)
        let lock = try #require(try locks.tryAcquire(host.id, operation: "test", context: .test()))
        let settled = try await host.runner().settleAll(locks: locks) {
            (_: OperationRecord) throws(ComputeError) in executor
        }
        #expect(settled.isEmpty)
        lock.release()
        #expect(try host.runner().unfinishedOperations().count == 1)
    }

    @Test("undoes when cancelled between steps, and is not disturbed in that")
    func cancellation() async throws {
        let executor = ToyExecutor { step, _ in
            if step.name == "seed" { withUnsafeCurrentTask { $0?.cancel() } }
        }
        let error = await Task { await spawn(executor) }.value
        #expect(error?.code == .cancelled)
        #expect(error?.outcome == .didNotHappen)
        #expect(executor.effects == [])
        #expect(!executor.undoWasDisturbed)
        #expect(try host.isClean)
    }

    @Test("is done when cancelled in its last step")
    func cancelledLate() async throws {
        let executor = ToyExecutor { step, _ in
            if step.name == "define" { withUnsafeCurrentTask { $0?.cancel() } }
        }
        #expect(await Task { await spawn(executor) }.value == nil)
        #expect(executor.effects == ["disk", "seed", "define"])
        #expect(try host.journal.history(limit: 1).map(\.state) == [.done])
    }

    @Test("begins nothing for one who was cancelled or is too late", arguments: [true, false])
    func beginsNothing(cancelled: Bool) async throws {
        let executor = ToyExecutor()
        let error = await Task {
            if cancelled { withUnsafeCurrentTask { $0?.cancel() } }
            return await spawn(executor, context: .test(deadline: cancelled ? nil : .now))
        }.value
        #expect(error?.code == (cancelled ? .cancelled : .deadlineExceeded))
        #expect(try host.journal.history(limit: 1).isEmpty)
    }

    @Test("undoes when the deadline passes between steps")
    func deadline() async throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(2))
        let executor = ToyExecutor { step, _ in
            guard step.name == "seed" else { return }
            while ContinuousClock.now < deadline { await Task.yield() }
        }
        let error = await spawn(executor, context: .test(deadline: deadline))
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.outcome == .didNotHappen)
        #expect(executor.effects == [])
        #expect(!executor.undoWasDisturbed)
        #expect(try host.journal.history(limit: 1).first?.deadline != nil)
    }

    @Test("finishes later an operation of that rule, whatever failed first")
    func finishes() async throws {
        let rehearsal = ToyProbe()
        let first = try ToyHost()
        _ = try await first.runner(rehearsal).run(
            first.delete(), steps: first.steps, executor: ToyExecutor(), context: .test())
        #expect(rehearsal.reached.count == 14)
        for point in rehearsal.reached.indices.dropFirst() {
            let host = try ToyHost()
            _ = try await host.runner().run(
                host.spawn(), steps: host.steps, executor: ToyExecutor(), context: .test())
            let executor = ToyExecutor()
            let request = host.delete()
            let error = await computeError {
                _ = try await host.runner(ToyProbe { index, _ in index == point }).run(
                    request, steps: host.steps, executor: executor, context: .test())
            }
            let what = rehearsal.reached[point].description
            #expect(error?.message == ToyProbe.failure.message, "\(what)")
            #expect(error?.outcome == .unknown, "\(what)")
            let state = try await host.runner().settle(request.id, executor: executor, context: .test())
            #expect(state == .done, "\(what)")
            #expect(executor.effects == ["disk", "seed", "define"], "\(what)")
            #expect(try host.isClean, "\(what)")
        }
    }

    @Test("takes back only its own claims from an instance that was there before", arguments: [true, false])
    func claimsMore(fails: Bool) async throws {
        _ = try await host.runner().run(host.spawn(), steps: host.steps, executor: ToyExecutor(), context: .test())
        let request = OperationRequest(
            action: .start, rule: .undo, instanceID: host.id, instanceName: "web-1",
            claims: [Claim(.mac, "52:54:00:00:00:02")])
        let executor = ToyExecutor(failing: fails ? ["seed"] : [])
        let error = await computeError {
            _ = try await host.runner().run(request, steps: host.steps, executor: executor, context: .test())
        }
        #expect(error?.message == (fails ? "planned failure" : nil))
        #expect(error?.outcome == (fails ? .didNotHappen : nil))
        #expect(try host.journal.instances().map(\.name) == ["web-1"])
        #expect(
            try host.journal.claims(of: host.id).map(\.claim.description)
                == (fails ? [] : ["mac 52:54:00:00:00:02"]) + ["name web-1"])
    }

    @Test("gives two spawns of one name at once to one of them")
    func race() async throws {
        let (host, steps) = (host, host.steps)
        let other = InstanceID()
        async let first = outcome(host.spawn(), steps)
        async let second = outcome(host.spawn(id: other), steps)
        let errors = await [first, second].compactMap(\.self)
        #expect(errors.count == 1)
        #expect(errors.first?.code == .conflict)
        #expect(errors.first?.message == "an instance named web-1 exists")
        #expect(try host.journal.instances().count == 1)
    }

    @Test(
        "an operation that is looked at tells the truth of a step that failed",
        arguments: [
            (StepEvidence.happened, OperationState.done, ComputeError.Outcome.happened),
            (.didNotHappen, .undone, .didNotHappen), (.unknown, .unknown, .unknown),
        ])
    func looks(evidence: StepEvidence, state: OperationState, outcome: ComputeError.Outcome) async throws {
        let executor = ToyExecutor(failing: ["on"], evidence: evidence)
        let request = host.power()
        let error = await computeError {
            _ = try await host.runner().run(request, steps: [ToyStep(name: "on")], executor: executor, context: .test())
        }
        #expect(error?.outcome == outcome)
        #expect(error?.message == "planned failure")
        #expect(try host.journal.operation(request.id)?.state == state)
        #expect(executor.effects == (evidence == .didNotHappen ? [] : ["on"]))
        #expect(!executor.undoWasDisturbed)
        #expect(try host.journal.unfinishedOperations().isEmpty)
    }

    @Test("an operation whose step was refused did not happen, whatever could be seen of it")
    func refused() async throws {
        struct Refusing: OperationExecutor {
            func perform(_ step: ToyStep, context: OperationContext) async throws(ComputeError) {
                throw ComputeError(.busy, subject: "web-1", message: "it hangs")
            }
            func undo(_ step: ToyStep, context: OperationContext) async throws(ComputeError) {}
            func evidence(of step: ToyStep, context: OperationContext) async throws(ComputeError) -> StepEvidence {
                .unknown
            }
        }
        let (request, steps) = (host.power(digest: "reset"), [ToyStep(name: "reset")])
        var context = OperationContext.test()
        context.idempotencyKey = "k"
        let error = await computeError {
            _ = try await host.runner().run(request, steps: steps, executor: Refusing(), context: context)
        }
        #expect(error?.outcome == .didNotHappen)
        #expect(try host.journal.operation(request.id)?.state == .undone)
        // Its key stands for nothing: the same request may be made again.
        let again = try await host.runner().run(
            host.power(digest: "reset"), steps: steps, executor: ToyExecutor(), context: context)
        #expect(again == .done)
    }

    @Test("an operation that cannot be looked at waits, and its key is no licence to repeat it")
    func looksInVain() async throws {
        let executor = ToyExecutor(failing: ["on"])
        let (request, steps) = (host.power(digest: "on"), [ToyStep(name: "on")])
        var context = OperationContext.test()
        context.idempotencyKey = "k"
        let error = await computeError {
            _ = try await host.runner().run(request, steps: steps, executor: executor, context: context)
        }
        #expect(error?.outcome == .unknown)
        #expect(try host.runner().unfinishedOperations().map(\.id) == [request.id])
        let again = await computeError {
            _ = try await host.runner().run(
                host.power(digest: "on"), steps: steps, executor: executor, context: context)
        }
        #expect(again?.code == .busy)
        executor.state.withLock { $0.evidence = .unknown }
        #expect(try await host.runner().settle(request.id, executor: executor, context: .test()) == .unknown)
        let never = await computeError {
            _ = try await host.runner().run(
                host.power(digest: "on"), steps: steps, executor: executor, context: context)
        }
        #expect(never?.outcome == .unknown)
        #expect(executor.effects == ["on"])
    }

    @Test("refuses to settle what the journal does not have, and leaves what has ended")
    func settlesNothing() async throws {
        let request = host.spawn()
        let missing = await computeError {
            _ = try await host.runner().settle(request.id, executor: ToyExecutor(), context: .test())
        }
        #expect(missing?.code == .notFound)
        _ = try await host.runner().run(request, steps: host.steps, executor: ToyExecutor(), context: .test())
        let executor = ToyExecutor()
        #expect(try await host.runner().settle(request.id, executor: executor, context: .test()) == .done)
        #expect(executor.effects == [])
    }

    @Test("does not settle steps that it cannot read")
    func unreadableSteps() async throws {
        struct OtherStep: OperationStep {
            let name: String
            let mandatory: Int
        }
        struct OtherExecutor: OperationExecutor {
            func perform(_ step: OtherStep, context: OperationContext) async throws(ComputeError) {}
            func undo(_ step: OtherStep, context: OperationContext) async throws(ComputeError) {}
            func evidence(of step: OtherStep, context: OperationContext) async throws(ComputeError) -> StepEvidence {
                .unknown
            }
        }
        _ = await spawn(ToyExecutor(failing: ["disk"], failingUndo: ["disk"]))
        let operation = try #require(try host.runner().unfinishedOperations().first)
        let error = await computeError {
            _ = try await host.runner().settle(operation.id, executor: OtherExecutor(), context: .test())
        }
        #expect(error?.message == "step disk of instance.spawn does not read as a step of this version of Roost")
        #expect(try host.runner().unfinishedOperations() == [operation])
    }

    private func spawn(
        _ executor: ToyExecutor, probe: ToyProbe? = nil, context: OperationContext = .test()
    ) async -> ComputeError? {
        await computeError {
            _ = try await host.runner(probe).run(
                host.spawn(), steps: host.steps, executor: executor, context: context)
        }
    }

    private func outcome(_ request: OperationRequest, _ steps: [ToyStep]) async -> ComputeError? {
        await computeError {
            _ = try await host.runner().run(request, steps: steps, executor: ToyExecutor(), context: .test())
        }
    }
}
