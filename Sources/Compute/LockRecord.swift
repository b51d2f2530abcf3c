// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel

/// A holder's record in the table of locks: always of the same size, integers in little-endian order.
struct LockRecord: Hashable {
    let id: InstanceID
    let holder: LockHolder

    /// The bytes of each record.
    static let size = 512
    /// The most bytes of an operation's and of a principal's name; what is longer is cut.
    private static let longestName = 128

    init(id: InstanceID, holder: LockHolder) {
        self.id = id
        self.holder = holder
    }

    /// Reads a record; nil for anything that is none.
    init?(_ bytes: [UInt8]) {
        var bytes = bytes[...]
        func number(_ count: Int) -> UInt64? {
            guard bytes.count >= count else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        func name() -> String? {
            guard let count = number(2), count <= Self.longestName, bytes.count >= count else { return nil }
            defer { bytes = bytes.dropFirst(Int(count)) }
            return String(validating: bytes.prefix(Int(count)), as: UTF8.self)
        }
        guard let version = number(1), version == 1, bytes.count >= 16 else { return nil }
        let uuid = bytes.prefix(16).map(\.self)
        bytes = bytes.dropFirst(16)
        guard let processID = number(4), let since = number(8), let operation = name(), let principal = name() else {
            return nil
        }
        let identity = UUID(
            uuid: (
                uuid[0], uuid[1], uuid[2], uuid[3], uuid[4], uuid[5], uuid[6], uuid[7], uuid[8], uuid[9], uuid[10],
                uuid[11], uuid[12], uuid[13], uuid[14], uuid[15]
            ))
        self.init(
            id: InstanceID(identity),
            holder: LockHolder(
                operation: operation, principal: principal, processID: Int32(truncatingIfNeeded: processID),
                since: Date(milliseconds: Int64(bitPattern: since))))
    }

    /// The record's bytes.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        func append(_ value: UInt64, _ count: Int) {
            for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
        }
        append(1, 1)
        let uuid = id.uuid.uuid
        bytes += [
            uuid.0, uuid.1, uuid.2, uuid.3, uuid.4, uuid.5, uuid.6, uuid.7, uuid.8, uuid.9, uuid.10, uuid.11, uuid.12,
            uuid.13, uuid.14, uuid.15,
        ]
        append(UInt64(truncatingIfNeeded: holder.processID), 4)
        append(UInt64(bitPattern: holder.since.milliseconds), 8)
        for name in [holder.operation, holder.principal] {
            let cut = Self.cut(name)
            append(UInt64(cut.count), 2)
            bytes += cut
        }
        bytes += repeatElement(0, count: Self.size - bytes.count)
        return bytes
    }

    /// The beginning of a name, cut between characters of Unicode and never within one.
    private static func cut(_ name: String) -> [UInt8] {
        guard name.utf8.count > longestName else { return Array(name.utf8) }
        var bytes: [UInt8] = []
        for scalar in name.unicodeScalars {
            let encoded = UTF8.encode(scalar).map(Array.init) ?? []
            guard bytes.count + encoded.count <= longestName else { break }
            bytes += encoded
        }
        return bytes
    }
}
