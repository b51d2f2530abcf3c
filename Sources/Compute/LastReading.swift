// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

internal import GRDB

/// What was last read of the database by one connection, kept until anybody changes the database: whoever looks every
/// few seconds mostly finds that nothing was changed.
final class LastReading<Value: Sendable>: Sendable {
    /// What differs after each change: of other connections (`PRAGMA data_version`), and of this one
    /// (sqlite3_total_changes).
    private struct Mark: Sendable, Equatable {
        let others: Int?
        let own: Int
    }

    private struct Reading: Sendable {
        let mark: Mark
        let value: Value
    }

    private let last = Guarded<Reading?>(nil)

    /// What `read` gives, or gave last where nothing was changed since.
    ///
    /// - Parameters:
    ///   - database: The connection, always the same one.
    ///   - read: Reads it, by one statement: what changes after the marks were taken may be in it, and is read anew.
    /// - Returns: What was read, now or before.
    /// - Throws: What `read` throws.
    func value(in database: Database, _ read: (Database) throws -> Value) throws -> Value {
        let statement = try database.cachedStatement(sql: "PRAGMA data_version")
        let mark = Mark(others: try Int.fetchOne(statement), own: database.totalChangesCount)
        if let reading = last.withLock({ $0 }), reading.mark == mark { return reading.value }
        let value = try read(database)
        last.withLock { $0 = Reading(mark: mark, value: value) }
        return value
    }
}
