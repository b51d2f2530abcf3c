// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
internal import GRDB
import Glibc
import SystemPackage

/// The database of a state directory: operations with their steps, claims, the index of instances, and the audit.
///
/// SQLite in WAL mode with full synchronisation, so that what was written survives a crash of the host. Calls are
/// synchronous: reading takes microseconds unless this process writes just then; writing waits for the disk and, at
/// most five seconds, for another process.
/// Every call throws ``ComputeError``: `exhausted` where the disk is full, `busy` where another process writes for
/// long, and `failed` where the database is damaged, read-only or of a newer version.
public final class Journal: Sendable {
    let queue: DatabaseQueue
    let path: FilePath
    /// What is forgotten as more is written.
    let limits: HistoryLimits
    /// Carries out the writes of operations, so that they wait for the disk on none of Swift's few shared threads.
    let writer = DispatchQueue(label: "roost.journal")
    /// What lists read again and again.
    let lastInstances = LastReading<[InstanceRecord]>()
    let lastUnfinished = LastReading<[OperationRecord]>()

    private init(queue: DatabaseQueue, path: FilePath, limits: HistoryLimits) {
        self.queue = queue
        self.path = path
        self.limits = limits
    }

    /// Opens the database of a prepared directory; makes it, with mode 0600, or brings it up to date as needed.
    ///
    /// - Throws: ``ComputeError`` with code `failed` where the database is damaged, of a newer version of Roost, or may
    ///   not be written, `exhausted`, `busy`.
    public static func open(
        _ directory: StateDirectory, keeping limits: HistoryLimits = .standard
    ) throws(ComputeError) -> Journal {
        let path = directory.database
        try makeFile(path)
        let journal = try connect(path, readonly: false, limits)
        let version = try journal.read { try JournalSchema.version(of: $0) }
        if version < JournalSchema.currentVersion {
            // Two processes must not change the database's mode at once: SQLite does not wait for that.
            try directory.exclusively { () throws(ComputeError) in try journal.migrate() }
        }
        try journal.refuseNewer(version)
        return journal
    }

    /// Makes the database's file where there is none, for its owner alone; refuses a link.
    ///
    /// SQLite would make it with the mode of the umask; its other files get this one's mode. The file is never opened
    /// here: closing any descriptor of it would drop the locks of every connection that this process has to it
    /// (fcntl(2)), and another process would then remove the log under them.
    private static func makeFile(_ path: FilePath) throws(ComputeError) {
        guard mknod(path.string, S_IFREG | 0o600, 0) != 0 else { return }
        guard errno == EEXIST else { throw .system(errno, "make the database", path) }
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw .system(errno, "inspect the database", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .system(ELOOP, "open the database", path) }
    }

    /// Opens the database for reading alone; nil where there is none yet. Calls that write then fail.
    ///
    /// - Throws: as ``open(_:)``.
    public static func openForReading(_ directory: StateDirectory) throws(ComputeError) -> Journal? {
        var status = stat()
        guard lstat(directory.database.string, &status) == 0, status.st_size > 0 else { return nil }
        let journal = try connect(directory.database, readonly: true, .standard)
        let version = try journal.read { try JournalSchema.version(of: $0) }
        guard version > 0 else { return nil }
        try journal.refuseNewer(version)
        // What reads an older version would have to know it; bringing it up to date is simpler.
        return version == JournalSchema.currentVersion ? journal : try open(directory)
    }

    /// Reads in one transaction.
    func read<R>(_ body: (Database) throws -> R) throws(ComputeError) -> R {
        do {
            return try queue.read(body)
        } catch {
            throw failure(error)
        }
    }

    /// Reads in no transaction, for what reads by one statement, if at all: most of the time of a short read is its
    /// transaction's.
    func readAgain<R>(_ body: (Database) throws -> R) throws(ComputeError) -> R {
        do {
            return try queue.unsafeRead(body)
        } catch {
            throw failure(error)
        }
    }

    /// Writes in one transaction.
    func write<R>(_ body: (Database) throws -> R) throws(ComputeError) -> R {
        do {
            return try queue.write(body)
        } catch {
            throw failure(error)
        }
    }

    /// Writes in one transaction, off the caller's thread; goes on where the task is cancelled.
    func writeAside<R: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> R
    ) async throws(ComputeError) -> R {
        let result: Result<R, ComputeError> = await withCheckedContinuation { continuation in
            writer.async {
                let result: Result<R, ComputeError>
                do throws(ComputeError) {
                    result = .success(try self.write(body))
                } catch {
                    result = .failure(error)
                }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    private static func connect(
        _ path: FilePath, readonly: Bool, _ limits: HistoryLimits
    ) throws(ComputeError) -> Journal {
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            guard !readonly else { return }
            // WAL's usual setting may lose the last transactions in a power failure.
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        do {
            return Journal(
                queue: try DatabaseQueue(path: path.string, configuration: configuration), path: path, limits: limits)
        } catch {
            throw failure(error, path)
        }
    }

    private func migrate() throws(ComputeError) {
        do {
            try queue.writeWithoutTransaction { try JournalSchema.migrate($0) }
        } catch {
            throw failure(error)
        }
    }

    private func refuseNewer(_ version: Int) throws(ComputeError) {
        guard version > JournalSchema.currentVersion else { return }
        let current = JournalSchema.currentVersion
        throw ComputeError(
            .failed, subject: path.string,
            message: "\(path) was written by a newer version of Roost (schema \(version), here \(current))",
            hint: "use that version of Roost, or another state directory")
    }
}
