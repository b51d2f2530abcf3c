// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Testing

@testable import roost

@Suite("The configuration file")
struct SettingsTests {
    private static func parse(_ text: String) throws -> Settings {
        try Settings.parse(Array(text.utf8), "/etc/roost/config.yaml")
    }

    @Test("says how much history is kept, and leaves the rest as it is")
    func history() throws {
        #expect(try Self.parse("# nothing\n").history == .standard)
        let settings = try Self.parse("history_days: 7\nstate_dir: /srv/roost\naudit_records: 500\n")
        #expect(try settings.history == HistoryLimits(days: 7, auditRecords: 500))
        #expect(settings.stateDirectory == "/srv/roost")
        #expect(settings.sharedDirectories.isEmpty)
    }

    @Test("names the directories that guests may share, absolute and plain")
    func shares() throws {
        let directories = try Self.parse("shared_directories: /srv/a:/srv/b c/\n").sharedDirectories
        #expect(directories.map { "\($0)" } == ["/srv/a", "/srv/b c"])
        let sockets = try Self.parse("socket_directories: /run/ovs\n").socketDirectories
        #expect(sockets.map { "\($0)" } == ["/run/ovs"])
        for text in ["srv", "/", "/srv/../etc", "/srv:etc"] {
            let error = #expect(throws: ComputeError.self) { try Self.parse("shared_directories: \(text)\n") }
            #expect(error?.message.contains("shared_directories has absolute paths") == true)
        }
    }

    @Test(
        "with a key or a number that cannot be is refused, and says why",
        arguments: [
            ("history_days: 0", "1 to 3650 days"), ("history_operations: 9", "10 to 1000000 operations"),
            ("audit_records: many", "audit_records is no number: many"),
            ("history_day: 7", "its keys are audit_records"),
        ])
    func refused(text: String, reason: String) {
        let error = #expect(throws: ComputeError.self) { try Self.parse(text) }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains(reason) == true)
    }
}
