// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import ComputeTestKit
import Foundation
import Testing

@Suite("locks")
struct LocksTests {
    private let roost = CommandLineRun()
    private let holder = LockHolder(
        operation: "instance.stop", principal: "uid:0", processID: 7, since: Date(timeIntervalSince1970: 0))

    @Test("are shown in aligned columns, and free instances are not")
    func table() async throws {
        try await roost.add("web-1", lockedBy: holder)
        try await roost.add("free")
        let outcome = await roost("locks")
        #expect(outcome.status == 0)
        #expect(
            outcome.output
                == "INSTANCE  OPERATION      PRINCIPAL  SINCE                 PID  WAITING  ID\n"
                + "web-1     instance.stop  uid:0      1970-01-01T00:00:00Z  7    0        "
                + "00000001-0000-4000-8000-000000000000\n")
        #expect(await roost("locks", "--quiet").output == "web-1\n")
    }

    @Test("are shown as JSON with every documented key")
    func json() async throws {
        try await roost.add("web-1", lockedBy: holder)
        #expect(
            await roost("locks", "-o", "json").output == #"""
                [
                  {
                    "instance_id": "00000001-0000-4000-8000-000000000000",
                    "instance_name": "web-1",
                    "operation": "instance.stop",
                    "principal": "uid:0",
                    "process_id": 7,
                    "since": "1970-01-01T00:00:00Z",
                    "waiting_processes": 0
                  }
                ]

                """#)
    }

    @Test("an empty list is an empty result", arguments: [(["-o", "json"], "[]\n"), (["-q"], "")])
    func none(options: [String], output: String) async {
        let outcome = await roost(["locks"] + options)
        #expect(outcome.status == 0)
        #expect(outcome.output == output)
    }
}
