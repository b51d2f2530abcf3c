// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import SystemPackage

/// A hidden file that is being written, locked by its writer: one whose lock is free belongs to a dead process.
///
/// It goes with its last reference unless it was published.
final class ScratchFile: Sendable {
    let file: OpenFile
    let name: FilePath.Component
    private let directory: OpenDirectory

    /// Makes `.NAME.RANDOM.SUFFIX`, empty, mode 0600.
    init(for name: FilePath.Component, suffix: String, in directory: OpenDirectory) throws(StorageError) {
        var made: (OpenFile, FilePath.Component)?
        while made == nil {
            let text = ".\(name.string).\(Self.randomText()).\(suffix)"
            guard let hidden = FilePath.Component(text) else {
                throw .unsafePath(directory.path, reason: "\(name.string) is no name of a file")
            }
            let file = try directory.createFile(hidden)
            // Between its making and its lock a clean-up may have taken it for a dead process's: then once more.
            if try file.tryLock(.exclusive), try file.status().links == 1 { made = (file, hidden) }
        }
        guard let made else { throw .cancelled }
        (file, self.name) = made
        self.directory = directory
    }

    deinit {
        discard()
        file.unlock()
    }

    /// Removes the file, unless it was published.
    func discard() {
        // What is left of an abandoned file is removed by the next clean-up.
        try? directory.removeFile(name)
    }

    /// The file's present path.
    var path: FilePath { directory.path.appending(name) }

    /// Moves the file over `target`; its descriptor stays open.
    func publish(as target: FilePath.Component) throws(StorageError) {
        try directory.rename(name, to: target)
    }

    /// Gives the file the name `target`, which must be free; its descriptor stays open.
    ///
    /// - Throws: `taken` where it is not; ``StorageError/system(call:_:_:)``.
    func publishNew(as target: FilePath.Component, orThrow taken: StorageError) throws(StorageError) {
        do throws(StorageError) {
            try directory.link(name, as: target)
        } catch .exists {
            throw taken
        }
        // A crash before this leaves the file with two names, of which a clean-up takes the hidden one.
        try directory.removeFile(name)
    }

    /// Visits the scratch files with this suffix in `directory` whose writers are dead.
    ///
    /// - Parameters:
    ///   - suffix: the ending that they were made with.
    ///   - directory: where they are.
    ///   - visit: is given each, with the lock held.
    /// - Throws: ``StorageError/system(call:_:_:)``, and what `visit` throws.
    static func forEachDead(
        suffix: String, in directory: OpenDirectory,
        _ visit: (OpenFile, FilePath.Component) throws(StorageError) -> Void
    ) throws(StorageError) {
        for name in try directory.names() where isScratch(name, suffix: suffix) {
            // What cannot be opened is not ours, and is no reason to refuse the work that comes after the clean-up.
            guard let file = try? directory.file(name), try file.tryLock(.exclusive) else { continue }
            defer { file.unlock() }
            try visit(file, name)
        }
    }

    /// Whether `name` is one that this type makes.
    static func isScratch(_ name: FilePath.Component, suffix: String) -> Bool {
        let text = name.string
        return text.hasPrefix(".") && text.hasSuffix("." + suffix)
    }

    static func randomText() -> String {
        String(UInt64.random(in: 0 ... .max), radix: 36)
    }
}
