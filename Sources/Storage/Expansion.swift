// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Glibc
import Programs
import SystemPackage

/// How far a compressed file may expand: an honest disk's zeros compress well, a bomb's better.
struct ExpansionLimits: Sendable, Hashable {
    /// Bytes that each byte may become.
    var ratio: UInt64 = 1_000
    /// What a small file may become at least.
    var floor: UInt64 = 1 << 30

    /// The most that a file of `size` bytes may become.
    func limit(for size: UInt64) -> UInt64 {
        let (bytes, overflow) = size.multipliedReportingOverflow(by: ratio)
        return min(max(overflow ? .max : bytes, floor), ImageInspection.largestDisk)
    }
}

/// Expands a compressed file by the program made for it, as the guest account and under limits; the kernel ends the
/// program when it writes one byte more than it may.
struct Expansion: Sendable {
    let compression: ImageSource.Compression
    let subject: FilePath
    let runner: ProgramRunner
    let guest: FileOwner?
    let limits: ExpansionLimits

    /// Expands `given` into the empty file `scratch`.
    ///
    /// - Throws: ``StorageError``: `refused` where it is damaged or goes too far, `noSpace`, `program`, `cancelled`.
    func run(_ given: OpenFile, into scratch: ScratchFile, allowance: UInt64) async throws(StorageError) {
        let target = scratch.file
        let limit = limits.limit(for: try given.status().size)
        let bound = min(limit, allowance)
        try given.rewind()
        let call = ProgramCall(
            program, arguments: arguments,
            files: ProgramFiles(
                input: FileDescriptor(rawValue: given.descriptor), output: FileDescriptor(rawValue: target.descriptor)),
            account: guest.map { ProgramAccount(userID: $0.userID, groupID: $0.groupID) },
            limits: ProgramLimits(
                wallTime: .seconds(600 + min(bound >> 22, 14_400)), addressSpace: 512 << 20,
                cpuTime: .seconds(120 + min(bound >> 24, 7_200)), fileSize: bound))
        do throws(ProgramError) {
            _ = try await runner.run(call)
        } catch {
            let reached = try target.status().size >= bound
            throw failure(error, reached: reached, limit: limit, bound: bound, target: target)
        }
        guard try target.status().size > 0 else { throw .refused(subject, .empty) }
        try await digHoles(in: scratch)
    }

    /// Makes holes of zeros, which the programs wrote so that they count; where there are no holes, zeros stay.
    private func digHoles(in scratch: ScratchFile) async throws(StorageError) {
        let call = ProgramCall(
            HostProgram("fallocate", package: "util-linux"), arguments: ["--dig-holes", scratch.path.string],
            limits: ProgramLimits(wallTime: .seconds(3_600), addressSpace: 512 << 20), acceptedStatuses: [0, 1])
        do throws(ProgramError) {
            _ = try await runner.run(call)
        } catch {
            if case .cancelled = error { throw .cancelled }
            throw .program(error)
        }
    }

    private var program: HostProgram {
        switch compression {
        case .gzip: HostProgram("gzip", package: "gzip")
        case .zstd: HostProgram("zstd", package: "zstd")
        case .xz: HostProgram("xz", package: "xz-utils")
        }
    }

    private var arguments: [String] {
        switch compression {
        case .gzip: ["-d", "-c"]
        case .zstd: ["-d", "-c", "-q", "--no-sparse", "--memory=\(CompressedFile.largestWindow)"]
        // Zeros that are only skipped would not count until the end.
        case .xz: ["-d", "-c", "-q", "--format=xz", "--no-sparse", "--memlimit-decompress=256MiB"]
        }
    }

    private func failure(
        _ error: ProgramError, reached: Bool, limit: UInt64, bound: UInt64, target: OpenFile
    ) -> StorageError {
        if case .cancelled = error { return .cancelled }
        guard case .failed(_, let termination, let tail) = error else { return .program(error) }
        if reached || termination == .signalled(SIGXFSZ) || tail.contains("File too large") {
            return bound < limit ? .noSpace(target.path) : .refused(subject, .expandsTooFar(limit: limit))
        }
        if tail.contains("No space left on device") || tail.contains("Disk quota exceeded") {
            return .noSpace(target.path)
        }
        guard case .exited(let status) = termination, status <= 2 else { return .program(error) }
        return .refused(subject, .notExpandable(tail.isEmpty ? "\(program.name) says no more" : tail))
    }
}
