// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// What a program did to files, in the order in which the kernel got it.
enum DiskEvent {
    /// A file or a directory was made in a directory.
    case made(FileNumber, isDirectory: Bool, in: FileNumber, name: String)
    /// Bytes of a file were written.
    case wrote(FileNumber, at: Int, Data)
    /// A file was cut or extended.
    case resized(FileNumber, Int)
    /// All earlier changes of a file's bytes, or of a directory's names, were flushed.
    case synced(FileNumber)
    /// A name of a directory was put in the place of another.
    case renamed(in: FileNumber, from: String, to: String)
    /// A name was removed from a directory.
    case removed(in: FileNumber, name: String)
    /// A change that is to be there in full or not at all is about to be made.
    case begun(String)
    /// The change was reported as made.
    case reported(String)

    /// The file or directory that it changes; nil for what changes none.
    var changed: FileNumber? {
        switch self {
        case .wrote(let file, at: _, _), .resized(let file, _): file
        case .made(_, isDirectory: _, in: let directory, name: _), .renamed(in: let directory, from: _, to: _),
            .removed(in: let directory, name: _):
            directory
        case .synced, .begun, .reported: nil
        }
    }
}

/// A file or a directory of a record, by the order in which they were made; what gets the inode of a removed one is
/// another. Number 0 is the directory that all others are below.
typealias FileNumber = Int

/// Reads what `DiskRecorder` wrote.
struct DiskRecord {
    private let bytes: Data
    private var position = 0
    /// Which file an inode is at present; SQLite's shared memory, which no database outlives, is none.
    private var files: [UInt64: FileNumber] = [:]
    private var count = 0

    private init(_ bytes: Data) { self.bytes = bytes }

    /// The events of a record; what was done elsewhere on the file system is left out.
    static func events(in bytes: Data) throws -> [DiskEvent] {
        var record = DiskRecord(bytes)
        var events: [DiskEvent] = []
        while record.position < bytes.count {
            if let event = try record.next() { events.append(event) }
        }
        return events
    }

    private mutating func next() throws -> DiskEvent? {
        let kind = number(4)
        let lengths = (number(4), number(4), number(4))
        let (directory, inode, offset) = (UInt64(number(8)), UInt64(number(8)), number(8))
        let (name, other) = (text(lengths.0), text(lengths.1))
        let data = take(lengths.2)
        let (parent, file) = (files[directory], files[inode])
        switch kind {
        case 1, 2:
            if name.hasSuffix("-shm") || parent == nil && count > 0 {
                files[inode] = nil
                return nil
            }
            files[inode] = count
            count += 1
            // The first record is that of the directory itself.
            guard let parent else { return nil }
            return .made(count - 1, isDirectory: kind == 2, in: parent, name: name)
        case 3: return file.map { .wrote($0, at: offset, data) }
        case 4: return file.map { .resized($0, offset) }
        case 5: return file.map { .synced($0) }
        case 6:
            guard parent == file else { throw Unsupported(what: "\(name) is moved to another directory") }
            return parent.map { .renamed(in: $0, from: name, to: other) }
        case 7: return name.hasSuffix("-shm") ? nil : parent.map { .removed(in: $0, name: name) }
        case 8: return .begun(name)
        case 9: return .reported(name)
        default: throw Unsupported(what: "record of kind \(kind)")
        }
    }

    struct Unsupported: Error {
        let what: String
    }

    private mutating func take(_ count: Int) -> Data {
        defer { position += count }
        return bytes.subdata(in: position..<position + count)
    }

    private mutating func text(_ count: Int) -> String { String(decoding: take(count), as: UTF8.self) }

    private mutating func number(_ size: Int) -> Int {
        take(size).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
