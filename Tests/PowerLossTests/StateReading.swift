// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import GRDB
import InstanceModel
import Storage
import SystemPackage

@testable import Compute

/// What the next command reads of a state directory, as text; each throws where something is damaged.
enum StateReading {
    struct Damage: Error {
        let what: String
    }

    /// Everything in the database, after SQLite's own check, and one of claims against records.
    static func database(at path: String) async throws -> String {
        let directory = try StateDirectory(FilePath(path))
        try directory.prepare(guestAccount: .currentUser())
        let journal = try Journal.open(directory)
        for claim in try journal.claims() {
            guard let owner = try journal.instance(claim.instanceID), owner.operationID == claim.operationID else {
                throw Damage(what: "\(claim.claim) belongs to no instance")
            }
        }
        for instance in try journal.instances() {
            guard try journal.claims(of: instance.id).contains(where: { $0.claim == Claim(.name, instance.name) })
            else {
                throw Damage(what: "\(instance.name) has not claimed its name")
            }
        }
        return try await journal.queue.read { database in
            let faults = try String.fetchAll(database, sql: "PRAGMA integrity_check")
            guard faults == ["ok"] else { throw Damage(what: "\(faults)") }
            guard try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty else {
                throw Damage(what: "a row refers to one that is not there")
            }
            return try tables.map { try String.fetchOne(database, sql: $0) ?? "" }.joined(separator: "\n")
        }
    }

    /// SQLite makes the texts: there are many to be made.
    private static let tables = [
        """
        SELECT json_group_array(json_array(id, kind, instance_id, state, error, process_id, started_at, finished_at))
        FROM (SELECT * FROM operations ORDER BY id)
        """,
        """
        SELECT json_group_array(json_array(operation_id, position, name, payload, state, started_at, finished_at))
        FROM (SELECT * FROM steps ORDER BY operation_id, position)
        """,
        """
        SELECT json_group_array(json_array(kind, value, instance_id, operation_id))
        FROM (SELECT * FROM claims ORDER BY kind, value)
        """,
        """
        SELECT json_group_array(json_array(id, name, document, operation_id, created_at, ever_started))
        FROM (SELECT * FROM instances ORDER BY id)
        """,
        """
        SELECT json_group_array(json_array(number, at, request_id, principal, action, subject, outcome, message))
        FROM (SELECT * FROM audit ORDER BY number)
        """,
    ]

    /// The record of the directory's place and connection, where it was made at all.
    static func place(at path: String) async throws -> String {
        let directory = try StateDirectory(FilePath(path))
        guard let identity = try directory.identity() else { return "none" }
        return "\(identity)"
    }

    /// The same record's bytes, whatever they are.
    static func bytes(at path: String) async throws -> String {
        FileManager.default.contents(atPath: path + "/state.json").map { String(decoding: $0, as: UTF8.self) } ?? "none"
    }

    /// All images, with the digest of what their files hold.
    static func images(at path: String) async throws -> String {
        let directory = try StateDirectory(FilePath(path))
        try directory.prepare(guestAccount: .currentUser())
        let store = ImageStore(directory: directory.images, guest: nil)
        try store.cleanUp()
        let manifests = try FileManager.default.contentsOfDirectory(atPath: directory.images.string)
            .filter { !$0.hasPrefix(".") && $0.hasSuffix(".json") }
        var found: [String] = []
        for manifest in manifests.sorted() {
            let image = try store.image(named: ImageName(String(manifest.dropLast(".json".count))))
            // Its file has another inode here, so that its content is read.
            try await store.verify(image)
            found.append("\(image.name) \(image.sha256)")
        }
        return "\(found)"
    }

    /// The directories of instances, and what they boot from.
    static func instances(at path: String) async throws -> String {
        let directory = try StateDirectory(FilePath(path))
        try directory.prepare(guestAccount: .currentUser())
        let files = InstanceFiles(directory: directory.instances, guest: nil)
        let images = try await images(at: path)
        return "\(images) \(try files.list()) \(try files.usage())"
    }
}
