// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
public import InstanceModel
import SystemPackage

/// Keeps images from being deleted while they are used, across processes; ends with ``release()``, with its last
/// reference, or with the process.
public final class ImageHold: Sendable {
    /// The images that are held.
    public let images: [ImageName: StoredImage]
    private let locks: [ImageLock]

    init(images: [ImageName: StoredImage], locks: [ImageLock]) {
        self.images = images
        self.locks = locks
    }

    /// Lets go of the images; later calls do nothing.
    public func release() {
        for lock in locks { lock.release() }
    }
}

/// The advisory lock of one image (`flock` on `NAME.lock`).
final class ImageLock: Sendable {
    private let file: OpenFile

    private init(_ file: OpenFile) {
        self.file = file
    }

    deinit { release() }

    /// Takes the lock; nil where another holds it.
    static func tryTake(
        _ lock: OpenFile.Lock, of name: ImageName, in directory: OpenDirectory
    ) throws(StorageError) -> ImageLock? {
        let component = try ImageManifest.lockName(name)
        while true {
            let file = try directory.lockFile(component)
            guard try file.tryLock(lock) else { return nil }
            // A deletion removes the file with the image: a lock on a removed file excludes nobody.
            let held = try file.status()
            if let present = try directory.status(of: component), present.inode == held.inode { return ImageLock(file) }
        }
    }

    /// Takes the lock, trying for at most ten seconds: exclusive holders only rename and flush a few files.
    static func take(
        _ lock: OpenFile.Lock, of name: ImageName, in directory: OpenDirectory
    ) async throws(StorageError) -> ImageLock {
        let end = ContinuousClock.now + .seconds(10)
        while true {
            if let taken = try tryTake(lock, of: name, in: directory) { return taken }
            guard ContinuousClock.now < end else { throw .imageBusy(name) }
            do {
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                throw .cancelled
            }
        }
    }

    /// Frees the lock.
    func release() {
        file.unlock()
    }
}
