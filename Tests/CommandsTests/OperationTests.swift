// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import ComputeTestKit
import Foundation
import InstanceModel
import Testing

@Suite("operation")
struct OperationTests {
    private let roost = CommandLineRun()
    private let start = Date(timeIntervalSince1970: 0)

    private func arrange(_ id: String, _ state: OperationState) async throws {
        let operation = OperationRecord(
            id: try #require(OperationID(id)), kind: "instance.spawn",
            instanceID: try #require(InstanceID("00000001-0000-4000-8000-000000000000")), instanceName: "web-1",
            principal: "uid:7", requestID: try #require(UUID(uuidString: id)), state: state, rule: .undo,
            error: state == .undone ? "disk full" : nil, processID: 42, startedAt: start,
            finishedAt: state.isUnfinished ? nil : start)
        let step = StepRecord(position: 0, name: "files", state: .done, startedAt: start, finishedAt: start)
        await roost.hypervisor.arrange(OperationReport(operation: operation, steps: [step]))
    }

    private let first = "aaaa1111-0000-4000-8000-000000000000"
    private let second = "aaaa2222-0000-4000-8000-000000000000"

    @Test("lists the last ones first, or those that are unfinished")
    func list() async throws {
        try await arrange(first, .done)
        try await arrange(second, .running)
        let outcome = await roost("operation", "list")
        #expect(outcome.status == 0)
        #expect(
            outcome.output
                == "ID                                    KIND            INSTANCE  STATE    PRINCIPAL  STARTED\n"
                + "\(second)  instance.spawn  web-1     running  uid:7      1970-01-01T00:00:00Z\n"
                + "\(first)  instance.spawn  web-1     done     uid:7      1970-01-01T00:00:00Z\n")
        #expect(await roost("operation", "ls", "--unfinished", "-q").output == "\(second)\n")
        #expect(await roost("operation", "list", "--limit", "0").status == 2)
    }

    @Test("shows one with its steps, by the beginning of its identity")
    func show() async throws {
        try await arrange(first, .undone)
        try await arrange(second, .done)
        let shown = try jsonObject(await roost("operation", "show", "aaaa1", "-o", "json").output)
        #expect(
            Set(shown.keys) == [
                "id", "kind", "instance_id", "instance_name", "principal", "request_id", "state", "rule", "error",
                "process_id", "started_at", "finished_at", "steps",
            ])
        #expect(shown["error"] as? String == "disk full")
        let text = await roost("operation", "show", first).output
        #expect(text.contains("error      disk full\n"))
        #expect(text.hasSuffix("files  done   1970-01-01T00:00:00Z  1970-01-01T00:00:00Z\n"))
        #expect(await roost("operation", "show", "aaaa").status == 4)
        #expect(await roost("operation", "show", "bbbb").status == 3)
    }

    @Test("settles what was left, and waits for the end")
    func settles() async throws {
        try await arrange(first, .running)
        try await arrange(second, .done)
        #expect(await roost("operation", "settle", "aaaa1").output == "\(first) instance.spawn web-1: undone\n")
        #expect(await roost("operation", "settle", "-o", "json").output == "[]\n")
        #expect(await roost("operation", "wait", "aaaa2").status == 0)
        let ended = await roost("operation", "wait", "aaaa1")
        #expect(ended.status == 1)
        #expect(ended.output.contains("state      undone\n"))
    }

    @Test("gives up waiting for one that runs on")
    func waits() async throws {
        try await arrange(first, .running)
        await roost.hypervisor.fail(.settle, with: ComputeError(.busy, subject: "x", message: "busy"))
        let outcome = await roost("operation", "wait", "aaaa1", "-o", "json")
        #expect(outcome.status == 4)
    }
}
