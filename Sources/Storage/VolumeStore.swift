// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import Foundation
public import InstanceModel
public import Programs
public import SystemPackage

/// The volumes of a state directory.
///
/// A volume is a file `NAME.FORMAT` that belongs to the guest account, and a manifest `NAME.json`; it exists exactly as
/// long as its manifest. What has no manifest is left alone and never opened. A guest can write anything into a volume:
/// its format is what the manifest says, and nothing is read from it.
public struct VolumeStore: Sendable {
    let path: FilePath
    private let guest: FileOwner?
    private let runner: ProgramRunner

    /// The store in `directory`, which must exist.
    ///
    /// - Parameters:
    ///   - directory: an absolute path that only the caller may write to.
    ///   - guest: the account that QEMU runs as; nil, or the caller's own: QEMU runs as the caller.
    ///   - runner: runs qemu-img.
    public init(directory: FilePath, guest: FileOwner?, runner: ProgramRunner = ProgramRunner()) {
        path = directory
        self.guest = guest.flatMap(\.ifOther)
        self.runner = runner
    }

    /// All volumes, by name; one whose manifest cannot be read is left out here, and ``volume(named:)`` says why.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)`` where the directory cannot be read.
    public func volumes() throws(StorageError) -> [StoredVolume] {
        guard let directory = try existing() else { return [] }
        return try directory.names().compactMap(VolumeManifest.volumeName(ofManifest:)).compactMap { name in
            // One bad volume must not hide the others.
            try? volume(named: name, in: directory)
        }.sorted { $0.name.description < $1.name.description }
    }

    /// The volume of this name.
    ///
    /// - Throws: ``StorageError``: `volumeNotFound`, `volumeMissing` where its file is gone,
    ///   `manifestUnreadable`.
    public func volume(named name: VolumeName) throws(StorageError) -> StoredVolume {
        guard let directory = try existing() else { throw .volumeNotFound(name) }
        return try volume(named: name, in: directory)
    }

    /// The store's directory; nil where there is none, as in a state directory of an older Roost that was only read
    /// since.
    func existing() throws(StorageError) -> OpenDirectory? {
        do throws(StorageError) {
            return try OpenDirectory(path)
        } catch .system(_, _, .noSuchFileOrDirectory) {
            return nil
        }
    }

    /// Makes an empty volume: its bytes are zeros.
    ///
    /// The file is written under a hidden name, flushed, and named with its manifest last: a crash leaves hidden files
    /// at most, which the next call removes.
    ///
    /// - Throws: ``StorageError``: `volumeExists`, `exists` where a file without a manifest has its place, `noSpace`,
    ///   `program`, `cancelled`.
    public func create(_ request: VolumeRequest) async throws(StorageError) -> StoredVolume {
        let directory = try OpenDirectory(path)
        try cleanUp(directory)
        let manifestName = try VolumeManifest.manifestName(request.name)
        guard try directory.status(of: manifestName) == nil else { throw .volumeExists(request.name) }
        let dataName = try VolumeManifest.dataName(request.name, request.format)
        let scratch = try ScratchFile(for: dataName, suffix: ImageCopy.suffix, in: directory)
        // The tool runs as the guest account, and may write to this one file only.
        if let guest { try scratch.file.setOwner(userID: guest.userID, groupID: guest.groupID) }
        let size = request.size.size
        if request.format == .qcow2 {
            try await QEMUImageTool(runner: runner, guest: guest).createBlank(scratch.path, size: size)
        }
        return try await BlockingWork.run { _ throws(StorageError) in
            if request.format == .raw { try scratch.file.resize(to: size.bytes) }
            if request.isPreallocated { try scratch.file.allocate(size.bytes) }
            return try publish(scratch, request, in: directory)
        }
    }

    private func publish(
        _ data: ScratchFile, _ request: VolumeRequest, in directory: OpenDirectory
    ) throws(StorageError) -> StoredVolume {
        let name = request.name
        let (dataName, manifestName) = (
            try VolumeManifest.dataName(name, request.format), try VolumeManifest.manifestName(name)
        )
        try data.file.synchronize()
        let manifest = VolumeManifest(
            name: name.description, format: request.format, size: request.size.size.bytes,
            isPreallocated: request.isPreallocated, serial: Self.newSerial(), inode: try data.file.status().inode,
            createdAt: Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down)))
        let record = try ScratchFile(for: manifestName, suffix: ManifestCoding.hiddenSuffix, in: directory)
        try record.file.write(try ManifestCoding.bytes(manifest, for: path.appending(manifestName)))
        try record.file.synchronize()
        try directory.synchronize()
        // A file of that name is another volume's, or has no manifest and is nobody's.
        let isTaken = try directory.status(of: manifestName) != nil
        try data.publishNew(as: dataName, orThrow: isTaken ? .volumeExists(name) : .exists(path.appending(dataName)))
        do throws(StorageError) {
            try directory.synchronize()
            try record.publishNew(as: manifestName, orThrow: .volumeExists(name))
        } catch {
            // The manifest of that name is another's, who may have another format: only what is our own goes.
            try? directory.removeFile(dataName)
            throw error
        }
        // Locked until here: what has a hidden manifest without a lock counts as a dead process's.
        defer { withExtendedLifetime(record) {} }
        do throws(StorageError) {
            try directory.synchronize()
            return try volume(named: name, in: directory)
        } catch {
            try? directory.removeFile(manifestName)
            try? directory.removeFile(dataName)
            throw error
        }
    }

    /// Removes what processes that died while they made or deleted a volume left behind; each new volume does so, too.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)``.
    public func cleanUp() throws(StorageError) {
        if let directory = try existing() { try cleanUp(directory) }
    }

    private func cleanUp(_ directory: OpenDirectory) throws(StorageError) {
        try ScratchFile.forEachDead(suffix: ManifestCoding.hiddenSuffix, in: directory) {
            file, hidden throws(StorageError) in
            try removeData(recordedIn: file, in: directory)
            try directory.removeFile(hidden)
        }
        try ScratchFile.forEachDead(suffix: ImageCopy.suffix, in: directory) { _, hidden throws(StorageError) in
            try directory.removeFile(hidden)
        }
    }

    /// Removes the file of a volume that a dead process was making or deleting: the one that was made with this
    /// manifest, and no other of its name.
    private func removeData(recordedIn file: OpenFile, in directory: OpenDirectory) throws(StorageError) {
        guard let recorded = try Self.recorded(in: file),
            let status = try directory.status(of: recorded.dataName), status.inode == recorded.inode
        else { return }
        // A crash may have left a manifest with both of its names.
        if let published = try directory.status(of: recorded.manifestName), published.inode == (try file.status().inode)
        {
            return
        }
        try directory.removeFile(recorded.dataName)
    }

    /// What a manifest says of its file; nil where it cannot be read, or was not written in full.
    static func recorded(
        in file: OpenFile
    ) throws(StorageError) -> (manifestName: FilePath.Component, dataName: FilePath.Component, inode: UInt64)? {
        let bytes = try file.read(at: 0, count: ManifestCoding.limit)
        guard let manifest = try? ManifestCoding.manifest(VolumeManifest.self, bytes, at: file.path),
            let name = try? VolumeName(manifest.name)
        else { return nil }
        return (
            try VolumeManifest.manifestName(name), try VolumeManifest.dataName(name, manifest.format), manifest.inode
        )
    }

    func volume(named name: VolumeName, in directory: OpenDirectory) throws(StorageError) -> StoredVolume {
        let manifestName = try VolumeManifest.manifestName(name)
        let manifestPath = path.appending(manifestName)
        guard let bytes = try directory.smallFile(manifestName, limit: ManifestCoding.limit) else {
            throw .volumeNotFound(name)
        }
        let manifest = try ManifestCoding.manifest(VolumeManifest.self, bytes, at: manifestPath)
        guard manifest.name == name.description else {
            throw .manifestUnreadable(manifestPath, reason: "it is that of another volume")
        }
        let dataName = try VolumeManifest.dataName(name, manifest.format)
        guard let status = try directory.status(of: dataName), status.isRegular else {
            throw .volumeMissing(name, path.appending(dataName))
        }
        return StoredVolume(
            name: name, format: manifest.format, isPreallocated: manifest.isPreallocated ?? false,
            size: ByteCount(bytes: manifest.size),
            allocated: ByteCount(bytes: status.allocated), serial: manifest.serial, createdAt: manifest.createdAt,
            path: path.appending(dataName))
    }

    /// The volume whose file has this path; nil for any other path.
    public func name(ofPath text: String) -> VolumeName? {
        let file = FilePath(text)
        guard file.removingLastComponent() == path, let component = file.lastComponent,
            VolumeFormat.allCases.contains(where: { $0.rawValue == component.extension })
        else { return nil }
        return try? VolumeName(component.stem)
    }

    /// Every path that a volume of this name may have.
    public func paths(of name: VolumeName) -> Set<String> {
        Set(VolumeFormat.allCases.map { path.appending("\(name).\($0.rawValue)").string })
    }

    private static func newSerial() -> String {
        String(UUID().uuidString.lowercased().filter { $0 != "-" }.prefix(20))
    }
}
