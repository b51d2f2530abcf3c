// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import InstanceModel
import Testing

@testable import Commands

@Suite("apply")
struct ApplyTests {
    private var roost = CommandLineRun()
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        roost.directory = scratch.path
    }

    /// The instance that `CommandLineRun.add` makes, as a document, with a line changed.
    private func write(vcpus: Int = 2, role: String = "\\u001b[31m", more: String = "") throws {
        try scratch.write(
            "web.yaml",
            """
            version: 1
            name: web-1
            vcpus: \(vcpus)
            memory: 512 MiB
            disks: [{ image: tiny }]
            interfaces: [{ network: user, publish: ["2222:22"] }]
            labels: { role: "web\(role)" }
            \(more)
            """)
    }

    /// The instance, after an apply that gave it the address that a spawn would have.
    private func settled(_ state: InstanceState = .running) async throws -> InstanceID {
        let id = try await roost.add("web-1", state)
        try write()
        #expect(await roost("apply", "web.yaml", "--quiet").status == 0)
        return id
    }

    @Test("says that there is nothing to change")
    func nothing() async throws {
        _ = try await settled()
        let outcome = await roost("apply", "web.yaml")
        #expect(outcome.status == 0)
        #expect(outcome.output == "web-1: there is nothing to change\n")
        #expect(outcome.errorOutput.isEmpty)
    }

    @Test("shows the difference with its time, makes it, and says what waits")
    func changes() async throws {
        let id = try await settled()
        try write(vcpus: 3, role: "-2")
        let outcome = await roost("apply", "web.yaml")
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                labels.role changes from "web\\u{1B}[31m" to "web-2" (live)
                vcpus changes from "2" to "3" (at the next boot)
                web-1: changed; the rest comes with its next boot

                """)
        #expect(outcome.errorOutput == "roost: `roost stop web-1` and `roost start web-1` restart it\n")
        #expect(await roost.hypervisor.instance(of: id)?.vcpus.value == 3)
    }

    @Test("with --dry-run changes nothing")
    func dryRun() async throws {
        let id = try await settled()
        try write(vcpus: 3)
        let outcome = await roost("apply", "web.yaml", "--dry-run", "-o", "json")
        #expect(outcome.status == 0)
        let result = try jsonObject(outcome.output)
        #expect(result["applied"] as? Bool == false)
        #expect(result["needs_restart"] as? Bool == true)
        let changes = result["changes"] as? [[String: String]]
        #expect(changes == [["path": "vcpus", "from": "2", "to": "3", "takes_effect": "next_boot"]])
        #expect(await roost.hypervisor.instance(of: id)?.vcpus.value == 2)
    }

    @Test("with --restart restarts a guest for which something waits, and no other")
    func restart() async throws {
        _ = try await settled()
        try write(role: "-2")
        #expect(await roost("apply", "web.yaml", "--restart").output.hasSuffix("web-1: changed\n"))
        try write(vcpus: 3, role: "-2")
        #expect(await roost("apply", "web.yaml", "--restart").output.hasSuffix("web-1: changed, and restarted\n"))
    }

    @Test("of a document with mistakes, of none, and of an instance that is not there changes nothing")
    func refusals() async throws {
        _ = try await settled()
        try write(vcpus: 0)
        #expect(await roost("apply", "web.yaml").status == 2)
        #expect(await roost("apply", "none.yaml").status == 2)
        try write(more: "firmware: uefi\ncloud_init: { hostname: a }")
        let refused = await roost("apply", "web.yaml", "-o", "json")
        #expect(refused.status == 2)
        let problems = try jsonObject(refused.errorOutput)["problems"] as? [[String: Any]]
        #expect(problems?.map { $0["path"] as? String } == ["firmware", "cloud_init"])
        #expect(await roost("delete", "web-1", "--force").status == 0)
        try write()
        let missing = await roost("apply", "web.yaml")
        #expect(missing.status == 3)
        #expect(missing.errorOutput.contains("`roost run web.yaml` makes it"))
    }

    @Test("asks on a terminal", arguments: ["y\n", "n\n"])
    func asks(answer: String) async throws {
        let id = try await settled()
        try write(vcpus: 3)
        var asked = roost
        asked.isTerminal = true
        asked.input = ScriptedInput([answer], isTerminal: true)
        let outcome = await asked("apply", "web.yaml")
        #expect(outcome.errorOutput.contains("Change instance web-1? [y/N]"))
        #expect(outcome.status == (answer == "y\n" ? 0 : 1))
        #expect(await roost.hypervisor.instance(of: id)?.vcpus.value == (answer == "y\n" ? 3 : 2))
    }

    @Test("is told by the policy and the instance's own refusals")
    func denied() async throws {
        _ = try await settled()
        try write(vcpus: 3)
        await roost.hypervisor.fail(
            .apply, with: ComputeError(.busy, subject: "instance web-1", message: "another works on it"))
        #expect(await roost("apply", "web.yaml").status == 4)
    }
}
