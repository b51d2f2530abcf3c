// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel
public import Programs
public import SystemPackage

/// The files of instances: a directory each, named by UUID, with disks, the cloud-init seed, and the console's log.
///
/// The directory belongs to the caller and the guest account can only pass through it; disks, seed and the directory
/// `console` belong to the guest account. What that account can write to is never trusted here: links are not followed.
public struct InstanceFiles: Sendable {
    let path: FilePath
    let guest: FileOwner?
    let runner: ProgramRunner

    /// The instances' files in `directory`, which must exist.
    ///
    /// - Parameters:
    ///   - directory: an absolute path that only the caller may write to.
    ///   - guest: the account that QEMU runs as; nil, or the caller's own: QEMU runs as the caller.
    ///   - runner: runs qemu-img and xorriso.
    public init(directory: FilePath, guest: FileOwner?, runner: ProgramRunner = ProgramRunner()) {
        path = directory
        self.guest = guest.flatMap(\.ifOther)
        self.runner = runner
    }

    /// The directory of an instance.
    public func directory(of id: InstanceID) -> FilePath {
        path.appending(id.description)
    }

    /// The file of the disk at `index`, from 0.
    public func diskPath(_ index: Int, of id: InstanceID) -> FilePath {
        directory(of: id).appending("disk-\(index).qcow2")
    }

    /// The cloud-init seed.
    public func seedPath(of id: InstanceID) -> FilePath {
        directory(of: id).appending(Self.seedName)
    }

    /// The console's log, which virtlogd writes and rotates (`<log file=…/>`).
    public func consoleLogPath(of id: InstanceID) -> FilePath {
        directory(of: id).appending(Self.consoleName).appending(ConsoleLogFiles.name)
    }

    /// Where the guest's account may make the sockets of the guest's screen, channels and serial ports.
    public func socketDirectory(of id: InstanceID) -> FilePath {
        directory(of: id).appending(Self.consoleName)
    }

    /// The variables of an instance's UEFI, which libvirt makes when the guest starts the first time (`<nvram>`).
    public func firmwareVariablesPath(of id: InstanceID) -> FilePath {
        directory(of: id).appending(Self.firmwareName).appending("variables.fd")
    }

    /// Makes the directory for a UEFI's variables, in which the guest's account may write.
    ///
    /// - Throws: ``StorageError/instanceNotFound(_:)``, ``StorageError/noSpace(_:)``.
    public func createFirmwareDirectory(of id: InstanceID) throws(StorageError) {
        let directory = try open(id)
        _ = try directory.createDirectory(Self.firmwareName, mode: 0o700, owner: guest)
        try directory.synchronize()
    }

    /// Makes an instance's directory, and the one for its console's log.
    ///
    /// - Throws: ``StorageError/exists(_:)``, ``StorageError/noSpace(_:)``.
    public func createDirectory(of id: InstanceID) throws(StorageError) {
        let parent = try OpenDirectory(path)
        let name = try Self.name(of: id)
        let made = try parent.createDirectory(name, mode: guest == nil ? 0o700 : 0o711)
        do throws(StorageError) {
            _ = try made.createDirectory(Self.consoleName, mode: 0o700, owner: guest)
            try made.synchronize()
            try parent.synchronize()
        } catch {
            // Nothing is left of a directory that was not made in full.
            try? DirectoryTree.remove(name, from: parent)
            throw error
        }
    }

    /// The instances that have a directory, by identity.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)`` where they cannot be listed.
    public func list() throws(StorageError) -> [InstanceID] {
        let parent = try OpenDirectory(path)
        var ids: [InstanceID] = []
        for name in try parent.names() {
            guard let id = InstanceID(name.string), id.description == name.string,
                try parent.status(of: name)?.isDirectory == true
            else { continue }
            ids.append(id)
        }
        return ids.sorted { $0.description < $1.description }
    }

    /// An instance's disks, by index, as their manifests record them.
    ///
    /// - Throws: ``StorageError/instanceNotFound(_:)``, ``StorageError/manifestUnreadable(_:reason:)``.
    public func disks(of id: InstanceID) throws(StorageError) -> [InstanceDisk] {
        let directory = try open(id)
        var disks: [InstanceDisk] = []
        for name in try directory.names() {
            guard let index = DiskManifest.index(ofManifest: name) else { continue }
            disks.append(try disk(index, of: id, in: directory))
        }
        return disks.sorted { $0.index < $1.index }
    }

    /// Which instances need which images: those below their disks, and those that they boot from.
    ///
    /// - Throws: ``StorageError/manifestUnreadable(_:reason:)`` for any manifest that cannot be read, since an image is
    ///   unused only where that is known.
    public func usage() throws(StorageError) -> [ImageName: [InstanceID]] {
        var usage: [ImageName: [InstanceID]] = [:]
        for id in try list() {
            let images: Set<ImageName>
            do throws(StorageError) {
                images = Set(try disks(of: id).compactMap(\.image) + (try bootImages(of: id)))
            } catch .instanceNotFound {
                // Deleted since it was listed.
                continue
            }
            for image in images { usage[image, default: []].append(id) }
        }
        return usage
    }

    /// Records the images that an instance uses as they are, to boot from or in a drive, so that they count as used.
    ///
    /// - Throws: ``StorageError/instanceNotFound(_:)``, ``StorageError/noSpace(_:)``.
    public func recordBoot(_ images: [StoredImage], of id: InstanceID) throws(StorageError) {
        let directory = try open(id)
        let manifest = BootManifest(images: images.map(\.name.description).sorted())
        let bytes = try ManifestCoding.bytes(manifest, for: directory.path.appending(BootManifest.name))
        try directory.replaceFile(BootManifest.name, with: bytes)
    }

    /// Removes an instance's directory with all that is in it; does nothing where there is none.
    ///
    /// - Throws: ``StorageError/unsafePath(_:reason:)`` where it is no directory, or a file system is mounted in it;
    ///   ``StorageError/system(call:_:_:)``. What was removed until then stays removed, and a later call goes on.
    public func remove(_ id: InstanceID) throws(StorageError) {
        let parent = try OpenDirectory(path)
        try DirectoryTree.remove(try Self.name(of: id), from: parent)
        try parent.synchronize()
    }

    static let consoleName: FilePath.Component = "console"
    static let firmwareName: FilePath.Component = "firmware"
    static let seedName: FilePath.Component = "seed.iso"

    static func name(of id: InstanceID) throws(StorageError) -> FilePath.Component {
        try ImageManifest.component(id.description)
    }

    func open(_ id: InstanceID) throws(StorageError) -> OpenDirectory {
        guard let directory = try OpenDirectory(path).directory(try Self.name(of: id)) else {
            throw .instanceNotFound(id)
        }
        return directory
    }

    private func disk(
        _ index: Int, of id: InstanceID, in directory: OpenDirectory
    ) throws(StorageError) -> InstanceDisk {
        let name = try DiskManifest.name(index)
        let manifestPath = directory.path.appending(name)
        guard let bytes = try directory.smallFile(name, limit: ManifestCoding.limit) else {
            throw .instanceNotFound(id)
        }
        let manifest = try ManifestCoding.manifest(DiskManifest.self, bytes, at: manifestPath)
        guard manifest.instance == id.description else {
            throw .manifestUnreadable(manifestPath, reason: "it is that of another instance")
        }
        return InstanceDisk(
            index: index, path: diskPath(index, of: id), format: manifest.format,
            size: ByteCount(bytes: manifest.size), image: try Self.imageName(manifest.image, at: manifestPath),
            imageSHA256: manifest.imageSHA256, instance: id)
    }

    private func bootImages(of id: InstanceID) throws(StorageError) -> [ImageName] {
        let directory = try open(id)
        let manifestPath = directory.path.appending(BootManifest.name)
        guard let bytes = try directory.smallFile(BootManifest.name, limit: ManifestCoding.limit) else { return [] }
        let manifest = try ManifestCoding.manifest(BootManifest.self, bytes, at: manifestPath)
        var names: [ImageName] = []
        for text in manifest.images {
            if let name = try Self.imageName(text, at: manifestPath) { names.append(name) }
        }
        return names
    }

    private static func imageName(_ text: String?, at path: FilePath) throws(StorageError) -> ImageName? {
        guard let text else { return nil }
        do {
            return try ImageName(text)
        } catch {
            throw .manifestUnreadable(path, reason: "it names no image")
        }
    }
}
