// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel
import Programs
import SystemPackage

/// Takes in what is to be an image: receives it, checks its digest, expands it, judges it, converts it.
///
/// Each step reads a hidden file of the store, which nobody else writes to, and writes the next; all but the last are
/// removed again. No tool opens a file that was not judged before.
struct ImageIntake: Sendable {
    let name: ImageName
    let source: ImageSource
    let kind: ImageKind
    let directory: OpenDirectory
    let guest: FileOwner?
    let runner: ProgramRunner
    let expansion: ExpansionLimits

    /// The source's name in errors.
    var subject: FilePath {
        switch source.input {
        case .file(let path): FilePath(path)
        case .descriptor(0): "standard input"
        case .descriptor(let number): FilePath("descriptor \(number)")
        }
    }

    private var inspection: ImageInspection {
        ImageInspection(format: source.format, kind: kind, subject: subject)
    }

    /// Judges what is kept: that of a format that is converted is qcow2.
    private var keptInspection: ImageInspection {
        let format = source.format.driver == nil ? source.format : .qcow2
        return ImageInspection(format: format, kind: kind, subject: subject)
    }

    /// The file that is to be kept.
    ///
    /// - Throws: ``StorageError``.
    func copy() async throws(StorageError) -> ImageCopy {
        let given = try await received()
        let copy: ImageCopy
        if let compression = source.compression {
            copy = try await made(of: given.scratch) { file throws(StorageError) in
                let plain = try await expanded(file, compression)
                guard source.format.driver != nil else { return plain }
                defer { plain.discard() }
                return try await converted(plain)
            }
        } else if source.format.driver != nil {
            copy = try await made(of: given.scratch, by: converted)
        } else {
            copy = try await settled(given.scratch, sha256: given.sha256)
        }
        guard kind == .disk, source.format.kept == .qcow2 else { return copy }
        return try await checked(copy)
    }

    /// A file as it was received.
    private struct Given {
        let scratch: ScratchFile
        let sha256: String
    }

    /// Removes `scratch` where `body` fails.
    private func keeping<Value>(
        _ scratch: ScratchFile, _ body: () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        do throws(StorageError) {
            return try await body()
        } catch {
            // The work's thread may hold the file for moments longer.
            scratch.discard()
            throw error
        }
    }

    private func scratch() throws(StorageError) -> ScratchFile {
        try ScratchFile(
            for: ImageManifest.dataName(name, source.format.kept), suffix: ImageCopy.suffix, in: directory)
    }

    private func received() async throws(StorageError) -> Given {
        try await BlockingWork.run { flag throws(StorageError) in
            let target: ScratchFile
            let digest: String
            switch source.input {
            case .file(let path):
                let original = try OpenFile.source(FilePath(path))
                // Judged once before the copying, since that may take minutes; what counts is the copy.
                try judge(original)
                target = try scratch()
                digest = try HashedCopy.copy(original, to: target.file, flag: flag)
            case .descriptor(let number):
                target = try scratch()
                digest = try HashedCopy.copy(
                    descriptor: number, named: subject, to: target.file, limit: try allowance(), flag: flag)
            }
            if let expected = source.sha256, expected.description != digest {
                throw .wrongDigest(subject, expected: expected.description, found: digest)
            }
            try judge(target.file)
            return Given(scratch: target, sha256: digest)
        }
    }

    /// Judges a file as it was given.
    private func judge(_ file: OpenFile) throws(StorageError) {
        if let compression = source.compression {
            try CompressedFile.check(JudgedFile(file, subject: subject), compression)
        } else {
            _ = try inspection.virtualSize(of: file)
        }
    }

    private func expanded(
        _ given: ScratchFile, _ compression: ImageSource.Compression
    ) async throws(StorageError) -> ScratchFile {
        let target = try scratch()
        return try await keeping(target) { () throws(StorageError) in
            let expansion = Expansion(
                compression: compression, subject: subject, runner: runner, guest: guest, limits: expansion)
            try await expansion.run(given.file, into: target, allowance: try allowance())
            return target
        }
    }

    /// A file that is kept as it was received.
    private func settled(_ file: ScratchFile, sha256: String) async throws(StorageError) -> ImageCopy {
        try await keeping(file) { () throws(StorageError) in
            try await BlockingWork.run { _ throws(StorageError) in
                try ImageCopy(file, sha256: sha256, inspection: inspection, guest: guest)
            }
        }
    }

    /// The qcow2 image that the tool makes of a file of another format.
    private func converted(_ given: ScratchFile) async throws(StorageError) -> ScratchFile {
        let size = try await BlockingWork.run { _ throws(StorageError) in
            let size = try inspection.virtualSize(of: given.file)
            try given.letRead(guest)
            return size
        }
        let target = try scratch()
        return try await keeping(target) { () throws(StorageError) in
            // The tool runs as the guest account, and may write to this one file only.
            if let guest { try target.file.setOwner(userID: guest.userID, groupID: guest.groupID) }
            try await QEMUImageTool(runner: runner, guest: guest).convert(
                given.path, format: source.format, to: target.path, virtualSize: size, allowance: try allowance(),
                subject: subject)
            let found = try await BlockingWork.run { _ throws(StorageError) in
                try keptInspection.virtualSize(of: target.file)
            }
            // What the tool saw must be what was judged.
            guard found == size else {
                throw .refused(subject, .malformed("qemu-img finds \(found) bytes in it, and Roost \(size)"))
            }
            return target
        }
    }

    /// A copy of what programs make of `given`: the account that they run as could have their file open to write.
    private func made(
        of given: ScratchFile, by body: (ScratchFile) async throws(StorageError) -> ScratchFile
    ) async throws(StorageError) -> ImageCopy {
        defer { given.discard() }
        let made = try await body(given)
        defer { made.discard() }
        return try await BlockingWork.run { flag throws(StorageError) in
            let target = try scratch()
            let digest = try HashedCopy.copy(made.file, to: target.file, flag: flag)
            return try ImageCopy(target, sha256: digest, inspection: keptInspection, guest: guest)
        }
    }

    /// An image in which the tool finds no corruption.
    private func checked(_ copy: ImageCopy) async throws(StorageError) -> ImageCopy {
        try await keeping(copy.scratch) { () throws(StorageError) in
            try await QEMUImageTool(runner: runner, guest: guest).check(
                copy.scratch.path, format: .qcow2, subject: subject)
            return copy
        }
    }

    /// How much may be written: guests that run need some of the space, too.
    private func allowance() throws(StorageError) -> UInt64 {
        let free = try StorageSpace.at(directory.path).free.bytes
        return free - free / 20
    }
}
