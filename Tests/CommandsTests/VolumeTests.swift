// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Testing

@Suite("volume")
struct VolumeTests {
    private let roost = CommandLineRun()

    @Test("makes, lists, shows and deletes volumes")
    func keeps() async throws {
        let made = await roost("volume", "create", "data", "--size", "20GiB")
        #expect(made.status == 0)
        #expect(made.output == "data created, serial serial-of-data\n")
        #expect(await roost("volume", "create", "data", "--size", "1GiB").status == 4)
        #expect(
            await roost("volume", "ls").output == """
                NAME  FORMAT  SIZE    ALLOCATED  INSTANCE  CREATED
                data  raw     20 GiB  0 B        -         2023-11-14T22:13:20Z

                """)
        let shown = try jsonObject(await roost("volume", "show", "data", "-o", "json").output)
        #expect(
            Set(shown.keys) == [
                "name", "format", "size_bytes", "allocated_bytes", "serial", "created_at", "instance",
            ])
        #expect(await roost("volume", "delete", "data").output == "data deleted\n")
        #expect(await roost("volume", "show", "data").status == 3)
        #expect(await roost("volume", "list", "-q").output.isEmpty)
    }

    @Test("gives an instance a volume, and takes it away")
    func attaches() async throws {
        try await roost.add("web-1")
        try await roost.add("web-2", .stopped)
        _ = await roost("volume", "create", "data", "--size", "20GiB")
        #expect(await roost("volume", "attach", "data", "web-1").output == "data attached to web-1 as vdb\n")
        let again = await roost("volume", "attach", "data", "web-2", "-o", "json")
        #expect(again.status == 4)
        #expect(try jsonObject(again.errorOutput)["message"] as? String == "the instance web-1 has it")
        #expect(await roost("volume", "delete", "data").status == 4)
        #expect(await roost("volume", "detach", "data", "web-2").status == 3)
        #expect(await roost("volume", "detach", "data", "web-1").output == "data detached from web-1\n")
        #expect(
            await roost("volume", "attach", "data", "web-2", "--bus", "sata").output
                == "data attached to web-2 as sdb, once it starts\n")
        let json = await roost("volume", "detach", "data", "web-2", "-o", "json")
        #expect(Set(try jsonObject(json.output).keys) == ["volume", "instance", "detached"])
    }

    @Test(
        "refuses names and sizes that are none, before it asks anybody",
        arguments: [
            ["create", "../x", "--size", "1GiB"], ["create", "a", "--size", "1"], ["create", "a", "--size", "lots"],
            ["attach", "a b", "web-1"], ["show", ""], ["delete", "a/b"],
        ])
    func refuses(arguments: [String]) async {
        let outcome = await roost(["volume"] + arguments)
        #expect(outcome.status == 2)
        #expect(roost.requests.values.isEmpty)
    }
}
