// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

internal import Foundation
internal import GRDB

extension Journal {
    /// Adds a record to the audit; a failure that repeats itself within one request is one record.
    public func append(_ record: AuditRecord) throws(ComputeError) {
        try write { try append(record, $0) }
    }

    /// The last records of the audit, newest first.
    public func audit(limit: Int) throws(ComputeError) -> [AuditRecord] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM audit ORDER BY number DESC LIMIT ?", arguments: [max(limit, 0)]
            ).map { row in
                AuditRecord(
                    at: Date(milliseconds: try row.get("at")), requestID: try row.uuid("request_id"),
                    principal: try row.get("principal"), action: try row.get("action"), subject: try row.get("subject"),
                    outcome: try row.value("outcome"), message: try row.get("message"))
            }
        }
    }

    func append(_ record: AuditRecord, _ database: Database) throws {
        // What cannot be settled is tried by each command: that must not push all else out of the audit.
        guard try record.outcome != .failed || !Self.repeats(record, database) else { return }
        try database.execute(
            sql: """
                INSERT INTO audit (at, request_id, principal, action, subject, outcome, message)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                record.at.milliseconds, record.requestID.uuidString.lowercased(), record.principal, record.action,
                record.subject, record.outcome.rawValue, record.message,
            ])
        try database.execute(
            sql: "DELETE FROM audit WHERE number <= ?",
            arguments: [database.lastInsertedRowID - Int64(limits.auditRecords)])
    }
    /// Whether the last record of the same request and action says the same.
    private static func repeats(_ record: AuditRecord, _ database: Database) throws -> Bool {
        let last = try Row.fetchOne(
            database,
            sql: "SELECT outcome, message FROM audit WHERE request_id = ? AND action = ? ORDER BY number DESC LIMIT 1",
            arguments: [record.requestID.uuidString.lowercased(), record.action])
        guard let last else { return false }
        return try last.get("outcome") == record.outcome.rawValue && last.get("message") == record.message
    }
}
