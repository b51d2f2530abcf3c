// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel
public import Programs
public import SystemPackage

/// The images of a state directory.
///
/// An image is a file `NAME.FORMAT` that nobody may write, and a manifest `NAME.json`; the image exists exactly as long
/// as its manifest. What has no manifest is left alone and never opened. Stores over one directory, in one process or
/// in several, work together.
public struct ImageStore: Sendable {
    let path: FilePath
    let guest: FileOwner?
    let runner: ProgramRunner
    /// How far compressed files may expand.
    var expansion = ExpansionLimits()

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

    /// All images, by name; one whose manifest cannot be read is left out here, and ``image(named:)`` says why.
    ///
    /// - Throws: ``StorageError/system(call:_:_:)`` where the directory cannot be read.
    public func images() throws(StorageError) -> [StoredImage] {
        let directory = try OpenDirectory(path)
        var images: [StoredImage] = []
        for name in try directory.names().compactMap(ImageManifest.imageName(ofManifest:)) {
            // One bad image must not hide the others.
            guard let image = try? self.image(named: name, in: directory) else { continue }
            images.append(image)
        }
        return images.sorted { $0.name.description < $1.name.description }
    }

    /// The image of this name.
    ///
    /// - Throws: ``StorageError/imageNotFound(_:)``, ``StorageError/imageMissing(_:_:)`` where the file is gone,
    ///   ``StorageError/manifestUnreadable(_:reason:)``.
    public func image(named name: ImageName) throws(StorageError) -> StoredImage {
        try image(named: name, in: try OpenDirectory(path))
    }

    /// Makes sure that an image's file is the one that was added: quickly by inode, size and time, and where these
    /// differ by its SHA-256.
    ///
    /// - Throws: ``StorageError/imageMissing(_:_:)``, ``StorageError/imageChanged(_:_:)``.
    public func verify(_ image: StoredImage) async throws(StorageError) {
        try await image.verify()
    }

    /// Keeps these images from being deleted until the result is released, and verifies them.
    ///
    /// - Throws: ``StorageError/imageNotFound(_:)``, ``StorageError/imageBusy(_:)`` where one is being deleted, and
    ///   what ``verify(_:)`` throws.
    public func hold(_ names: [ImageName]) async throws(StorageError) -> ImageHold {
        let directory = try OpenDirectory(path)
        var images: [ImageName: StoredImage] = [:]
        var locks: [ImageLock] = []
        for name in Set(names).sorted(by: { $0.description < $1.description }) {
            // Before the lock, so that a wrong name leaves no lock's file behind.
            _ = try image(named: name, in: directory)
            locks.append(try await ImageLock.take(.shared, of: name, in: directory))
            let image = try image(named: name, in: directory)
            try await image.verify()
            images[name] = image
        }
        return ImageHold(images: images, locks: locks)
    }

    func image(named name: ImageName, in directory: OpenDirectory) throws(StorageError) -> StoredImage {
        let manifestName = try ImageManifest.manifestName(name)
        let manifestPath = path.appending(manifestName)
        guard let bytes = try directory.smallFile(manifestName, limit: ManifestCoding.limit) else {
            throw .imageNotFound(name)
        }
        let manifest = try ManifestCoding.manifest(ImageManifest.self, bytes, at: manifestPath)
        guard manifest.name == name.description else {
            throw .manifestUnreadable(manifestPath, reason: "it is that of another image")
        }
        let dataName = try ImageManifest.dataName(name, manifest.format)
        let image = StoredImage(manifest, name: name, path: path.appending(dataName))
        guard try directory.status(of: dataName) != nil else { throw .imageMissing(name, image.path) }
        return image
    }
}

extension FileOwner {
    /// The owner, unless it is the account that this process runs as.
    var ifOther: FileOwner? {
        userID == Self.current.userID ? nil : self
    }
}
