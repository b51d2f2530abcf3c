// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Foundation
import InstanceModel
import Testing

@Suite("list and show")
struct ListAndShowTests {
    private let roost = CommandLineRun()

    @Test("lists in aligned columns, without escape bytes")
    func listsTable() async throws {
        try await roost.add("web-1")
        try await roost.add("a", .stopped)
        let outcome = await roost("list")
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                NAME   STATE    VCPUS  MEMORY   CREATED               ID
                a      stopped  2      512 MiB  2023-11-14T22:13:20Z  00000002-0000-4000-8000-000000000000
                web-1  running  2      512 MiB  2023-11-14T22:13:20Z  00000001-0000-4000-8000-000000000000

                """)
        #expect(outcome.errorOutput.isEmpty)
    }

    @Test("lists as JSON with every documented key")
    func listsJSON() async throws {
        let holder = LockHolder(
            operation: "instance.stop", principal: "uid:0", processID: 7, since: Date(timeIntervalSince1970: 0))
        try await roost.add("web-1", lockedBy: holder)
        let outcome = await roost("list", "-o", "json")
        #expect(outcome.status == 0)
        #expect(
            outcome.output == #"""
                [
                  {
                    "id": "00000001-0000-4000-8000-000000000000",
                    "name": "web-1",
                    "state": "running",
                    "vcpus": 2,
                    "memory_bytes": 536870912,
                    "created_at": "2023-11-14T22:13:20Z",
                    "disks": [
                      {
                        "target": "vda",
                        "image": "tiny",
                        "size_bytes": 67108864
                      }
                    ],
                    "interfaces": [
                      {
                        "mac": "52:54:00:00:00:00",
                        "network": "user",
                        "publish": [
                          "2222:22"
                        ]
                      }
                    ],
                    "labels": {
                      "role": "web\u001b[31m"
                    },
                    "locked_by": {
                      "operation": "instance.stop",
                      "principal": "uid:0",
                      "process_id": 7,
                      "since": "1970-01-01T00:00:00Z"
                    }
                  }
                ]

                """#)
    }

    @Test(
        "an empty list is an empty result",
        arguments: [
            ([], "NAME  STATE  VCPUS  MEMORY  CREATED  ID\n"),
            (["-q"], ""), (["-o", "json"], "[]\n"), (["-o", "yaml"], "[]\n"),
        ])
    func listsNothing(options: [String], output: String) async {
        let outcome = await roost(["list"] + options)
        #expect(outcome.output == output)
        #expect(outcome.errorOutput.isEmpty)
        #expect(outcome.status == 0)
    }

    @Test("prints names only when quiet, under either name of the verb", arguments: ["list", "ls"])
    func listsNames(verb: String) async throws {
        try await roost.add("b")
        try await roost.add("a")
        #expect(await roost(verb, "--quiet").output == "a\nb\n")
    }

    @Test(
        "shows an instance by name, UUID and beginning, with labels made safe",
        arguments: [
            "web-1", "00000001-0000-4000-8000-000000000000", "00000001",
        ])
    func shows(reference: String) async throws {
        try await roost.add("web-1")
        let outcome = await roost("show", reference)
        #expect(outcome.status == 0)
        #expect(
            outcome.output == #"""
                name         web-1
                id           00000001-0000-4000-8000-000000000000
                state        running
                vcpus        2
                memory       512 MiB
                created      2023-11-14T22:13:20Z
                disk vda     64 MiB over tiny
                interface 0  user, 52:54:00:00:00:00, publishes 2222:22
                label role   web\u{1B}[31m

                """#)
    }

    @Test("shows the document in the customary order, safe for a terminal")
    func showsSpec() async throws {
        try await roost.add("web-1")
        let outcome = await roost("show", "web-1", "--spec")
        #expect(
            outcome.output == #"""
                version: 1
                name: web-1
                vcpus: 2
                memory: '512 MiB'
                disks:
                - image: tiny
                interfaces:
                - network: user
                  publish:
                  - '2222:22'
                agent: true
                labels:
                  role: "web\e[31m"

                """#)
        var stored = CommandLineRun(hypervisor: roost.hypervisor)
        stored.input = ScriptedInput([outcome.output])
        #expect(await stored("spec", "check", "-").output == "-: valid\n")
    }

    @Test("shows the domain XML as it is")
    func showsXML() async throws {
        try await roost.add("web-1")
        let xml = "<domain type='test'>\n  <name>web-1</name>\n  <uuid>00000001-0000-4000-8000-000000000000</uuid>\n"
        #expect(await roost("show", "web-1", "--xml").output == xml + "</domain>\n")
    }

    @Test("shows what the guest says of itself")
    func showsGuest() async throws {
        try await roost.add("web-1")
        let text = "name     Fake Guest 1\nid       fake\nversion  1\nkernel   6.1.0\nmachine  x86_64\n"
        #expect(await roost("show", "web-1", "--guest").output == text)
        let json = try jsonObject(await roost("show", "web-1", "--guest", "-o", "json").output)
        #expect(json["pretty_name"] as? String == "Fake Guest 1")
        #expect(Set(json.keys) == ["id", "pretty_name", "version_id", "kernel_release", "machine"])
    }
}
