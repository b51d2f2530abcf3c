// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import GRDB
import InstanceModel
import Testing

@testable import Compute

@Suite("What was last read of the database")
struct LastReadingTests {
    private struct Refused: Error {}

    private let host: ToyHost

    init() throws { host = try ToyHost() }

    private func names(_ journal: Journal) throws -> [String] { try journal.instances().map(\.name) }

    private func insert(_ name: String, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO instances VALUES (?, ?, '{}', ?, 0, 0)",
            arguments: [UUID().uuidString, name, UUID().uuidString])
    }

    @Test("is read again after each change, by this connection or by another, and is no change that was rolled back")
    func changes() throws {
        let journals = [host.journal, try Journal.open(host.state.directory)]
        var expected: [String] = []
        for number in 100..<140 {
            let writer = journals[number % 2]
            try writer.write { try insert("i-\(number)", $0) }
            expected.append("i-\(number)")
            for journal in journals { #expect(try names(journal) == expected) }
            try writer.write { try $0.execute(sql: "UPDATE instances SET document = ?", arguments: ["{\(number)}"]) }
            for journal in journals {
                #expect(try journal.instances().allSatisfy { $0.document == "{\(number)}" })
            }
            if number % 3 == 0 {
                try writer.write { try $0.execute(sql: "DELETE FROM instances") }
                expected = []
            }
            #expect(throws: ComputeError.self) {
                try writer.write { database in
                    try insert("never", database)
                    throw Refused()
                }
            }
            for journal in journals { #expect(try names(journal) == expected) }
        }
    }

    @Test("is not read again while nothing changes")
    func unchanged() throws {
        let reading = LastReading<Int>()
        var reads = 0
        for _ in 0..<5 {
            let value = try host.journal.read { database in
                try reading.value(in: database) { _ in
                    reads += 1
                    return reads
                }
            }
            #expect(value == 1)
        }
        try host.journal.write { try insert("changed", $0) }
        #expect(try host.journal.read { try reading.value(in: $0) { _ in 2 } } == 2)
    }
}
