// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import SystemPackage
import Testing

@testable import Compute

@Suite("The table of locks")
struct LockTableTests {
    let state: TemporaryState
    let path: FilePath
    let id = InstanceID()

    init() throws {
        state = try TemporaryState.prepared()
        path = state.directory.lockTable
    }

    @Test("has one holder at a time among descriptions that take it in turns with none")
    func hammered() {
        let inside = Shared(0)
        let most = Shared(0)
        let taken = Shared(0)
        let (path, region) = (path, LockTable.Region(of: id))
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            guard let table = try? LockTable.open(path) else { return }
            for _ in 0..<3_000 {
                var attempt = LockAttempt(isWaiting: true, lastTicket: LockTable.Region.tickets)
                while (try? table.carryOn(&attempt, in: region)) == false { sched_yield() }
                let count = inside.withLock { count in
                    count += 1
                    return count
                }
                most.withLock { $0 = max($0, count) }
                taken.withLock { $0 += 1 }
                inside.withLock { $0 -= 1 }
                table.release(region, record: nil)
            }
        }
        #expect(most.withLock { $0 } == 1)
        #expect(taken.withLock { $0 } == 12_000)
    }

    @Test("refuses a symbolic link in its place")
    func link() throws {
        symlink("/etc/passwd", path.string)
        let error = #expect(throws: ComputeError.self) { try LockTable.open(path) }
        #expect(error?.code == .failed)
        #expect(throws: ComputeError.self) { try LockTable.openForReading(path) }
    }

    @Test("keeps the regions of instances apart, also where their UUIDs differ in one bit")
    func regions() {
        var regions: Set<Int64> = []
        let zero = Array("00000000-0000-0000-0000-000000000000")
        for (position, character) in zero.enumerated() where character == "0" {
            for digit in ["1", "2", "4", "8"] {
                let text = String(zero[..<position]) + digit + String(zero[(position + 1)...])
                if let id = InstanceID(text) { regions.insert(LockTable.Region(of: id).lock) }
            }
        }
        for _ in 0..<10_000 { regions.insert(LockTable.Region(of: InstanceID()).lock) }
        #expect(regions.count == 10_128)
        #expect(regions.allSatisfy { $0 >= 4_096 && $0 < 1 << 62 + 8_192 && $0 % 4_096 == 0 })
    }

    @Test("shows as many holders as it has records, and lets more hold their locks")
    func records() throws {
        let locks = DomainLocks(state.directory)
        let ids = (0...LockTable.records).map { _ in InstanceID() }
        let held = try ids.map { try #require(try locks.tryAcquire($0, operation: "test", context: .test())) }
        #expect(try locks.held().count == LockTable.records)
        let last = try #require(ids.last)
        #expect(try locks.holder(of: last)?.operation == "unknown")
        #expect(try locks.tryAcquire(last, operation: "test", context: .test()) == nil)
        for lock in held { lock.release() }
        #expect(try locks.held() == [:])
    }

    @Test("is used anew where it was removed")
    func removed() throws {
        let (locks, others) = (DomainLocks(state.directory), DomainLocks(state.directory))
        try #require(try locks.tryAcquire(id, operation: "test", context: .test())).release()
        try FileManager.default.removeItem(atPath: path.string)
        let lock = try #require(try others.tryAcquire(id, operation: "test", context: .test()))
        #expect(try locks.tryAcquire(id, operation: "test", context: .test()) == nil)
        lock.release()
    }

    @Test("reads no record out of other bytes")
    func damagedRecord() {
        let holder = LockHolder(
            operation: "test", principal: "tester", processID: 1, since: Date(timeIntervalSince1970: 7))
        let bytes = LockRecord(id: id, holder: holder).encoded
        #expect(bytes.count == LockRecord.size)
        #expect(LockRecord(bytes)?.holder == holder)
        #expect(LockRecord(bytes)?.id == id)
        for count in [0, 1, 17, 28, 32, 40] { #expect(LockRecord(Array(bytes.prefix(count))) == nil) }
        for index in [0, 29, 30, 35] {
            var damaged = bytes
            damaged[index] = 0xFF
            #expect(LockRecord(damaged) == nil)
        }
    }
}
