// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Foundation
import InstanceModel
import LibvirtDriver
import Testing

@testable import Commands

@Suite("explain")
struct ExplainTests {
    private let scratch: ScratchDirectory
    private let roost: CommandLineRun

    private static let facts = """
        {"architecture": "x86_64", "emulator": "/usr/bin/qemu-system-x86_64", "machine": "pc-q35-7.2",
         "accelerator": "emulation", "maximum_vcpus": 255, "processor_models": ["qemu64"],
         "firmware": {"has_uefi": false, "has_secure_boot": false}, "emulates_tpm": false, "has_direct_io": false}
        """

    init() throws {
        scratch = try ScratchDirectory()
        var roost = CommandLineRun()
        roost.directory = scratch.path
        // Nobody is asked: the plans are on paper.
        roost.openingFailure = ComputeError(.hostUnavailable, subject: "host", message: "nobody is there")
        roost.planOnPaper = { instance, facts throws(ComputeError) in try LibvirtDriver.plan(instance, on: facts) }
        self.roost = roost
        try scratch.write("facts.json", Self.facts)
        try scratch.write(
            "web.yaml",
            """
            version: 1
            name: web-1
            vcpus: 2
            memory: 512 MiB
            disks:
              - { image: base }
              - { size: 1 GiB, cache: writethrough }
            """)
    }

    private func explain(_ words: String...) async -> CommandLineRun.Outcome {
        await roost(["explain", "web.yaml"] + words + ["--facts", "facts.json"])
    }

    @Test("an attribute is told with its value, its rule, and what that follows from")
    func attribute() async {
        let outcome = await explain("/domain/devices/disk[target/@dev='vda']/driver/@cache")
        #expect(outcome.status == 0)
        #expect(outcome.errorOutput.isEmpty)
        #expect(
            outcome.output == """
                /domain/devices/disk[target/@dev='vda']/driver/@cache
                  value    writeback
                  rule     past the host's cache, for an honest flush and no double caching, where the file system \
                has O_DIRECT; else, and for CD-ROMs, write-back
                  request  disks[0].cache: default
                  request  disks[0].type: default
                  fact     has_direct_io: false

                """)
    }

    @Test("what was asked for is told as that, at each place that is meant")
    func several() async {
        let outcome = await explain("disk/driver/@cache")
        let blocks = outcome.output.components(separatedBy: "\n\n")
        #expect(blocks.count == 2)
        #expect(
            blocks.last == """
                /domain/devices/disk[target/@dev='vdb']/driver/@cache
                  value    writethrough
                  rule     the document asks for it
                  request  disks[1].cache: writethrough

                """)
    }

    @Test("an instance that exists is no obstacle: its document is planned on paper, and that is told")
    func existing() async throws {
        var roost = roost
        roost.openingFailure = nil
        await roost.hypervisor.add(try ImageName("base"))
        try await roost.add("web-1")
        #expect(await roost("plan", "web.yaml").status == 4)
        let outcome = await roost("explain", "web.yaml", "disk[2]/driver/@cache")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("request  disks[1].cache: writethrough\n"))
        #expect(outcome.errorOutput.contains("planned on paper, with nominal identities and places: "))
    }

    @Test("an element is told with its XML, and what in it has another reason")
    func element() async {
        let outcome = await explain("os")
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                /domain/os
                  | <os>
                  |   <type arch="x86_64" machine="pc-q35-7.2">hvm</type>
                  | </os>
                  rule     libvirt is told what a machine is and starts from
                /domain/os/type = hvm: guests are fully virtualized
                /domain/os/type/@arch = x86_64: guests have the host's architecture (host's architecture: x86_64)
                /domain/os/type/@machine = pc-q35-7.2: the host's machine type with its version: a guest keeps it when \
                QEMU is upgraded (profile: default; host's machine: pc-q35-7.2; host's fast_machine: not known)

                """)
    }

    @Test("without a path each element is told, on a line")
    func everything() async throws {
        let outcome = await explain()
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.first == "/domain: libvirt defines a guest by a domain")
        #expect(lines.contains("/domain/name = web-1: libvirt knows the guest by the document's name (name: web-1)"))
        #expect(
            lines.contains(
                "/domain/vcpu = 2: a guest has no more virtual processors than at the start "
                    + "(maximum_vcpus: default; vcpus: 2)"))
        let nodes = try #require(
            try JSONSerialization.jsonObject(with: Data(await explain("-o", "json").output.utf8)) as? [[String: Any]])
        for path in nodes.compactMap({ $0["path"] as? String }) where path.firstMatch(of: /\/@[^\/]*$/) == nil {
            #expect(lines.count { $0.hasPrefix(path + " = ") || $0.hasPrefix(path + ": ") } == 1, "\(path)")
        }
    }

    @Test("programs get each node's path, value, rule and sources, and the XML of elements that were meant")
    func json() async throws {
        let outcome = await explain("disk[2]/serial", "-o", "json")
        let nodes = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
        #expect(nodes.count == 1)
        let node = try #require(nodes.first)
        #expect(Set(node.keys) == ["path", "value", "rule", "requests", "facts", "xml"])
        #expect(node["path"] as? String == "/domain/devices/disk[target/@dev='vdb']/serial")
        #expect(node["value"] as? String == "disk-1")
        #expect(node["xml"] as? String == "<serial>disk-1</serial>")
        let requests = try #require(node["requests"] as? [[String: Any]])
        #expect(requests.map { $0["path"] as? String } == ["disks[1].serial"])
        #expect(requests.first?["value"] is NSNull)
        let all = await explain("-o", "json")
        let whole = try #require(try JSONSerialization.jsonObject(with: Data(all.output.utf8)) as? [[String: Any]])
        #expect(whole.count > 100)
        #expect(whole.allSatisfy { ($0["rule"] as? String)?.isEmpty == false && $0["xml"] is NSNull })
    }

    @Test(
        "where nothing is, what is near is told",
        arguments: [
            ("cputune", []), ("devices/disk/@cache", ["/domain/devices/disk/driver/@cache"]),
            ("disc", ["/domain/devices/disk"]), ("disk[7]/serial", ["/domain/devices/disk/serial"]),
            ("backend", ["/domain/devices/rng/backend"]),
        ])
    func nothing(path: String, near: [String]) async throws {
        let outcome = await explain("/domain/nowhere/" + path)
        #expect(outcome.status == 3)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorOutput.contains("nothing is at /domain/nowhere/\(path)"))
        for place in near { #expect(outcome.errorOutput.contains("  | \(place)\n")) }
        let error = try jsonObject(await explain("/domain/nowhere/" + path, "-o", "json").errorOutput)
        #expect(error["kind"] as? String == "not_found")
        let details = try #require(error["details"] as? [String])
        #expect(near.allSatisfy(details.contains) && details.isEmpty == near.isEmpty)
    }

    @Test("what is no path is wrong usage", arguments: ["", "/", "disk[", "disk[0]", "a//b", "disk[target]", "a/@b/c"])
    func noPath(path: String) async {
        let outcome = await explain(path)
        #expect(outcome.status == 2)
        #expect(outcome.errorOutput.contains("the path \(path)"))
    }

    @Test("a host that is asked and lacks something refuses as it does for a plan")
    func refusal() async throws {
        try scratch.write(
            "web.yaml",
            "version: 1\nname: web-1\nvcpus: 1\nmemory: 1 GiB\ntpm: true\ndisks: [{ image: base }]\n")
        #expect(await explain().status == 5)
        #expect(await roost("explain", "web.yaml").status == 7)
        #expect(await roost("explain", "none.yaml").status == 2)
    }
}
