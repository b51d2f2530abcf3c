// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import Testing

/// The life of a real guest, by the built command.
@Suite("the command line", .serialized)
struct CommandLineTests {
    private static let instanceKeys = [
        "created_at", "disks", "id", "interfaces", "labels", "locked_by", "memory_bytes", "name", "state", "vcpus",
    ]

    @Test("keeps images: adds, lists, shows and deletes them")
    func images() async throws {
        let lab = try await Lab("cli-image")
        let roost = lab.roost
        let path = try GuestImage.tiny.path()
        let added = try await roost.json("image", "add", "tiny", path, "--format", "qcow2")
        #expect(
            added.keys == [
                "added_at", "file_size_bytes", "format", "kind", "name", "sha256", "used_by", "virtual_size_bytes",
            ])
        #expect(added["name"] == "tiny")
        #expect(added["format"] == "qcow2")
        #expect(added["kind"] == "disk")
        #expect(added["used_by"] == .array([]))
        #expect(added["sha256"]?.text == (try Self.sha256(of: path)))

        #expect(try await roost.json("image", "list") == .array([added]))
        #expect(try await roost.json("image", "show", "tiny") == added)
        #expect(try await roost("image", "list", "--quiet").text == "tiny\n")

        let again = try await roost("image", "add", "tiny", path, "--format", "qcow2", "-o", "json")
        #expect(again.status == 4)
        #expect(try again.error["kind"] == "conflict")

        #expect(try await roost("image", "delete", "tiny").status == 0)
        #expect(try await roost.json("image", "list") == .array([]))
        #expect(try await roost("image", "show", "tiny").status == 3)
    }

    @Test("takes a guest through its whole life")
    func wholeLife() async throws {
        let lab = try await Lab.ready("cli")
        let roost = lab.roost
        let before = try await HostSnapshot.take(lab)
        let image = try await roost.json("image", "show", "tiny")

        let run = try await roost.json("run", Lab.template("tiny.yaml"), "--wait", "agent", "--wait-timeout", "3m")
        #expect(run.keys == Self.instanceKeys)
        #expect(run["name"] == "tiny-1")
        #expect(run["state"] == "running")
        #expect(run["vcpus"] == 1)
        #expect(run["memory_bytes"] == 134_217_728)
        #expect(run["labels"] == .object(["purpose": "trial"]))
        #expect(run["locked_by"] == .null)
        #expect(run["disks"] == .array([.object(["target": "vda", "image": "tiny", "size_bytes": 536_870_912])]))
        #expect(run["interfaces"]?.elements.map(\.keys) == [["mac", "network", "publish"]])
        #expect(try await roost.json("list") == .array([run]))
        #expect(try await roost.json("image", "show", "tiny")["used_by"] == .array([try #require(run["id"])]))

        let guest = try await roost.json("show", "tiny-1", "--guest")
        #expect(guest.keys == ["id", "kernel_release", "machine", "pretty_name", "version_id"])
        #expect(guest["id"] == "roost-tiny")

        let token = UUID().uuidString
        #expect(try await roost("exec", "tiny-1", "--", "sh", "-c", "echo \(token) >/root/token; sync").status == 0)
        let boot = try await bootID(roost)
        #expect(try await roost("reboot", "tiny-1", "--timeout", "3m").status == 0)
        #expect(try await roost("wait", "tiny-1", "--for", "agent").status == 0)
        #expect(try await bootID(roost) != boot)

        #expect(try await roost("stop", "tiny-1", "--timeout", "3m").status == 0)
        #expect(try await state(roost) == "stopped")
        #expect(try await roost("start", "tiny-1").status == 0)
        #expect(try await roost("wait", "tiny-1", "--for", "agent").status == 0)
        #expect(try await roost("exec", "tiny-1", "--", "cat", "/root/token").text == token + "\n")

        #expect(try await roost("pause", "tiny-1").status == 0)
        #expect(try await state(roost) == "paused")
        #expect(try await roost("resume", "tiny-1").status == 0)
        #expect(try await state(roost) == "running")

        let refused = try await roost("delete", "tiny-1", "-o", "json")
        #expect(refused.status == 4)
        #expect(try refused.error["kind"] == "conflict")
        #expect(try await state(roost) == "running")

        #expect(try await roost("stop", "tiny-1", "--force").status == 0)
        #expect(try await roost("delete", "tiny-1").status == 0)
        #expect(try await roost.json("list") == .array([]))
        try await lab.expectUnchanged(since: before)
        #expect(try await roost.json("image", "show", "tiny") == image)
        #expect(try Self.sha256(of: "\(lab.state.images)/tiny.qcow2") == image["sha256"]?.text)
    }

    @Test("plans without a trace")
    func plan() async throws {
        let lab = try await Lab.ready("cli-plan")
        let before = try await HostSnapshot.take(lab)
        let plan = try await lab.roost.json("plan", Lab.template("tiny.yaml"))
        #expect(plan.keys == ["claims", "domain_xml", "is_validated", "steps"])
        let steps = plan["steps"]?.elements.compactMap { $0["name"]?.text }
        #expect(steps == ["files", "disk-0", "define", "start", "wait-running"])
        #expect(plan["domain_xml"]?.text?.contains("<name>tiny-1</name>") == true)
        let reasons = try await lab.roost.json("explain", Lab.template("tiny.yaml"), "disk/driver/@cache")
        #expect(reasons.elements.map { $0["facts"]?.elements.first?["path"] } == ["has_direct_io"])
        #expect(try await lab.roost("explain", Lab.template("tiny.yaml"), "tpm").status == 3)
        try await lab.expectUnchanged(since: before)
        #expect(try await lab.roost.json("list") == .array([]))
    }

    private func bootID(_ roost: CommandRun) async throws -> String {
        let outcome = try await roost("exec", "tiny-1", "--", "cat", "/proc/sys/kernel/random/boot_id")
        try #require(outcome.status == 0, "\(outcome.errorText)")
        return outcome.text
    }

    private func state(_ roost: CommandRun) async throws -> JSONValue? {
        try await roost.json("list").elements.first?["state"]
    }

    private static func sha256(of path: String) throws -> String {
        String(try HostCommand("sha256sum", path).output().prefix(64))
    }
}
