// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import InstanceModel

@Suite("a flat document")
struct FlatDocumentTests {
    @Test("gives its values as written, from JSON and YAML, without those that are null")
    func values() throws {
        let json = #"{"path": "/a \u00e9", "inode": 18446744073709551615, "connection": null}"#
        #expect(try FlatDocument.parse(Array(json.utf8)) == ["path": "/a é", "inode": "18446744073709551615"])
        let yaml = "# where\nconnect: qemu:///system\nstate_dir: \"null\"\n"
        #expect(
            try FlatDocument.parse(Array(yaml.utf8)) == ["connect": "qemu:///system", "state_dir": "null"])
    }

    @Test(
        "refuses what has another shape, with its line",
        arguments: [
            ("- a\n", 1), ("a: 1\nb: [2]\n", 2), ("a: 1\na: 2\n", 2), ("{\"a\": 1", 1), ("a: &x 1\n", 1),
        ])
    func refusals(text: String, line: Int) {
        let error = #expect(throws: InvalidSpec.self) { try FlatDocument.parse(Array(text.utf8)) }
        #expect(error?.problems.first?.line == line)
    }
}
