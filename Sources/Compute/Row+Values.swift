// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

internal import Foundation
internal import GRDB

extension Row {
    /// The value in `column`; one of another type means that the database is damaged.
    func get<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: String) throws -> Value {
        try decode(Value.self, forColumn: column)
    }

    /// The value in `column`, or nil for NULL.
    func optional<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: String) throws -> Value? {
        try decode(Value?.self, forColumn: column)
    }

    /// The UUID in `column`; a text that is none means that the database is damaged.
    func uuid(_ column: String) throws -> UUID {
        let text: String = try get(column)
        guard let uuid = UUID(uuidString: text) else { throw Self.damage("\(column) is no UUID: \(text)") }
        return uuid
    }

    /// The value of an enumeration in `column`; an unknown one means that the database is damaged.
    func value<Value: RawRepresentable<String>>(_ column: String) throws -> Value {
        let text: String = try get(column)
        guard let value = Value(rawValue: text) else { throw Self.damage("\(column) has the unknown value \(text)") }
        return value
    }

    /// The time in `column`.
    func date(_ column: String) throws -> Date? {
        let milliseconds: Int64? = try optional(column)
        return milliseconds.map { Date(milliseconds: $0) }
    }

    private static func damage(_ message: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: message)
    }
}

extension Date {
    /// Milliseconds since 1970; a time too far away for that counts as the farthest.
    var milliseconds: Int64 {
        let exact = (timeIntervalSince1970 * 1_000).rounded()
        return Int64(exactly: exact) ?? (exact < 0 ? .min : .max)
    }

    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }
}
