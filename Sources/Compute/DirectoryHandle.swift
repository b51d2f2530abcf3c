// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage

/// An open directory, whose entries are reached through it, so that nobody can exchange it meanwhile.
struct DirectoryHandle: ~Copyable {
    let path: FilePath
    private let descriptor: CInt

    private init(path: FilePath, descriptor: CInt) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { Glibc.close(descriptor) }

    /// Opens the directory; a symbolic link as the last component is refused.
    static func open(_ path: FilePath) throws(ComputeError) -> DirectoryHandle {
        let descriptor = Glibc.open(path.string, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(refusal(errno, path), "open the directory", path) }
        return DirectoryHandle(path: path, descriptor: descriptor)
    }

    /// Opens the entry `name`, which is a directory; a symbolic link is refused.
    func open(_ name: String) throws(ComputeError) -> DirectoryHandle {
        let entry = path.appending(name)
        let descriptor = openat(self.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(Self.refusal(errno, entry), "open the directory", entry) }
        return DirectoryHandle(path: entry, descriptor: descriptor)
    }

    /// Makes the entry `name` unless it is there; tells whether it was made.
    func makeDirectory(_ name: String, mode: mode_t) throws(ComputeError) -> Bool {
        if mkdirat(descriptor, name, mode) == 0 { return true }
        guard errno == EEXIST else { throw .system(errno, "make the directory", path.appending(name)) }
        return false
    }

    func status() throws(ComputeError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno, "inspect", path) }
        return status
    }

    func setMode(_ mode: mode_t) throws(ComputeError) {
        guard fchmod(descriptor, mode) == 0 else { throw .system(errno, "set the mode of", path) }
    }

    func setOwner(_ user: uid_t, _ group: gid_t) throws(ComputeError) {
        guard fchown(descriptor, user, group) == 0 else { throw .system(errno, "set the owner of", path) }
    }

    /// Flushes the directory's names to the disk.
    func synchronize() throws(ComputeError) {
        guard fsync(descriptor) == 0 else { throw .system(errno, "flush", path) }
    }

    /// Removes the entry `name`, which is no directory; does nothing where there is none.
    func removeFile(_ name: String) throws(ComputeError) {
        guard unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else {
            throw .system(errno, "remove", path.appending(name))
        }
    }

    /// The names in the directory, without `.` and `..`, in no order.
    func names() throws(ComputeError) -> [String] {
        // A directory stream owns its descriptor, so that it is given another one than ours.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw .system(errno, "list", path) }
        guard let stream = fdopendir(copy) else {
            let number = errno
            Glibc.close(copy)
            throw .system(number, "list", path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // SAFETY: the kernel ends d_name with a zero within the entry, which lives until the next readdir.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The content of a small file of the directory; nil where there is none.
    func read(_ name: String, atMost limit: Int) throws(ComputeError) -> [UInt8]? {
        let file = path.appending(name)
        let descriptor = openat(self.descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .system(errno, "read", file)
        }
        defer { Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = Glibc.pread(descriptor, &bytes, limit, 0)
        guard count >= 0 else { throw .system(errno, "read", file) }
        return Array(bytes.prefix(count))
    }

    /// Puts a file of mode 0600 in place as a whole: it is either the old one or the new one, also after a crash.
    func replace(_ name: String, with bytes: [UInt8]) throws(ComputeError) {
        let draft = name + ".new"
        let file = path.appending(draft)
        // What a crashed writer left is of no use; the caller sees to it that there is one writer at a time.
        unlinkat(descriptor, draft, 0)
        let target = openat(descriptor, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard target >= 0 else { throw .system(errno, "make", file) }
        let written = Glibc.write(target, bytes, bytes.count)
        var failure = written == bytes.count ? 0 : (written < 0 ? errno : ENOSPC)
        if failure == 0, fsync(target) != 0 { failure = errno }
        Glibc.close(target)
        if failure == 0, renameat(descriptor, draft, descriptor, name) != 0 { failure = errno }
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        guard failure == 0 else {
            unlinkat(descriptor, draft, 0)
            throw .system(failure, "write", path.appending(name))
        }
    }

    /// `O_DIRECTORY` makes the kernel tell of a symbolic link as of no directory; the caller should hear of the link.
    private static func refusal(_ number: CInt, _ path: FilePath) -> CInt {
        var status = stat()
        guard number == ENOTDIR, lstat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else {
            return number
        }
        return ELOOP
    }
}
