// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
public import InstanceModel
import SystemPackage

/// One lock for each domain, which excludes the tasks of this process and other processes alike.
///
/// Tasks of one process get a domain's lock in the order in which they asked. Between processes it goes to whoever
/// tries first after it became free. A process that dies frees its locks. Locks are not reentrant: a task that asks for
/// a lock that it holds waits until its deadline.
public final class DomainLocks: Sendable {
    private typealias Line = WaitingLine<CheckedContinuation<Turn, Never>>

    private let directory: StateDirectory
    private let lines = Guarded<[InstanceID: Line]>([:])

    /// The locks whose files are in `directory`, which must be prepared before the first lock is taken.
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
        let lock = try await acquire(id, operation: operation, context: context, waitingAtMost: waitingAtMost)
        defer { lock.release() }
        return try await body()
    }

    /// Takes the domain's lock where it is free now; nil where somebody has it or waits for it.
    public func tryAcquire(
        _ id: InstanceID, operation: String, context: OperationContext
    ) throws(ComputeError) -> DomainLock? {
        let ticket = lines.withLock { $0[id, default: Line()].joinIfEmpty() }
        guard let ticket else { return nil }
        return try tryFile(id, ticket, operation, context)
    }

    /// Who holds the domain's lock now, in any process; nil where nobody does. Disturbs nobody.
    public func holder(of id: InstanceID) throws(ComputeError) -> LockHolder? {
        try LockFile.holder(directory.lockFile(of: id))
    }

    /// The holders of all locks that are held now, in any process, from one reading of the directory of locks.
    ///
    /// The files that dead holders left are removed on the way.
    public func held() throws(ComputeError) -> [InstanceID: LockHolder] {
        var status = stat()
        guard lstat(directory.locks.string, &status) == 0 else { return [:] }
        var holders: [InstanceID: LockHolder] = [:]
        for name in try DirectoryHandle.open(directory.locks).names() where name.hasSuffix(".lock") {
            guard let id = InstanceID(String(name.dropLast(".lock".count))) else { continue }
            holders[id] = try holder(of: id)
            if holders[id] == nil { try removeAbandoned(id) }
        }
        return holders
    }

    /// Removes the lock's file where nobody has it: by taking the lock, since only its holder may.
    private func removeAbandoned(_ id: InstanceID) throws(ComputeError) {
        let holder = LockHolder(
            operation: "cleaning", principal: "uid:\(geteuid())", processID: getpid(), since: Date())
        if let file = try LockFile.tryLock(directory.lockFile(of: id), holder: holder) { file.release() }
    }

    /// How many tasks of this process wait for the domain's lock.
    func waitingTasks(for id: InstanceID) -> Int {
        lines.withLock { $0[id]?.count ?? 0 }
    }

    private func acquire(
        _ id: InstanceID, operation: String, context: OperationContext, waitingAtMost limit: Duration?
    ) async throws(ComputeError) -> DomainLock {
        let patience = limit.map { ContinuousClock.now.advanced(by: $0) }
        let until = [patience, context.deadline].compactMap(\.self).min()
        let ticket = lines.withLock { $0[id, default: Line()].join() }
        switch await turn(of: ticket, in: id, until: until) {
        case .granted: break
        case .cancelled: throw cancelled(id)
        case .expired: throw try expired(id, until: until, context)
        }
        // Between processes there is no line: the lock is tried again and again, at growing distances.
        var pause = Duration.milliseconds(1)
        while true {
            if Task.isCancelled {
                pass(id)
                throw cancelled(id)
            }
            if let lock = try tryFile(id, ticket, operation, context, keepingTurn: true) { return lock }
            if let until, ContinuousClock.now >= until {
                pass(id)
                throw try expired(id, until: until, context)
            }
            let next = ContinuousClock.now.advanced(by: pause)
            try? await Task.sleep(until: min(next, until ?? next), clock: .continuous)
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    /// Takes the file lock for the task whose turn it is; without it, the turn is passed on unless it is kept.
    private func tryFile(
        _ id: InstanceID, _ ticket: Line.Ticket, _ operation: String, _ context: OperationContext,
        keepingTurn: Bool = false
    ) throws(ComputeError) -> DomainLock? {
        let holder = LockHolder(
            operation: operation, principal: context.principal.name, processID: getpid(), since: Date())
        do {
            if let file = try LockFile.tryLock(directory.lockFile(of: id), holder: holder) {
                return DomainLock(file) { [self] in pass(id) }
            }
        } catch {
            pass(id)
            throw error
        }
        if !keepingTurn { pass(id) }
        return nil
    }

    private func turn(
        of ticket: Line.Ticket, in id: InstanceID, until: ContinuousClock.Instant?
    ) async -> Turn {
        guard let until else { return await turn(of: ticket, in: id) }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                guard (try? await Task.sleep(until: until, clock: .continuous)) != nil else { return }
                self.leave(ticket, id, because: .expired)
            }
            let turn = await turn(of: ticket, in: id)
            group.cancelAll()
            return turn
        }
    }

    private func turn(of ticket: Line.Ticket, in id: InstanceID) async -> Turn {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let turn = lines.withLock { lines -> Turn? in
                    // A handler that ran before this found nobody to tell.
                    if Task.isCancelled { _ = lines[id]?.leave(ticket, because: .cancelled) }
                    let turn = lines[id]?.wait(ticket, continuation) ?? nil
                    if lines[id]?.isEmpty == true { lines[id] = nil }
                    return turn
                }
                if let turn { continuation.resume(returning: turn) }
            }
        } onCancel: {
            leave(ticket, id, because: .cancelled)
        }
    }

    private func leave(_ ticket: Line.Ticket, _ id: InstanceID, because turn: Turn) {
        let waiter = lines.withLock { $0[id]?.leave(ticket, because: turn) ?? nil }
        waiter?.resume(returning: turn)
    }

    private func pass(_ id: InstanceID) {
        let next = lines.withLock { lines in
            let next = lines[id]?.advance() ?? nil
            if lines[id]?.isEmpty == true { lines[id] = nil }
            return next
        }
        next?.resume(returning: .granted)
    }

    private func cancelled(_ id: InstanceID) -> ComputeError {
        ComputeError(.cancelled, subject: "instance \(id)", message: "cancelled while waiting for the instance's lock")
    }

    private func expired(
        _ id: InstanceID, until: ContinuousClock.Instant?, _ context: OperationContext
    ) throws(ComputeError) -> ComputeError {
        let holder = try holder(of: id)
        let who = holder.map {
            "\($0.operation) of \($0.principal) (process \($0.processID)) since \($0.since.formatted(.iso8601))"
        }
        let isDeadline = until != nil && until == context.deadline
        return ComputeError(
            isDeadline ? .deadlineExceeded : .busy, subject: "instance \(id)",
            message: "the instance is locked by \(who ?? "an operation that has just ended")",
            hint: "wait for it, or give more time with --timeout")
    }
}

/// A domain's lock, held until it is released or forgotten.
public final class DomainLock: Sendable {
    private let file: Guarded<LockFile?>
    private let whenReleased: @Sendable () -> Void

    init(_ file: consuming LockFile, whenReleased: @escaping @Sendable () -> Void) {
        self.file = Guarded(consume file)
        self.whenReleased = whenReleased
    }

    deinit { release() }

    /// Gives the lock back; a second call does nothing.
    public func release() {
        guard let held = file.withLock({ $0.take() }) else { return }
        held.release()
        whenReleased()
    }
}
