// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import GRDB
import InstanceModel
import SystemPackage
import Testing

@testable import Compute

@Suite("The journal's schema")
struct JournalSchemaTests {
    private static let insertStep = """
        INSERT INTO steps (operation_id, position, name, payload, state) VALUES (?, 0, 'files', '{}', ?)
        """

    /// Tables as the first version made them, with an operation that ended, and one that was left.
    private func firstVersion(at path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try JournalSchema.migrations[0](database)
            try database.execute(sql: "PRAGMA user_version = 1")
            for (index, state) in ["done", "running"].enumerated() {
                let id = OperationID().description
                try database.execute(
                    sql: """
                        INSERT INTO operations (id, kind, instance_id, instance_name, principal, request_id, state,
                            rule, process_id, started_at, finished_at)
                        VALUES (?, 'instance.spawn', ?, ?, 'uid:0', ?, ?, 'undo', 1, 5, ?)
                        """,
                    arguments: [
                        id, InstanceID().description, "web-\(index)", UUID().uuidString.lowercased(), state,
                        state == "done" ? Int64(Date().timeIntervalSince1970 * 1_000) : nil,
                    ])
                try database.execute(
                    sql: Self.insertStep,
                    arguments: [id, state == "done" ? "done" : "started"])
            }
        }
        try queue.close()
    }

    @Test("is brought up to date with all that it holds")
    func migrates() throws {
        let state = try TemporaryState.prepared()
        try firstVersion(at: state.directory.database.string)
        let journal = try Journal.open(state.directory)
        let history = try journal.history(limit: 9)
        #expect(history.map(\.instanceName) == ["web-1", "web-0"])
        #expect(try history.flatMap { try journal.steps(of: $0.id) }.map(\.state) == [.started, .done])
        #expect(try journal.unfinishedOperations().map(\.instanceName) == ["web-1"])
        try journal.write {
            try $0.execute(sql: "UPDATE operations SET state = 'unknown' WHERE instance_name = 'web-1'")
        }
        #expect(try journal.history(limit: 1).map(\.state) == [.unknown])
        // Steps go with their operation, as before.
        try journal.write { try $0.execute(sql: "DELETE FROM operations") }
        #expect(try journal.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM steps") } == 0)
    }
}
