// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import RoostKit
import Testing

/// The path of a state directory reaches libvirt in a URI, QEMU in options, and programs in arguments.
@Suite("A state directory with an unusual name", .serialized)
struct StateDirectoryNameTests {
    @Test(
        "serves a guest like any other",
        arguments: ["a b", "é", "a&b", "a%41", "a#b", "a?b", "q\"q", "q'q", "b\\s", "l<t>", "$x;", "a:b", "a+b"])
    func serves(name: String) async throws {
        let lab = try await Lab.ready(name)
        let before = try await lab.prepared()
        try await lab.roost.json("run", "-", "--wait", "running", input: Lab.document("named-1"))
        #expect(try await lab.roost.json("list").elements.map { $0["state"]?.text } == ["running"])
        #expect(try await lab.roost("doctor").status == 0)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
        try await lab.endDaemon()
    }
}
