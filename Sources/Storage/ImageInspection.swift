// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import SystemPackage

/// Judges a file that is to be an image, by bounded reads of our own.
struct ImageInspection: Sendable {
    let format: ImageSource.Format
    let kind: ImageKind
    /// The file's name in errors: the user's, also where a copy is judged.
    let subject: FilePath

    /// The largest kernel or initial ramdisk.
    static let largestBootFile: UInt64 = 1 << 30
    /// The largest disk.
    static let largestDisk: UInt64 = 64 << 40

    /// The size that a guest would see, in bytes.
    ///
    /// - Throws: ``StorageError/refused(_:_:)``.
    func virtualSize(of file: OpenFile) throws(StorageError) -> UInt64 {
        let fileSize = try file.status().size
        guard fileSize > 0 else { throw .refused(subject, .empty) }
        switch kind {
        case .disk: return try diskSize(of: file, fileSize: fileSize)
        case .kernel, .initrd:
            try checkBootFile(file, fileSize: fileSize)
            return fileSize
        }
    }

    private func diskSize(of file: OpenFile, fileSize: UInt64) throws(StorageError) -> UInt64 {
        switch format {
        case .qcow2:
            switch try QCOW2Header.read(file, fileSize: fileSize) {
            case .success(let header): return header.virtualSize
            case .failure(let refusal): throw .refused(subject, refusal)
            }
        case .raw:
            if let name = try ForeignFormat.name(of: file, fileSize: fileSize) {
                throw .refused(subject, .foreignFormat(name))
            }
            try JudgedFile(file, subject: subject).requireDisk(of: fileSize)
            return fileSize
        case .iso: return try ISOVolume.virtualSize(of: JudgedFile(file, subject: subject))
        case .vmdk: return try VMDKHeader.virtualSize(of: JudgedFile(file, subject: subject))
        case .vdi: return try VDIHeader.virtualSize(of: JudgedFile(file, subject: subject))
        case .vhdx: return try VHDXHeader.virtualSize(of: JudgedFile(file, subject: subject))
        case .vhd: return try VHDFooter.virtualSize(of: JudgedFile(file, subject: subject))
        }
    }

    private func checkBootFile(_ file: OpenFile, fileSize: UInt64) throws(StorageError) {
        guard format == .raw else { throw .refused(subject, .formatOfKind(kind)) }
        guard fileSize <= Self.largestBootFile else {
            throw .refused(subject, .tooLarge(fileSize, limit: Self.largestBootFile))
        }
        guard kind == .kernel else { return }
        let start = try file.read(at: 0, count: 0x206)
        // The boot protocol of Linux on x86 has its signature at 0x202.
        let isLinux = start.dropFirst(0x202).elementsEqual("HdrS".utf8)
        guard isLinux || start.starts(with: [0x7F] + Array("ELF".utf8)) else { throw .refused(subject, .notKernel) }
    }
}
