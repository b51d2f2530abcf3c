// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
public import InstanceModel

/// One lock for each domain, which excludes the tasks of this process and other processes alike.
///
/// Tasks of one process get a domain's lock in the order in which they asked. Processes take turns: a process stands in
/// line with the first of its tasks, and goes behind all others that wait before its next task has the lock. A process
/// that dies frees its locks and its place. Locks are not reentrant: a task that asks for a lock that it holds waits
/// until its deadline.
public final class DomainLocks: Sendable {
    private let directory: StateDirectory
    private let lines = TaskLines()
    private let table = Guarded<LockTable?>(nil)

    /// The locks of `directory`, which must be prepared before the first lock is taken.
    public init(_ directory: StateDirectory) {
        self.directory = directory
    }

    /// Runs `body` while holding the domain's lock.
    ///
    /// No thread is blocked while waiting, and cancelling the task ends the wait. What `body` does with a cancellation
    /// is its own affair: the lock is held until it returns. Others see `operation`, such as `instance.spawn`,
    /// meanwhile. Without `waitingAtMost` the wait lasts as long as the context's deadline allows; zero is no wait.
    ///
    /// - Throws: ``ComputeError`` with code `busy` and the holder after `waitingAtMost`, `deadlineExceeded` after the
    ///   context's deadline, `cancelled`; and whatever `body` throws.
    public func withLock<R>(
        _ id: InstanceID, operation: String, context: OperationContext, waitingAtMost: Duration? = nil,
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws(ComputeError) -> R
    ) async throws(ComputeError) -> R {
        let lock = try await acquire(
            id, operation: operation, context: context, until: Self.limit(waitingAtMost, context))
        defer { lock.release() }
        return try await body()
    }

    /// Runs `body` while holding the locks of several domains, each once.
    ///
    /// They are taken in the order of their UUIDs, whatever the order in `ids`, so that two operations on the same
    /// domains never wait for each other. `waitingAtMost` is for all of them together.
    ///
    /// - Throws: as ``withLock(_:operation:context:waitingAtMost:isolation:_:)``; no lock is held then.
    public func withLocks<R>(
        on ids: [InstanceID], operation: String, context: OperationContext, waitingAtMost: Duration? = nil,
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws(ComputeError) -> R
    ) async throws(ComputeError) -> R {
        let limit = Self.limit(waitingAtMost, context)
        var held: [DomainLock] = []
        defer { for lock in held.reversed() { lock.release() } }
        for id in Set(ids).sorted(by: { $0.description < $1.description }) {
            held.append(try await acquire(id, operation: operation, context: context, until: limit))
        }
        return try await body()
    }

    /// Takes the domain's lock where it is free now; nil where somebody has it or waits for it.
    public func tryAcquire(
        _ id: InstanceID, operation: String, context: OperationContext
    ) throws(ComputeError) -> DomainLock? {
        guard lines.tryEnter(id) else { return nil }
        do {
            let table = try currentTable()
            var attempt = LockAttempt(isWaiting: false, lastTicket: LockTable.Region.tickets)
            let region = LockTable.Region(of: id)
            if try table.carryOn(&attempt, in: region) { return held(id, table, region, operation, context) }
        } catch {
            lines.pass(id)
            throw error
        }
        lines.pass(id)
        return nil
    }

    /// Who holds the domain's lock now, in any process; nil where nobody does. Disturbs nobody.
    public func holder(of id: InstanceID) throws(ComputeError) -> LockHolder? {
        guard let table = try LockTable.openForReading(directory.lockTable),
            try table.isLocked(LockTable.Region(of: id))
        else { return nil }
        for _ in 0..<Self.looks {
            if let holder = try table.holders()[id] { return holder }
            // It may have ended, or not have described itself yet.
            guard try table.isLocked(LockTable.Region(of: id)) else { return nil }
            sched_yield()
        }
        return LockHolder(operation: "unknown", principal: "unknown", processID: 0, since: table.lastWritten)
    }

    /// The holders of all locks that are held now, in any process. Disturbs nobody.
    public func held() throws(ComputeError) -> [InstanceID: LockHolder] {
        try LockTable.openForReading(directory.lockTable)?.holders() ?? [:]
    }

    /// How many processes wait for the domain's lock. Disturbs nobody.
    public func waitingProcesses(for id: InstanceID) throws(ComputeError) -> Int {
        try LockTable.openForReading(directory.lockTable)?.tickets(in: LockTable.Region(of: id)) ?? 0
    }

    /// How many tasks of this process wait for the domain's lock.
    func waitingTasks(for id: InstanceID) -> Int {
        lines.waitingTasks(for: id)
    }

    /// How long a lock is waited for: as long as the caller has, and at most as long as it wants to.
    private struct Limit {
        let until: ContinuousClock.Instant?
        let isDeadline: Bool
    }

    private static func limit(_ patience: Duration?, _ context: OperationContext) -> Limit {
        let patience = patience.map { ContinuousClock.now.advanced(by: $0) }
        let until = [patience, context.deadline].compactMap(\.self).min()
        return Limit(until: until, isDeadline: until != nil && until == context.deadline)
    }

    /// The longest pause between two looks at a lock that another process has.
    private static let longestPause = Duration.milliseconds(5)

    /// How often a holder is looked for that has not written its record yet.
    private static let looks = 16

    private func acquire(
        _ id: InstanceID, operation: String, context: OperationContext, until limit: Limit
    ) async throws(ComputeError) -> DomainLock {
        switch await lines.enter(id, until: limit.until) {
        case .granted: break
        case .cancelled: throw cancelled(id)
        case .expired: throw try expired(id, limit)
        }
        let region = LockTable.Region(of: id)
        do {
            let table = try await enter(region, id, until: limit)
            return held(id, table, region, operation, context)
        } catch {
            lines.pass(id)
            throw error
        }
    }

    /// Waits until this process has the lock of the region; the caller has the turn within the process.
    private func enter(
        _ region: LockTable.Region, _ id: InstanceID, until limit: Limit
    ) async throws(ComputeError) -> LockTable {
        var table = try currentTable()
        var attempt = LockAttempt(isWaiting: true, lastTicket: LockTable.Region.tickets)
        var pause = Duration.microseconds(200)
        while true {
            if try table.carryOn(&attempt, in: region) { return table }
            do throws(ComputeError) {
                if Task.isCancelled { throw cancelled(id) }
                if let until = limit.until, ContinuousClock.now >= until { throw try expired(id, limit) }
            } catch {
                table.abandon(attempt, in: region)
                throw error
            }
            // The kernel wakes no task, so that the lock is looked at again and again.
            let next = ContinuousClock.now.advanced(by: pause)
            try? await Task.sleep(until: min(next, limit.until ?? next), clock: .continuous)
            pause = min(pause * 2, Self.longestPause)
            if !table.isCurrent {
                table.abandon(attempt, in: region)
                table = try currentTable()
                attempt = LockAttempt(isWaiting: true, lastTicket: LockTable.Region.tickets)
            }
        }
    }

    private func currentTable() throws(ComputeError) -> LockTable {
        if let table = table.withLock({ $0 }), table.isCurrent { return table }
        let opened = try LockTable.open(directory.lockTable)
        table.withLock { $0 = opened }
        return opened
    }

    private func held(
        _ id: InstanceID, _ table: LockTable, _ region: LockTable.Region, _ operation: String,
        _ context: OperationContext
    ) -> DomainLock {
        let holder = LockHolder(
            operation: operation, principal: context.principal.name, processID: getpid(), since: Date())
        let record = table.describe(holder, of: id)
        return DomainLock { [lines] in
            table.release(region, record: record)
            lines.pass(id)
        }
    }

    private func cancelled(_ id: InstanceID) -> ComputeError {
        ComputeError(.cancelled, subject: "instance \(id)", message: "cancelled while waiting for the instance's lock")
    }

    private func expired(_ id: InstanceID, _ limit: Limit) throws(ComputeError) -> ComputeError {
        let who = try holder(of: id).map {
            "\($0.operation) of \($0.principal) (process \($0.processID)) since \($0.since.formatted(.iso8601))"
        }
        return ComputeError(
            limit.isDeadline ? .deadlineExceeded : .busy, subject: "instance \(id)",
            message: "the instance is locked by \(who ?? "an operation that has just ended")",
            hint: "wait for it, or give more time with --timeout")
    }
}

/// A domain's lock, held until it is released or forgotten.
public final class DomainLock: Sendable {
    private let giveBack: Guarded<(@Sendable () -> Void)?>

    init(_ giveBack: @escaping @Sendable () -> Void) {
        self.giveBack = Guarded(giveBack)
    }

    deinit { release() }

    /// Gives the lock back; a second call does nothing.
    public func release() {
        let giveBack = giveBack.withLock { $0.take() }
        giveBack?()
    }
}
