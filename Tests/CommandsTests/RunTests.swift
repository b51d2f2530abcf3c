// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import ComputeTestKit
import Foundation
import InstanceModel
import SystemPackage
import Testing

@Suite("run, plan and spec")
struct RunTests {
    private var roost = CommandLineRun()
    private let scratch: ScratchDirectory
    private static let document = """
        version: 1
        name: web-1
        vcpus: 1
        memory: 64 MiB
        disks:
          - { image: tiny }
        interfaces:
          - { network: user, publish: ["2222:22"] }

        """

    init() async throws {
        scratch = try ScratchDirectory()
        roost.directory = scratch.path
        try scratch.write("web.yaml", Self.document)
        await roost.hypervisor.add(try ImageName("tiny"))
    }

    @Test("runs a document from a file and from standard input", arguments: ["web.yaml", "-"])
    func runs(source: String) async {
        var roost = roost
        roost.input = ScriptedInput([String(Self.document.prefix(20)), String(Self.document.dropFirst(20))])
        let outcome = await roost("run", source)
        #expect(outcome.output == "web-1 running\n")
        #expect(outcome.errorOutput.isEmpty)
        #expect(outcome.status == 0)
    }

    @Test("takes another name, and waits for the agent")
    func renames() async {
        let outcome = await roost("run", "web.yaml", "--name", "web-2", "--wait", "agent", "-o", "json")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains(#""name": "web-2""#))
        #expect(await roost.hypervisor.calls.contains(.init(.spawn, "web-2")))
    }

    @Test("prints only the id when quiet")
    func quiet() async {
        #expect(await roost("run", "web.yaml", "-q").output == "00000001-0000-4000-8000-000000000000\n")
    }

    @Test("shows each step when verbose, and none when piped")
    func progress() async {
        #expect(await roost("run", "web.yaml").errorOutput.isEmpty)
        let outcome = await roost("run", "web.yaml", "--name", "b", "--verbose")
        #expect(outcome.status == 4)
        let other = await roost("delete", "web-1", "--force")
        #expect(other.status == 0)
        let verbose = await roost("run", "web.yaml", "--verbose").errorOutput
        #expect(
            verbose == """
                [1/4] claim …
                [1/4] claim done
                [2/4] disks …
                [2/4] disks done
                [3/4] define …
                [3/4] define done
                [4/4] start …
                [4/4] start done

                """)
    }

    @Test("draws one line over on a terminal, and takes it away")
    func progressOnTerminal() async {
        var roost = roost
        roost.isTerminal = true
        let outcome = await roost("run", "web.yaml")
        #expect(outcome.errorOutput.hasPrefix("\r\u{1b}[K[1/4] claim …\r\u{1b}[K[2/4] disks …"))
        #expect(outcome.errorOutput.hasSuffix("[4/4] start …\r\u{1b}[K"))
        #expect(outcome.output == "web-1 running\n")
    }

    @Test(
        "a name or image that cannot be had is told by kind",
        arguments: [
            (["run", "web.yaml", "--name", "taken"], 4, "conflict"),
            (["run", "missing-image.yaml"], 3, "not_found"),
            (["run", "web.yaml", "--name=-x"], 2, "invalid"),
            (["run", "web.yaml", "--name", "a/b"], 2, "invalid"),
            (["run", "absent.yaml"], 2, "usage"),
            (["run", "."], 2, "usage"),
            (["run", "binary.yaml"], 2, "usage"),
            (["run", "large.yaml"], 2, "usage"),
            (["run", "empty.yaml"], 2, "invalid"),
            (["plan", "empty.yaml"], 2, "invalid"),
            (["run"], 2, "usage"),
            (["run", "web.yaml", "--wait", "for-ever"], 2, "usage"),
            (["run", "web.yaml", "--wait-timeout", "soon"], 2, "usage"),
            (["run", "web.yaml", "--timeout", "0"], 2, "usage"),
        ] as [([String], Int32, String)])
    func refuses(arguments: [String], status: Int32, kind: String) async throws {
        try await roost.add("taken")
        try scratch.write(
            "missing-image.yaml", Self.document.replacing("tiny", with: "huge").replacing("2222", with: "2"))
        try scratch.write("binary.yaml", [0x7f, 0x45, 0x4c, 0x46, 0x00, 0xff])
        try scratch.write("large.yaml", [UInt8](repeating: 0x20, count: (1 << 20) + 1))
        try scratch.write("empty.yaml", "")
        let outcome = await roost(arguments + ["-o", "json"])
        #expect(outcome.status == status)
        #expect(outcome.output.isEmpty)
        let error = try jsonObject(outcome.errorOutput)
        #expect(error["kind"] as? String == kind)
        #expect(error["outcome"] as? String == "did_not_happen")
        #expect((error["message"] as? String)?.isEmpty == false)
        #expect(Set(error.keys) == Self.errorKeys)
        #expect(outcome.errorOutput.filter { $0 == "\n" }.count == 1)
    }

    private static let errorKeys: Set<String> = [
        "kind", "outcome", "subject", "message", "hint", "problems", "details", "libvirt",
    ]

    @Test("tells every problem with its place, rule and remedy")
    func problems() async throws {
        try scratch.write("bad.yaml", "version: 1\nname: -x\nvcpus: 0\nmemory: 64\ncolour: red\n")
        let outcome = await roost("run", "bad.yaml", "-o", "json")
        #expect(outcome.status == 2)
        let problems = try jsonObject(outcome.errorOutput)["problems"] as? [[String: Any]] ?? []
        let paths = Set(problems.compactMap { $0["path"] as? String })
        #expect(paths.isSuperset(of: ["name", "vcpus", "memory", "colour"]))
        for problem in problems { #expect(Set(problem.keys) == ["path", "line", "value", "rule", "remedy"]) }
        let text = await roost("run", "bad.yaml").errorOutput
        #expect(text.hasPrefix("roost: document bad.yaml: it has "))
        #expect(text.contains("  line 3, vcpus: 1 to 512 virtual processors (given: 0)\n      for example 2\n"))
        #expect(roost.requests.values.isEmpty)
    }

    @Test(
        "reads user data beside the document, and nowhere else",
        arguments: [
            ("data.txt", Int32(0)), ("sub/data.txt", 2), ("../data.txt", 2), ("/etc/hostname", 2), (".", 2),
            ("large", 2), ("./data.txt", 0), ("link", 2), ("etc/hostname", 2),
        ])
    func userData(file: String, status: Int32) async throws {
        try scratch.write("data.txt", "#cloud-config\n")
        try scratch.write("large", [UInt8](repeating: 0x20, count: (1 << 20) + 1))
        let (link, etc) = (scratch.path.appending("link"), scratch.path.appending("etc"))
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: "/etc/hostname")
        try FileManager.default.createSymbolicLink(atPath: etc.string, withDestinationPath: "/etc")
        try scratch.write("web.yaml", Self.document + "cloud_init: { user_data_file: \(file) }\n")
        var roost = roost
        roost.directory = FilePath("/")
        let outcome = await roost("run", scratch.path.appending("web.yaml").string)
        #expect(outcome.status == status)
        #expect(outcome.errorOutput.contains("cloud_init.user_data_file") == (status == 2))
    }

    @Test("a host's facts are kept, and planned for without asking the host")
    func facts() async throws {
        let shown = await roost("host", "facts", "-o", "json")
        let facts = try jsonObject(shown.output)
        #expect(facts["maximum_vcpus"] as? Int == 8)
        #expect(facts["machine"] as? String == "pc-q35-7.2")
        #expect(await roost("host", "facts").output.contains("accelerator: emulation\n"))
        try scratch.write("facts.json", shown.output.replacing("q35-7.2", with: "q35-9.9"))
        var roost = roost
        roost.openingFailure = ComputeError(.hostUnavailable, subject: "host", message: "nobody is there")
        let planned = await roost("plan", "web.yaml", "--facts", "facts.json", "--xml")
        #expect(planned.status == 0)
        #expect(planned.output == "<pc-q35-9.9 web-1/>\n")
        #expect(planned.errorOutput.contains("was not held against it"))
    }

    private static let recorded = """
        {"architecture": "x86_64", "emulator": "/usr/bin/qemu-system-x86_64", "machine": "pc-q35-7.2",
         "accelerator": "emulation", "maximum_vcpus": 255, "processor_models": [], "emulates_tpm": false,
         "firmware": {"has_uefi": false, "has_secure_boot": false}, "has_direct_io": false}
        """

    private static func topology(_ pages: String, _ cores: String) -> String {
        recorded.replacing(
            "\"emulates_tpm\"",
            with: """
                "topology": {"cells": [{"id": 0, "memory_kib": 1, "huge_pages": [{"size_kib": 4, "count": \(pages)}],
                "cores": \(cores)}]}, "emulates_tpm"
                """)
    }

    @Test(
        "what is no host's facts is refused, with its place",
        arguments: [
            ("{", "it is no JSON of a host's facts"), ("{\"machine\": \"q35\"}", "architecture is missing"),
            ("[]", "it is no JSON of a host's facts"),
            (
                #"{"architecture": "x", "emulator": "", "machine": 3}"#,
                "machine is not what it should be"
            ),
            (
                recorded.replacing("\"emulates_tpm\"", with: "\"is_priviledged\": false, \"emulates_tpm\""),
                "is_priviledged is no fact that is known here"
            ),
            (
                recorded.replacing("\"emulates_tpm\"", with: "\"devices\": {\"vsock\": true}, \"emulates_tpm\""),
                "devices.vsock is no fact that is known here"
            ),
            (recorded.replacing("255", with: "-3"), "maximum_vcpus is not what it should be"),
            (topology("9223372036854775807", "[[0]]"), "topology.cells is not what it should be"),
            (topology("1", "[[-1]]"), "topology.cells is not what it should be"),
            (topology("1", "[[0, 0]]"), "topology.cells is not what it should be"),
        ])
    func wrongFacts(text: String, problem: String) async throws {
        try scratch.write("facts.json", text)
        let outcome = await roost("plan", "web.yaml", "--facts", "facts.json")
        #expect(outcome.status == 2)
        #expect(outcome.errorOutput.contains("document facts.json: \(problem)"))
        #expect(await roost("plan", "web.yaml", "--facts", "none.json").status == 2)
    }

    @Test("a plan changes nothing and shows steps, claims and domain")
    func plans() async throws {
        let outcome = await roost("plan", "web.yaml")
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                Steps:
                  1  claim   claim web-1
                  2  disks   disks web-1
                  3  define  define web-1
                  4  start   start web-1

                Claims:
                  name web-1

                Domain:
                <domain type='test'>
                  <name>web-1</name>
                </domain>

                """)
        #expect(
            Set(try jsonObject(await roost("plan", "web.yaml", "-o", "json").output).keys) == [
                "steps", "claims", "domain_xml", "is_validated",
            ])
        #expect(await roost("plan", "web.yaml", "--xml").output.hasPrefix("<domain"))
        #expect(await roost.hypervisor.calls.allSatisfy { $0.action == .plan })
    }

    @Test("checks documents without a hypervisor")
    func checks() async throws {
        try scratch.write("bad.yaml", "version: 1\nname: web-1\nvcpus: 0\nmemory: 64 MiB\ndisks: [{ image: tiny }]\n")
        let good = await roost("spec", "check", "web.yaml")
        #expect(good.output == "web.yaml: valid\n")
        #expect(good.status == 0)
        let mixed = await roost("spec", "check", "web.yaml", "bad.yaml", "absent.yaml")
        #expect(mixed.output == "web.yaml: valid\n")
        #expect(mixed.errorOutput.contains("roost: document bad.yaml: it has a problem\n  line 3, vcpus: "))
        #expect(mixed.errorOutput.contains("roost: document absent.yaml: there is no such file\n"))
        #expect(mixed.status == 2)
        let json = await roost("spec", "check", "web.yaml", "bad.yaml", "-o", "json")
        #expect(json.output.contains(#""file": "bad.yaml""#))
        #expect(try jsonObject(json.errorOutput)["kind"] as? String == "invalid")
        #expect(roost.requests.values.isEmpty)
    }
}
