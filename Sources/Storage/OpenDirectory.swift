// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage

/// A directory that this process has open: what is done in it is done relative to it, by single names, and never
/// follows a link.
final class OpenDirectory: Sendable {
    private let descriptor: Int32
    let path: FilePath

    private init(adopting descriptor: Int32, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(descriptor)
    }

    /// Opens the directory at `path`, whose last component must not be a link.
    init(_ path: FilePath) throws(StorageError) {
        let (descriptor, code) = path.withPlatformString { text in
            (open(text, Self.directoryFlags), errno)
        }
        guard descriptor >= 0 else { throw Self.failure("open", path, code) }
        self.descriptor = descriptor
        self.path = path
    }

    /// Opens the directory `name` in this one; nil where there is none.
    func directory(_ name: FilePath.Component) throws(StorageError) -> OpenDirectory? {
        let (descriptor, code) = call(name) { openat(self.descriptor, $0, Self.directoryFlags) }
        if descriptor < 0, code == ENOENT { return nil }
        guard descriptor >= 0 else { throw Self.failure("open", path.appending(name), code) }
        return OpenDirectory(adopting: descriptor, path: path.appending(name))
    }

    /// Opens a regular file to read; nil where there is none.
    func file(_ name: FilePath.Component) throws(StorageError) -> OpenFile? {
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        let (descriptor, code) = call(name) { openat(self.descriptor, $0, flags) }
        if descriptor < 0, code == ENOENT { return nil }
        guard descriptor >= 0 else { throw Self.failure("open", path.appending(name), code) }
        let file = OpenFile(adopting: descriptor, path: path.appending(name))
        guard try file.status().isRegular else { throw .unsafePath(file.path, reason: "it is no regular file") }
        return file
    }

    /// Makes a file that must not exist yet, to read and write.
    func createFile(_ name: FilePath.Component, mode: mode_t = 0o600) throws(StorageError) -> OpenFile {
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let (descriptor, code) = call(name) { openat(self.descriptor, $0, flags, mode) }
        guard descriptor >= 0 else { throw Self.failure("open", path.appending(name), code) }
        return OpenFile(adopting: descriptor, path: path.appending(name))
    }

    /// Opens a lock's file, making it where it is missing.
    func lockFile(_ name: FilePath.Component) throws(StorageError) -> OpenFile {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let (descriptor, code) = call(name) { openat(self.descriptor, $0, flags, 0o600) }
        guard descriptor >= 0 else { throw Self.failure("open", path.appending(name), code) }
        return OpenFile(adopting: descriptor, path: path.appending(name))
    }

    /// Makes a directory that must not exist yet.
    func createDirectory(
        _ name: FilePath.Component, mode: mode_t, owner: FileOwner? = nil
    ) throws(StorageError) -> OpenDirectory {
        let (result, code) = call(name) { mkdirat(self.descriptor, $0, 0o700) }
        guard result == 0 else { throw Self.failure("mkdir", path.appending(name), code) }
        guard let made = try directory(name) else { throw Self.failure("open", path.appending(name), ENOENT) }
        if let owner, fchown(made.descriptor, owner.userID, owner.groupID) != 0 {
            throw .system("fchown", made.path, errno: errno)
        }
        guard fchmod(made.descriptor, mode) == 0 else { throw .system("fchmod", made.path, errno: errno) }
        return made
    }

    /// What `name` is, without following a link; nil where there is nothing.
    func status(of name: FilePath.Component) throws(StorageError) -> FileStatus? {
        var status = stat()
        let (result, code) = call(name) { fstatat(self.descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }
        if result != 0, code == ENOENT { return nil }
        guard result == 0 else { throw Self.failure("stat", path.appending(name), code) }
        return FileStatus(status)
    }

    /// What this directory is.
    func status() throws(StorageError) -> FileStatus {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("fstat", path, errno: errno) }
        return FileStatus(status)
    }

    /// Moves `name` of this directory over `target` of `other`.
    func rename(
        _ name: FilePath.Component, to target: FilePath.Component, in other: OpenDirectory? = nil
    ) throws(StorageError) {
        let destination = (other ?? self).descriptor
        let (result, code) = call(name) { from in
            target.withPlatformString { renameat(self.descriptor, from, destination, $0) }
        }
        guard result == 0 else { throw Self.failure("rename", path.appending(name), code) }
    }

    /// Gives a file of this directory a second name, which must be free.
    func link(_ name: FilePath.Component, as target: FilePath.Component) throws(StorageError) {
        let (result, code) = call(name) { from in
            target.withPlatformString { linkat(self.descriptor, from, self.descriptor, $0, 0) }
        }
        guard result == 0 else { throw Self.failure("link", path.appending(target), code) }
    }

    /// Removes a file or a link; does nothing where there is none.
    func removeFile(_ name: FilePath.Component) throws(StorageError) {
        let (result, code) = call(name) { unlinkat(self.descriptor, $0, 0) }
        guard result == 0 || code == ENOENT else { throw Self.failure("unlink", path.appending(name), code) }
    }

    /// Removes an empty directory; false where something is in it.
    func removeEmptyDirectory(_ name: FilePath.Component) throws(StorageError) -> Bool {
        let (result, code) = call(name) { unlinkat(self.descriptor, $0, AT_REMOVEDIR) }
        if result != 0, code == ENOTEMPTY || code == EEXIST { return false }
        guard result == 0 || code == ENOENT else { throw Self.failure("rmdir", path.appending(name), code) }
        return true
    }

    func synchronize() throws(StorageError) {
        guard fsync(descriptor) == 0 else { throw .system("fsync", path, errno: errno) }
    }

    /// The names in the directory, hidden ones too, in no order.
    func names() throws(StorageError) -> [FilePath.Component] {
        let own = openat(descriptor, ".", Self.directoryFlags)
        guard own >= 0 else { throw Self.failure("open", path, errno) }
        guard let stream = fdopendir(own) else {
            let code = errno
            close(own)
            throw Self.failure("fdopendir", path, code)
        }
        defer { closedir(stream) }
        var names: [FilePath.Component] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            // SAFETY: `d_name` ends with a null byte inside the entry, which lives until the next `readdir`.
            let component = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    FilePath.Component(platformString: $0)
                }
            }
            if let component, component.kind == .regular { names.append(component) }
        }
        guard errno == 0 else { throw Self.failure("readdir", path, errno) }
        return names
    }

    private static let directoryFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW

    private func call(_ name: FilePath.Component, _ body: (UnsafePointer<CChar>) -> Int32) -> (Int32, Int32) {
        name.withPlatformString { (body($0), errno) }
    }

    private static func failure(_ name: String, _ path: FilePath, _ code: Int32) -> StorageError {
        switch code {
        case ELOOP, ENOTDIR: .unsafePath(path, reason: "it is a link, or not the kind of file that is expected")
        case EEXIST: .exists(path)
        default: .system(name, path, errno: code)
        }
    }
}

extension OpenDirectory {
    /// Writes a small file so that it is there in full or not at all, even after a crash.
    func replaceFile(_ name: FilePath.Component, with bytes: [UInt8], mode: mode_t = 0o600) throws(StorageError) {
        let scratch = try ScratchFile(for: name, suffix: "part", in: self)
        try scratch.file.write(bytes)
        try scratch.file.setMode(mode)
        try scratch.file.synchronize()
        try scratch.publish(as: name)
        try synchronize()
    }

    /// The content of a small regular file that nobody else links to; nil where there is none.
    func smallFile(_ name: FilePath.Component, limit: Int) throws(StorageError) -> [UInt8]? {
        guard let file = try file(name) else { return nil }
        let bytes = try file.read(at: 0, count: limit + 1)
        guard bytes.count <= limit else {
            throw .manifestUnreadable(file.path, reason: "it is longer than \(limit) bytes")
        }
        return bytes
    }
}
