// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

internal import GRDB
import Glibc
import SystemPackage

extension Journal {
    /// What an error of the database means to the caller.
    func failure(_ error: any Error) -> ComputeError { Self.failure(error, path) }

    static func failure(_ error: any Error, _ path: FilePath) -> ComputeError {
        if let error = error as? ComputeError { return error }
        func make(_ code: ComputeError.Code, _ message: String, _ hint: String) -> ComputeError {
            ComputeError(code, subject: path.string, message: message, hint: hint)
        }
        let salvage =
            "move it aside: instances are found again from libvirt, only history and idempotency keys are lost"
        if error is RowDecodingError {
            return make(.failed, "the database \(path) is damaged: a value is of the wrong type", salvage)
        }
        guard let error = error as? DatabaseError else {
            return ComputeError(.failed, subject: path.string, message: "the database \(path) failed: \(error)")
        }
        let reason = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_FULL:
            return make(
                .exhausted, "the disk is full: cannot write the database \(path)",
                "free some space on the file system of \(path)")
        case .SQLITE_IOERR where isFull(path):
            return make(
                .exhausted, "the disk is full: cannot write the database \(path) (\(reason))",
                "free some space on the file system of \(path)")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return make(.failed, "the database \(path) is damaged: \(reason)", salvage)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            return make(
                .failed, "the database \(path) cannot be opened or written: \(reason)",
                "see that its directory is there, and that it and the database can be written")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return make(
                .busy, "another process keeps the database \(path) locked",
                "try again; see which `roost` processes hang")
        default:
            return make(
                .failed, "the database \(path) failed: \(reason) (\(error.extendedResultCode))",
                "see the state of the file system of \(path)")
        }
    }

    private static func isFull(_ path: FilePath) -> Bool {
        var status = statvfs()
        guard statvfs(path.removingLastComponent().string, &status) == 0 else { return false }
        return status.f_bavail == 0
    }
}
