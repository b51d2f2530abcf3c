// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

internal import Foundation
internal import GRDB
import Glibc
public import InstanceModel

extension Journal {
    /// How many of the last operations never count as old: a clock that was set wrong must not make one forgotten whose
    /// idempotency key is asked for again.
    private static let ageless = 100

    /// The operation with this identity; nil where there is none, or history has forgotten it.
    public func operation(_ id: OperationID) throws(ComputeError) -> OperationRecord? {
        try read {
            try OperationRecord.fetch($0, "SELECT * FROM operations WHERE id = ?", [id.description]).first
        }
    }

    /// The operations whose identity starts with `prefix`, in either case; none for one of less than four digits.
    public func operations(whoseIDStartsWith prefix: String) throws(ComputeError) -> [OperationRecord] {
        guard prefix.count >= 4, prefix.allSatisfy({ $0.isHexDigit || $0 == "-" }) else { return [] }
        return try read {
            try OperationRecord.fetch(
                $0, "SELECT * FROM operations WHERE substr(id, 1, ?) = ? ORDER BY rowid",
                [prefix.count, prefix.lowercased()])
        }
    }

    /// The operation's steps, in their order.
    public func steps(of id: OperationID) throws(ComputeError) -> [StepRecord] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM steps WHERE operation_id = ? ORDER BY position",
                arguments: [id.description]
            ).map { row in
                StepRecord(
                    position: try row.get("position"), name: try row.get("name"), payload: try row.get("payload"),
                    state: try row.value("state"), startedAt: try row.date("started_at"),
                    finishedAt: try row.date("finished_at"))
            }
        }
    }

    /// The operations of which something is left to settle, oldest first; some of them may be running.
    public func unfinishedOperations() throws(ComputeError) -> [OperationRecord] {
        try readAgain { database in
            try lastUnfinished.value(in: database) {
                try OperationRecord.fetch($0, "SELECT * FROM operations WHERE finished_at IS NULL ORDER BY rowid", [])
            }
        }
    }

    /// The last operations, newest first.
    public func history(limit: Int) throws(ComputeError) -> [OperationRecord] {
        try read {
            try OperationRecord.fetch($0, "SELECT * FROM operations ORDER BY rowid DESC LIMIT ?", [max(limit, 0)])
        }
    }

    /// The instances of which the history knows an operation; of those alone that were begun after `operation`, where
    /// one is given, and of all where it was forgotten since.
    public func instancesInHistory(after operation: OperationID? = nil) throws(ComputeError) -> Set<InstanceID> {
        try read { database in
            let ids = try Row.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT instance_id FROM operations
                    WHERE rowid > coalesce((SELECT rowid FROM operations WHERE id = ?), -1)
                    """,
                arguments: [operation?.description]
            ).map { InstanceID(try $0.uuid("instance_id")) }
            return Set(ids)
        }
    }

    /// The operations of which the history knows that they were undone.
    func undoneOperations() throws(ComputeError) -> Set<OperationID> {
        try read { database in
            let ids = try Row.fetchAll(
                database, sql: "SELECT id FROM operations WHERE state = ?", arguments: [OperationState.undone.rawValue])
            return Set(try ids.map { OperationID(try $0.uuid("id")) })
        }
    }

    /// How a request to begin an operation was met.
    enum Admission: Sendable, Hashable {
        /// It was begun: the operation, its planned steps, of which the first counts as started, its claims and
        /// its instance's record are written.
        case begun
        /// The same request was done before.
        case repeated(OperationRecord)
    }

    /// Begins an operation, in one transaction.
    ///
    /// - Throws: ``ComputeError`` with code `invalid` where the idempotency key is no plain text of 1 to 255 bytes;
    ///   `conflict` where a claim is taken, the host has too little left, or the idempotency key stands for another
    ///   request; `busy` where the same request is not settled yet.
    func begin(
        _ request: OperationRequest, steps: [(name: String, payload: String)], context: OperationContext
    ) async throws(ComputeError) -> Admission {
        try Self.check(key: context.idempotencyKey)
        let now = Date()
        return try await writeAside { database in
            if let earlier = try Self.earlier(than: request, context, database) { return .repeated(earlier) }
            try self.prune(database, now: now)
            try Self.refuseConflicts(
                of: request.update?.claims ?? request.claims, for: request.instanceID, on: request.topology, database)
            if let record = request.record { try Self.insert(record, database) }
            try Self.insert(request, context, now: now, database)
            for (position, step) in steps.enumerated() {
                let state: StepState = position == 0 ? .started : .planned
                try database.execute(
                    sql: """
                        INSERT INTO steps (operation_id, position, name, payload, state, started_at)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        request.id.description, position, step.name, step.payload, state.rawValue,
                        position == 0 ? now.milliseconds : nil,
                    ])
            }
            try Self.insert(request.claims, of: request.instanceID, by: request.id, database)
            return .begun
        }
    }

    /// Writes how far an operation is, in one transaction; with an operation's end, also what the index says of its
    /// instance from then on, and its audit record.
    func write(
        _ change: JournalChange, to id: OperationID, update: InstanceUpdate? = nil, error: String?,
        audit: AuditRecord?
    ) async throws(ComputeError) {
        let now = Date().milliseconds
        try await writeAside { database in
            for (position, state) in change.steps.sorted(by: { $0.key < $1.key }) {
                try database.execute(
                    sql: """
                        UPDATE steps SET state = :state,
                            started_at = CASE WHEN :state = 'started' THEN :now ELSE started_at END,
                            finished_at = CASE WHEN :state IN ('done', 'undone') THEN :now ELSE NULL END
                        WHERE operation_id = :id AND position = :position
                        """,
                    arguments: [
                        "state": state.rawValue, "now": now, "id": id.description, "position": position,
                    ])
            }
            if let state = change.operation {
                try database.execute(
                    sql: """
                        UPDATE operations SET state = ?, error = coalesce(?, error), process_id = ?, finished_at = ?
                        WHERE id = ?
                        """,
                    arguments: [
                        state.rawValue, error, getpid(), state.isUnfinished ? nil : now, id.description,
                    ])
            }
            try Self.release(change.release, of: id, database)
            if let update { try Self.update(update, by: id, database) }
            if let audit { try self.append(audit, database) }
        }
    }

    private static func update(_ update: InstanceUpdate, by id: OperationID, _ database: Database) throws {
        let operation = try OperationRecord.fetch(
            database, "SELECT * FROM operations WHERE id = ?", [id.description]
        ).first
        guard let instance = operation?.instanceID else { return }
        try database.execute(
            sql: "UPDATE instances SET document = ? WHERE id = ?",
            arguments: [update.document, instance.description])
        guard update.release == .atEnd else { return }
        try release(claimsOf: instance, except: update.claims, database)
    }

    private static func release(_ release: JournalChange.Release?, of id: OperationID, _ database: Database) throws {
        switch release {
        case nil: break
        case .operation:
            try database.execute(sql: "DELETE FROM claims WHERE operation_id = ?", arguments: [id.description])
            try database.execute(sql: "DELETE FROM instances WHERE operation_id = ?", arguments: [id.description])
        case .instance:
            try database.execute(
                sql: "DELETE FROM instances WHERE id = (SELECT instance_id FROM operations WHERE id = ?)",
                arguments: [id.description])
        }
    }

    /// The same request, made before under the context's idempotency key.
    func earlier(than request: OperationRequest, _ context: OperationContext) throws(ComputeError) -> OperationRecord? {
        try Self.check(key: context.idempotencyKey)
        return try read { try Self.earlier(than: request, context, $0) }
    }

    private static func check(key: String?) throws(ComputeError) {
        guard let key else { return }
        // SQLite's texts end at a zero byte: a key with one would stand for another key.
        let isPlain = key.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isPlain, (1...255).contains(key.utf8.count) else {
            let violation = RuleViolation(
                value: key, rule: "an idempotency key has 1 to 255 bytes and no control characters",
                remedy: "use a UUID")
            throw ComputeError(
                .invalid, subject: "idempotency key", message: "\(violation.value): \(violation.rule)",
                hint: violation.remedy, problems: [SpecProblem(path: "idempotency_key", violation: violation)])
        }
    }

    private static func earlier(
        than request: OperationRequest, _ context: OperationContext, _ database: Database
    ) throws -> OperationRecord? {
        guard let key = context.idempotencyKey else { return nil }
        let earlier = try OperationRecord.fetch(
            database,
            "SELECT * FROM operations WHERE principal = ? AND idempotency_key = ? AND state <> 'undone'",
            [context.principal.name, key]
        ).first
        guard let earlier else { return nil }
        let subject = "idempotency key \(key.debugDescription)"
        guard earlier.requestDigest == request.requestDigest, earlier.kind == request.action.rawValue else {
            throw ComputeError(
                .conflict, subject: subject, message: "this idempotency key was used for another request",
                hint: "use a new key for a new request")
        }
        guard earlier.state != .unknown else {
            throw ComputeError(
                .failed, subject: subject, outcome: .unknown,
                message: "the same request was made before, and it can never be told whether it took effect",
                hint: "look at the instance; then ask again with a new key")
        }
        guard earlier.state == .done else {
            throw ComputeError(
                .busy, subject: subject,
                message: "the same request is not settled yet: process \(earlier.processID) began it",
                hint: "wait for it; if that process has died, any command that changes something settles it")
        }
        return earlier
    }

    private static func insert(
        _ request: OperationRequest, _ context: OperationContext, now: Date, _ database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO operations (id, kind, instance_id, instance_name, principal, request_id,
                    idempotency_key, request_digest, deadline, state, rule, process_id, started_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                request.id.description, request.action.rawValue, request.instanceID.description,
                request.instanceName, context.principal.name, context.requestID.uuidString.lowercased(),
                context.idempotencyKey, request.requestDigest,
                context.deadline.map {
                    now.addingTimeInterval(ContinuousClock.now.duration(to: $0).seconds).milliseconds
                },
                OperationState.running.rawValue, request.rule.rawValue, getpid(), now.milliseconds,
            ])
    }

    /// Forgets ended operations that are too many or too old; unfinished ones are never forgotten.
    private func prune(_ database: Database, now: Date) throws {
        let oldest = now.addingTimeInterval(-86_400 * Double(limits.days)).milliseconds
        try database.execute(
            sql: """
                DELETE FROM operations WHERE finished_at < ?
                    AND rowid <= (SELECT max(rowid) FROM operations) - ?
                """,
            arguments: [oldest, Self.ageless])
        try database.execute(
            sql: """
                DELETE FROM operations WHERE finished_at IS NOT NULL
                    AND rowid <= (SELECT max(rowid) FROM operations) - ?
                """,
            arguments: [limits.operations])
    }
}

extension OperationRecord {
    static func fetch(_ database: Database, _ sql: String, _ arguments: StatementArguments) throws -> [OperationRecord]
    {
        try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
            OperationRecord(
                id: OperationID(try row.uuid("id")), kind: try row.get("kind"),
                instanceID: .init(try row.uuid("instance_id")), instanceName: try row.get("instance_name"),
                principal: try row.get("principal"), requestID: try row.uuid("request_id"),
                idempotencyKey: try row.optional("idempotency_key"), requestDigest: try row.optional("request_digest"),
                deadline: try row.date("deadline"), state: try row.value("state"), rule: try row.value("rule"),
                error: try row.optional("error"), processID: try row.get("process_id"),
                startedAt: Date(milliseconds: try row.get("started_at")),
                finishedAt: try row.date("finished_at"))
        }
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
