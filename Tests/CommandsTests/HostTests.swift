// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import ComputeTestKit
import InstanceModel
import SystemPackage
import Testing

@Suite("images, doctor and versions")
struct HostTests {
    private var roost = CommandLineRun()

    @Test("keeps images")
    func images() async throws {
        let added = await roost("image", "add", "tiny", "tiny.qcow2", "--format", "qcow2")
        #expect(added.status == 0)
        #expect(added.output == "tiny added, sha-256 \(String(repeating: "0", count: 64))\n")
        #expect(await roost("image", "add", "tiny", "x", "--format", "raw").status == 4)
        #expect(
            await roost("image", "ls").output == """
                NAME  KIND  FORMAT  SIZE    FILE    USED BY  ADDED
                tiny  disk  qcow2   64 MiB  16 MiB  0        2023-11-14T22:13:20Z

                """)
        let shown = try jsonObject(await roost("image", "show", "tiny", "-o", "json").output)
        #expect(
            Set(shown.keys) == [
                "name", "kind", "format", "virtual_size_bytes", "file_size_bytes", "sha256", "added_at", "used_by",
            ])
        #expect(await roost("image", "delete", "tiny").output == "tiny deleted\n")
        #expect(await roost("image", "show", "tiny").status == 3)
        #expect(await roost("image", "list", "-q").output.isEmpty)
    }

    @Test(
        "takes images of other formats, compressed ones, and standard input, and keeps qcow2 or raw",
        arguments: [
            (["f.vmdk", "--format", "vmdk"], "qcow2"), (["f", "--format", "vdi"], "qcow2"),
            (["f", "--format", "vhdx", "--compression", "zstd"], "qcow2"), (["f", "--format", "vhd"], "qcow2"),
            (["f", "--format", "iso"], "raw"), (["f.xz", "--format", "raw", "--compression", "xz"], "raw"),
            (["-", "--format", "raw", "--sha256", String(repeating: "aB", count: 32)], "raw"),
        ])
    func otherImages(arguments: [String], kept: String) async throws {
        #expect(await roost(["image", "add", "tiny"] + arguments).status == 0)
        #expect(try jsonObject(await roost("image", "show", "tiny", "-o", "json").output)["format"] as? String == kept)
    }

    @Test("takes no image from a terminal")
    func imageFromTerminal() async {
        var roost = roost
        roost.input = ScriptedInput(isTerminal: true)
        let outcome = await roost("image", "add", "tiny", "-", "--format", "raw")
        #expect(outcome.status == 2)
        #expect(outcome.errorOutput.contains("standard input is a terminal"))
    }

    @Test("an image in use stays")
    func imageInUse() async throws {
        try await roost.add("web-1")
        let outcome = await roost("image", "rm", "tiny")
        #expect(outcome.status == 4)
        #expect(outcome.errorOutput.contains("it is used by 00000001-0000-4000-8000-000000000000"))
    }

    @Test(
        "wrong image commands",
        arguments: [
            ["image", "add", "tiny", "f"], ["image", "add", "tiny", "f", "--format", "ova"],
            ["image", "add", "tiny", "f", "--format", "raw", "--compression", "bzip2"],
            ["image", "add", "tiny", "f", "--format", "raw", "--sha256", "0123"],
            ["image", "add", "-x", "f", "--format", "raw"], ["image", "add", "a/b", "f", "--format", "raw"],
            ["image", "add", "a", "f", "--format", "raw", "--kind", "floppy"], ["image", "show", "a\nb"],
            ["image", "bogus"],
        ])
    func wrongImages(arguments: [String]) async {
        let outcome = await roost(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.errorOutput.hasPrefix("roost: "))
        #expect(roost.requests.values.isEmpty)
    }

    @Test(
        "the doctor's verdict is its exit status",
        arguments: [
            (.good, 0), (.warning, 0), (.bad, 1),
        ] as [(HostCheck.Verdict, Int32)])
    func doctor(verdict: HostCheck.Verdict, status: Int32) async throws {
        await roost.hypervisor.setReport(
            HostReport(checks: [
                HostCheck(name: "libvirt", verdict: .good, finding: "9.0.0"),
                HostCheck(name: "kvm", verdict: verdict, finding: "no\u{1b}[2Jflag", remedy: "emulate"),
            ]))
        let outcome = await roost("doctor")
        #expect(outcome.status == status)
        let gap = String(repeating: " ", count: 9 - verdict.rawValue.count)
        let last = status == 0 ? "This host can run guests.\n" : "This host cannot run guests.\n"
        #expect(
            outcome.output == "good     libvirt  9.0.0\n\(verdict)\(gap)kvm      no\\u{1B}[2Jflag\n"
                + "         to do: emulate\n" + last)
        let json = try jsonObject(await roost("doctor", "-o", "json").output)
        #expect(json["can_run_guests"] as? Bool == (status == 0))
    }

    @Test("a hypervisor that cannot be opened is a finding")
    func doctorWithoutHypervisor() async {
        var roost = roost
        roost.openingFailure = ComputeError(
            .hostUnavailable, subject: "qemu:///system", message: "no daemon answers", hint: "install libvirt")
        let outcome = await roost("doctor")
        #expect(outcome.status == 1)
        #expect(outcome.output.hasPrefix("bad      connection  qemu:///system: no daemon answers\n"))
        #expect(await roost("list").status == 7)
    }

    @Test(
        "colors only on a terminal that wants them",
        arguments: [
            (true, [], [:], true), (false, [], [:], false), (true, ["--no-color"], [:], false),
            (true, [], ["NO_COLOR": "1"], false), (true, [], ["TERM": "dumb"], false),
        ] as [(Bool, [String], [String: String], Bool)])
    func colors(isTerminal: Bool, options: [String], environment: [String: String], colored: Bool) async {
        var roost = roost
        roost.isTerminal = isTerminal
        roost.environment = environment
        #expect(await roost(["doctor"] + options).output.contains("\u{1b}[32mgood\u{1b}[0m") == colored)
    }

    @Test("tells versions without opening anything")
    func versions() async {
        #expect(await roost("--version").output == "roost 1.2.3\n")
        #expect(await roost("version").output == "roost    1.2.3\nlibvirt  9.0.0\n")
        #expect(await roost("version", "-q").output == "1.2.3\n")
        #expect(
            await roost("version", "-o", "json").output == "{\n  \"roost\": \"1.2.3\",\n  \"libvirt\": \"9.0.0\"\n}\n")
        #expect(roost.requests.values.isEmpty)
    }

    @Test(
        "every kind of error has its exit status",
        arguments: [
            (.failed, 1), (.invalid, 2), (.notFound, 3), (.conflict, 4), (.busy, 4),
            (.unsupported, 5), (.deadlineExceeded, 6), (.hostUnavailable, 7), (.denied, 8), (.exhausted, 9),
            (.cancelled, 130), (.init(rawValue: "of_a_later_version"), 1),
        ] as [(ComputeError.Code, Int32)])
    func statuses(code: ComputeError.Code, status: Int32) async throws {
        var roost = roost
        roost.openingFailure = ComputeError(
            code, subject: "s", outcome: .unknown, message: "m\u{1b}[31m", hint: "h",
            libvirt: .init(code: 1, domain: 10, function: "virDomainCreate", message: "internal"), details: ["d"])
        let text = await roost("list", "--verbose")
        #expect(text.status == status)
        #expect(
            text.errorOutput == """
                roost: s: m\\u{1B}[31m
                  | d
                  libvirt: virDomainCreate: internal
                  libvirt: code 1, domain 10
                  whether it was done is not known yet; the next command that writes settles it
                  hint: h

                """)
        let json = await roost("list", "-o", "json")
        #expect(json.status == status)
        #expect(
            json.errorOutput == """
                {"kind":"\(code.rawValue)","outcome":"unknown","subject":"s","message":"m\\u001b[31m","hint":"h",\
                "problems":[],"details":["d"],"libvirt":{"code":1,"domain":10,"function":"virDomainCreate",\
                "message":"internal"}}

                """)
        let yaml = await roost("list", "-o", "yaml").errorOutput
        #expect(yaml.hasPrefix("---\nkind: \(code.rawValue)\noutcome: unknown\n"))
        #expect(!yaml.contains("\u{1b}"))
    }

    struct Request: Sendable {
        let arguments: [String]
        let environment: [String: String]
        let connect: String?
        let stateDirectory: String?
    }

    @Test(
        "asks for the driver that options and variables name",
        arguments: [
            Request(arguments: ["list"], environment: [:], connect: nil, stateDirectory: nil),
            Request(
                arguments: ["list"], environment: ["ROOST_CONNECT": "test:///a", "ROOST_STATE_DIR": "/b"],
                connect: "test:///a", stateDirectory: "/b"),
            Request(
                arguments: ["list", "--connect", "test:///c", "--state-dir", "d"],
                environment: ["ROOST_CONNECT": "test:///a", "ROOST_STATE_DIR": "/b"], connect: "test:///c",
                stateDirectory: "/nonexistent/d"),
            Request(
                arguments: ["--connect", "test:///c", "--state-dir=/d", "list"], environment: [:], connect: "test:///c",
                stateDirectory: "/d"),
            Request(arguments: ["list"], environment: ["ROOST_CONNECT": ""], connect: nil, stateDirectory: nil),
        ])
    func requests(request: Request) async {
        var roost = roost
        roost.environment = request.environment
        #expect(await roost(request.arguments).status == 0)
        #expect(
            roost.requests.values == [
                DriverRequest(
                    connect: request.connect, stateDirectory: request.stateDirectory.map { FilePath($0) },
                    principal: .localUser(id: 1_000), effect: .reads)
            ])
    }

    @Test(
        "tells before it parses whether the hypervisor will be asked",
        arguments: [
            ("list", true), ("-o json list", true), ("--state-dir /s run web.yaml", true), ("doctor", true),
            ("image list", false), ("--version", false), ("version", false), ("help run", false),
            ("spec check web.yaml", false), ("operation list", false), ("locks", false), ("lsit", false), ("", false),
        ])
    func reachesHypervisor(line: String, expected: Bool) {
        #expect(RoostCommand.asksHypervisor(line.split(separator: " ").map(String.init)) == expected)
    }
}
