// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// A recorded sequence of changes, and what a disk may hold after any part of it.
///
/// A file's bytes and a directory's names are each a sequence of changes of its own. What a disk holds is a count for
/// each: so many of its changes, from the first, and no other. The kernel may write any of the sequences ahead of the
/// others, and is only bound by flushes: those before the last one are there.
struct DiskHistory {
    let events: [DiskEvent]
    /// The positions of each file's and directory's changes, and of its flushes.
    private(set) var changes: [FileNumber: [Int]] = [:]
    private(set) var flushes: [FileNumber: [Int]] = [:]
    /// The positions of the marks.
    private(set) var begun: [Int] = []
    private(set) var reported: [Int] = []
    private let directories: Set<FileNumber>
    /// The directory of the locks and its files: no lock outlives its process, so that what the disk has of them is as
    /// good as all of it.
    private let locks: Set<FileNumber>
    private let start = FlushedFiles()

    init(_ events: [DiskEvent]) {
        self.events = events
        var directories: Set<FileNumber> = [0]
        var locks: Set<FileNumber> = []
        for (position, event) in events.enumerated() {
            if let file = event.changed { changes[file, default: []].append(position) }
            switch event {
            case .made(let file, isDirectory: true, in: _, name: let name):
                directories.insert(file)
                if name == "locks" { locks.insert(file) }
            case .made(let file, isDirectory: false, in: let directory, name: _):
                if locks.contains(directory) { locks.insert(file) }
            case .synced(let file): flushes[file, default: []].append(position)
            case .begun: begun.append(position)
            case .reported: reported.append(position)
            default: break
            }
        }
        self.directories = directories
        self.locks = locks
    }

    /// The history of a program that left out what `isLeftOut` says.
    func without(_ isLeftOut: (DiskEvent, Int) -> Bool) -> DiskHistory {
        DiskHistory(events.enumerated().filter { !isLeftOut($0.element, $0.offset) }.map(\.element))
    }

    /// All files that ever had this name.
    func files(named name: String) -> Set<FileNumber> {
        Set(
            events.compactMap { event in
                if case .made(let file, isDirectory: false, in: _, name: name) = event { file } else { nil }
            })
    }

    /// How many changes of a file were made up to and with the event at `position`.
    func made(_ file: FileNumber, upTo position: Int) -> Int {
        changes[file]?.count(upTo: position) ?? 0
    }

    /// How many of them are flushed.
    func flushed(_ file: FileNumber, upTo position: Int) -> Int {
        let flushes = flushes[file] ?? []
        let count = flushes.count(upTo: position)
        return count == 0 ? 0 : made(file, upTo: flushes[count - 1])
    }

    /// Whether what the disk has of a file or directory matters.
    func isKept(_ file: FileNumber) -> Bool { !locks.contains(file) }

    /// The files and directories of which something that matters is not flushed.
    func unflushed(at position: Int) -> [FileNumber] {
        changes.keys.filter { isKept($0) && flushed($0, upTo: position) < made($0, upTo: position) }.sorted()
    }

    /// What is on the disk where nothing was lost of what was done up to and with the event at `position`.
    func whole(upTo position: Int) -> DiskContent {
        DiskContent(counts: changes.keys.reduce(into: [:]) { $0[$1] = made($1, upTo: position) }, torn: nil)
    }

    /// Makes the files of `content` below `path`, an empty directory.
    func make(_ content: DiskContent, at path: String, flushedBefore position: Int) throws {
        try make(0, of: content, at: path, flushedBefore: position)
    }

    private func make(
        _ directory: FileNumber, of content: DiskContent, at path: String, flushedBefore position: Int
    ) throws {
        for (name, file) in names(in: directory, of: content) {
            let place = path + "/" + name
            if directories.contains(file) {
                try FileManager.default.createDirectory(
                    atPath: place, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
                try make(file, of: content, at: place, flushedBefore: position)
            } else {
                let bytes = bytes(of: file, of: content, flushedBefore: position)
                guard
                    FileManager.default.createFile(
                        atPath: place, contents: bytes, attributes: [.posixPermissions: 0o600])
                else { throw CocoaError(.fileWriteUnknown) }
            }
        }
    }

    private func names(in directory: FileNumber, of content: DiskContent) -> [String: FileNumber] {
        var names: [String: FileNumber] = [:]
        for position in changes[directory, default: []].prefix(content.counts[directory] ?? 0) {
            switch events[position] {
            case .made(let file, isDirectory: _, in: _, name: let name): names[name] = file
            case .renamed(in: _, from: let from, to: let to): names[to] = names.removeValue(forKey: from)
            case .removed(in: _, name: let name): names[name] = nil
            default: break
            }
        }
        return names
    }

    private func bytes(of file: FileNumber, of content: DiskContent, flushedBefore position: Int) -> Data {
        let count = content.counts[file] ?? 0
        let changes = changes[file] ?? []
        let base = min(flushed(file, upTo: position), count)
        var bytes = start.bytes(of: file, count: base) { bytes, range in
            for change in changes[range] { Self.apply(events[change], to: &bytes) }
        }
        for change in changes[base..<count] { Self.apply(events[change], to: &bytes) }
        if let torn = content.torn, torn.file == file, case .wrote(_, at: let offset, let data) = events[changes[count]]
        {
            Self.apply(.wrote(file, at: offset, data.prefix(torn.length)), to: &bytes)
        }
        return bytes
    }

    private static func apply(_ event: DiskEvent, to bytes: inout Data) {
        switch event {
        case .resized(_, let size): bytes.count = size
        case .wrote(_, at: let offset, let data):
            if bytes.count < offset + data.count { bytes.count = offset + data.count }
            bytes.replaceSubrange(offset..<offset + data.count, with: data)
        default: break
        }
    }
}

/// What a disk holds: so many changes of each file and directory, and perhaps a part of one more.
struct DiskContent {
    var counts: [FileNumber: Int]
    /// The file whose next write is there in its first bytes alone.
    var torn: (file: FileNumber, length: Int)?
}

/// Files as they were when they were last asked for with all that was flushed, which is never less later on.
private final class FlushedFiles {
    private var files: [FileNumber: (count: Int, bytes: Data)] = [:]

    func bytes(of file: FileNumber, count: Int, _ apply: (inout Data, Range<Int>) -> Void) -> Data {
        var known = files[file] ?? (0, Data())
        if known.count > count { known = (0, Data()) }
        apply(&known.bytes, known.count..<count)
        known.count = count
        files[file] = known
        return known.bytes
    }
}

extension [Int] {
    /// How many of these ascending numbers are at most `number`.
    func count(upTo number: Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
