// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

internal import Foundation
internal import GRDB
public import InstanceModel

extension Journal {
    /// All instances, by name.
    public func instances() throws(ComputeError) -> [InstanceRecord] {
        try readAgain { database in
            try lastInstances.value(in: database) {
                try InstanceRecord.fetch($0, "SELECT * FROM instances ORDER BY name", [])
            }
        }
    }

    /// The instance with this identity.
    public func instance(_ id: InstanceID) throws(ComputeError) -> InstanceRecord? {
        try read { try InstanceRecord.fetch($0, "SELECT * FROM instances WHERE id = ?", [id.description]).first }
    }

    /// The instance of this name.
    public func instance(named name: String) throws(ComputeError) -> InstanceRecord? {
        try read { try InstanceRecord.fetch($0, "SELECT * FROM instances WHERE name = ?", [name]).first }
    }

    /// The instances whose identity starts with `prefix`, in either case, by name.
    public func instances(whoseIDStartsWith prefix: String) throws(ComputeError) -> [InstanceRecord] {
        try read {
            try InstanceRecord.fetch(
                $0, "SELECT * FROM instances WHERE substr(id, 1, ?) = ? ORDER BY name",
                [prefix.count, prefix.lowercased()])
        }
    }

    /// Notes that the instance was started once.
    public func markStarted(_ id: InstanceID) throws(ComputeError) {
        try write {
            try $0.execute(
                sql: "UPDATE instances SET ever_started = 1 WHERE id = ? AND ever_started = 0",
                arguments: [id.description])
        }
    }

    /// Releases what the instance has for itself alone beside these: a guest that was started has what its document
    /// asks for, and nothing of an older one.
    public func keepClaims(_ claims: [Claim], of id: InstanceID) throws(ComputeError) {
        guard try self.claims(of: id).contains(where: { !claims.contains($0.claim) }) else { return }
        try write { try Self.release(claimsOf: id, except: claims, $0) }
    }

    /// Releases the claims of an instance that are none of `claims`.
    static func release(claimsOf id: InstanceID, except claims: [Claim], _ database: Database) throws {
        let held = try HeldClaim.fetch(
            database, "SELECT * FROM claims WHERE instance_id = ?", [id.description])
        for held in held where !claims.contains(held.claim) {
            try database.execute(
                sql: "DELETE FROM claims WHERE kind = ? AND value = ?",
                arguments: [held.claim.kind.rawValue, held.claim.value])
        }
    }

    /// Puts an instance that libvirt has, and its claims, into the index, in place of what the index said of it.
    ///
    /// - Throws: ``ComputeError`` with code `conflict` where another instance has one of the claims.
    public func adopt(_ record: InstanceRecord, claims: [Claim]) throws(ComputeError) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM instances WHERE id = ?", arguments: [record.id.description])
            try Self.refuseTaken(claims, for: record.id, database)
            try Self.insert(record, database)
            try Self.insert(claims, of: record.id, by: record.operationID, database)
        }
    }

    /// Takes an instance that is gone, and its claims, out of the index.
    public func forget(_ id: InstanceID) throws(ComputeError) {
        try write { try $0.execute(sql: "DELETE FROM instances WHERE id = ?", arguments: [id.description]) }
    }

    /// All claims, by kind and value.
    public func claims() throws(ComputeError) -> [HeldClaim] {
        try read { try HeldClaim.fetch($0, "SELECT * FROM claims ORDER BY kind, value", []) }
    }

    /// The instance's claims, by kind and value.
    public func claims(of id: InstanceID) throws(ComputeError) -> [HeldClaim] {
        try read {
            try HeldClaim.fetch(
                $0, "SELECT * FROM claims WHERE instance_id = ? ORDER BY kind, value", [id.description])
        }
    }

    /// Those of `claims` that are taken, in their order, with who has them.
    public func holders(of claims: [Claim]) throws(ComputeError) -> [HeldClaim] {
        try read { try Self.holders(of: claims, $0) }
    }

    /// Refuses claims of which another instance has one, and names it and who has it.
    static func refuseTaken(_ claims: [Claim], for id: InstanceID, _ database: Database) throws {
        guard let held = try holders(of: claims, database).first(where: { $0.instanceID != id }) else { return }
        let owner = try InstanceRecord.fetch(
            database, "SELECT * FROM instances WHERE id = ?", [held.instanceID.description]
        ).first
        let name = owner?.name ?? held.instanceID.description
        let claim = held.claim
        let (message, hint): (String, String) =
            switch claim.kind {
            case .name: ("an instance named \(claim.value) exists", "choose another name, or delete that instance")
            case .uuid: ("an instance with the UUID \(claim.value) exists: \(name)", "delete that instance first")
            case .mac:
                ("the MAC address \(claim.value) is taken by the instance \(name)", "leave `mac` out, or give another")
            case .port: ("the port \(claim.value) is published by the instance \(name)", "publish another port")
            case .cpu:
                ("the host's processor \(claim.value) is taken by the instance \(name)", "name another, or write true")
            case .volume: ("the instance \(name) has the volume \(claim.value)", "`roost volume detach` takes it away")
            default: ("the \(claim) is taken by the instance \(name)", "choose another")
            }
        throw ComputeError(.conflict, subject: claim.description, message: message, hint: hint)
    }

    static func insert(_ record: InstanceRecord, _ database: Database) throws {
        let sameName = try InstanceRecord.fetch(
            database, "SELECT * FROM instances WHERE name = ? OR id = ?", [record.name, record.id.description])
        if let other = sameName.first {
            throw ComputeError(
                .conflict, subject: "instance \(record.name)",
                message: other.name == record.name
                    ? "an instance named \(record.name) exists"
                    : "an instance with the UUID \(record.id) exists: \(other.name)",
                hint: "choose another name, or delete that instance")
        }
        try database.execute(
            sql: """
                INSERT INTO instances (id, name, document, operation_id, created_at, ever_started)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                record.id.description, record.name, record.document, record.operationID.description,
                record.createdAt.milliseconds, record.everStarted,
            ])
    }

    static func insert(
        _ claims: [Claim], of id: InstanceID, by operation: OperationID, _ database: Database
    ) throws {
        for claim in claims {
            try database.execute(
                sql: "INSERT INTO claims (kind, value, instance_id, operation_id) VALUES (?, ?, ?, ?)",
                arguments: [claim.kind.rawValue, claim.value, id.description, operation.description])
        }
    }

    private static func holders(of claims: [Claim], _ database: Database) throws -> [HeldClaim] {
        try claims.flatMap { claim in
            try HeldClaim.fetch(
                database, "SELECT * FROM claims WHERE kind = ? AND value = ?", [claim.kind.rawValue, claim.value])
                + overlapping(claim, database)
        }
    }

    /// The ports that one on another address stands against: each with its number, where one of both is on all
    /// addresses.
    private static func overlapping(_ claim: Claim, _ database: Database) throws -> [HeldClaim] {
        let parts = claim.value.split(separator: ":")
        guard claim.kind == .port, parts.count == 3 else { return [] }
        let (transport, address, port) = (parts[0], parts[1], parts[2])
        let everywhere = "0.0.0.0"
        guard address == everywhere else {
            return try HeldClaim.fetch(
                database, "SELECT * FROM claims WHERE kind = ? AND value = ?",
                [claim.kind.rawValue, "\(transport):\(everywhere):\(port)"])
        }
        return try HeldClaim.fetch(
            database, "SELECT * FROM claims WHERE kind = ? AND value GLOB ? AND value <> ?",
            [claim.kind.rawValue, "\(transport):*:\(port)", claim.value])
    }
}

extension InstanceRecord {
    static func fetch(_ database: Database, _ sql: String, _ arguments: StatementArguments) throws -> [InstanceRecord] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments).map { row in
            InstanceRecord(
                id: InstanceID(try row.uuid("id")), name: try row.get("name"), document: try row.get("document"),
                operationID: OperationID(try row.uuid("operation_id")),
                createdAt: Date(milliseconds: try row.get("created_at")), everStarted: try row.get("ever_started"))
        }
    }
}

extension HeldClaim {
    static func fetch(_ database: Database, _ sql: String, _ arguments: StatementArguments) throws -> [HeldClaim] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments).map { row in
            HeldClaim(
                claim: Claim(Claim.Kind(rawValue: try row.get("kind")), try row.get("value")),
                instanceID: InstanceID(try row.uuid("instance_id")),
                operationID: OperationID(try row.uuid("operation_id")))
        }
    }
}
