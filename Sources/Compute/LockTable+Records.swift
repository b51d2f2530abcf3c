// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import InstanceModel

/// The records at the front of the table: who holds which instance's lock.
extension LockTable {
    /// How many holders can be shown at once; more hold their locks without a record.
    static let records = 1_024
    /// Each record has two bytes to lock, apart from each other, since the kernel joins those that touch: the first by
    /// whoever uses it, the second once it is written, so that what a dead holder left is never shown.
    static let bytesOfRecord: Int64 = 4

    static func claimByte(of record: Int) -> Int64 { Int64(record) * bytesOfRecord }
    /// How often a record is read again that changed meanwhile.
    private static let attempts = 64

    private static func proofByte(of record: Int) -> Int64 { claimByte(of: record) + 2 }

    /// Writes down who holds an instance's lock; gives the record's number, or nil where there is no room.
    ///
    /// On a full disk a lock is held without a record: a deletion, which frees space, needs it.
    func describe(_ holder: LockHolder, of id: InstanceID) -> Int? {
        guard let record = claimRecord() else { return nil }
        let bytes = LockRecord(id: id, holder: holder).encoded
        if pwrite(descriptor, bytes, bytes.count, off_t(record * LockRecord.size)) == bytes.count {
            _ = try? lock(Self.proofByte(of: record))
        }
        return record
    }

    /// All records of present holders.
    func holders() throws(ComputeError) -> [InstanceID: LockHolder] {
        var holders: [InstanceID: LockHolder] = [:]
        var ranges = [0..<Int64(Self.records) * Self.bytesOfRecord]
        while let range = ranges.popLast() {
            guard let found = try firstLocked(in: range) else { continue }
            let record = Int(found.lowerBound / Self.bytesOfRecord)
            if let present = try presentRecord(record) { holders[present.id] = present.holder }
            ranges.append(range.lowerBound..<max(Self.claimByte(of: record), range.lowerBound))
            ranges.append(min(Self.claimByte(of: record + 1), range.upperBound)..<range.upperBound)
            ranges.removeAll(where: \.isEmpty)
        }
        return holders
    }

    private func claimRecord() -> Int? {
        for record in 0..<Self.records {
            guard ownRecords.withLock({ $0.insert(record).inserted }) else { continue }
            if (try? lock(Self.claimByte(of: record))) == true { return record }
            ownRecords.withLock { _ = $0.remove(record) }
        }
        return nil
    }

    /// The record, where its holder has it throughout.
    private func presentRecord(_ record: Int) throws(ComputeError) -> LockRecord? {
        let proof = Self.proofByte(of: record)
        for _ in 0..<Self.attempts {
            guard try firstLocked(in: proof..<proof + 1) != nil else { return nil }
            let (first, second) = (read(record), read(record))
            guard first == second, try firstLocked(in: proof..<proof + 1) != nil else { continue }
            return LockRecord(first)
        }
        return nil
    }

    private func read(_ record: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: LockRecord.size)
        let count = pread(descriptor, &bytes, bytes.count, off_t(record * LockRecord.size))
        return count == bytes.count ? bytes : []
    }
}
