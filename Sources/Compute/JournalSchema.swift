// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

internal import GRDB

/// The tables of the journal's database, and the way from each version to the next.
///
/// The version is in SQLite's `user_version`, which is read with the file's first page, so that opening a database that
/// is up to date costs nothing more. Times are milliseconds since 1970; identities are UUIDs in lower case.
enum JournalSchema {
    /// The version that this code reads and writes: the number of migrations.
    static var currentVersion: Int { migrations.count }

    static func version(of database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    /// Brings the database up to date; in one transaction, after its mode was set, which cannot be in one.
    static func migrate(_ database: Database) throws {
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        try database.inTransaction(.immediate) {
            let version = try version(of: database)
            guard version < currentVersion else { return .rollback }
            for migration in migrations.dropFirst(version) { try migration(database) }
            // A pragma takes no arguments; the number is ours.
            try database.execute(sql: "PRAGMA user_version = \(currentVersion)")
            return .commit
        }
    }

    /// Each as it was when it came: what a migration says is history, never changed, and shared with none.
    static let migrations: [@Sendable (Database) throws -> Void] = [
        { try $0.execute(sql: first) },
        { try $0.execute(sql: second) },
    ]

    /// Operations may end as `unknown`. SQLite changes no check of a table: both tables are made anew.
    private static let second = """
        CREATE TABLE new_operations (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            instance_id TEXT NOT NULL,
            instance_name TEXT NOT NULL,
            principal TEXT NOT NULL,
            request_id TEXT NOT NULL,
            idempotency_key TEXT,
            request_digest TEXT,
            deadline INTEGER,
            state TEXT NOT NULL CHECK (state IN ('running', 'undoing', 'done', 'undone', 'failed', 'unknown')),
            rule TEXT NOT NULL,
            error TEXT,
            process_id INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER
        );
        CREATE TABLE new_steps (
            operation_id TEXT NOT NULL REFERENCES new_operations (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            payload TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('planned', 'started', 'done', 'undoing', 'undone')),
            started_at INTEGER,
            finished_at INTEGER,
            PRIMARY KEY (operation_id, position)
        ) WITHOUT ROWID;
        INSERT INTO new_operations SELECT * FROM operations ORDER BY rowid;
        INSERT INTO new_steps SELECT * FROM steps;
        DROP TABLE steps;
        DROP TABLE operations;
        ALTER TABLE new_operations RENAME TO operations;
        ALTER TABLE new_steps RENAME TO steps;
        CREATE UNIQUE INDEX operations_by_key ON operations (principal, idempotency_key)
            WHERE idempotency_key IS NOT NULL AND state <> 'undone';
        CREATE INDEX operations_unfinished ON operations (state) WHERE finished_at IS NULL;
        CREATE INDEX operations_by_end ON operations (finished_at);
        """

    /// Claims go with their instance. Neither table refers to `operations`, whose history is pruned.
    private static let first = """
        CREATE TABLE operations (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            instance_id TEXT NOT NULL,
            instance_name TEXT NOT NULL,
            principal TEXT NOT NULL,
            request_id TEXT NOT NULL,
            idempotency_key TEXT,
            request_digest TEXT,
            deadline INTEGER,
            state TEXT NOT NULL CHECK (state IN ('running', 'undoing', 'done', 'undone', 'failed')),
            rule TEXT NOT NULL,
            error TEXT,
            process_id INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER
        );
        CREATE UNIQUE INDEX operations_by_key ON operations (principal, idempotency_key)
            WHERE idempotency_key IS NOT NULL AND state <> 'undone';
        CREATE INDEX operations_unfinished ON operations (state) WHERE finished_at IS NULL;
        CREATE INDEX operations_by_end ON operations (finished_at);
        CREATE TABLE steps (
            operation_id TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            payload TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('planned', 'started', 'done', 'undoing', 'undone')),
            started_at INTEGER,
            finished_at INTEGER,
            PRIMARY KEY (operation_id, position)
        ) WITHOUT ROWID;
        CREATE TABLE instances (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            document TEXT NOT NULL,
            operation_id TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            ever_started INTEGER NOT NULL
        );
        CREATE TABLE claims (
            kind TEXT NOT NULL,
            value TEXT NOT NULL,
            instance_id TEXT NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
            operation_id TEXT NOT NULL,
            PRIMARY KEY (kind, value)
        ) WITHOUT ROWID;
        CREATE INDEX claims_by_instance ON claims (instance_id);
        CREATE TABLE audit (
            number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            request_id TEXT NOT NULL,
            principal TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            outcome TEXT NOT NULL,
            message TEXT NOT NULL
        );
        """
}
