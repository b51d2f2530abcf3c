// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

/// A run of the program `PowerVictim`, which lies beside the tests' own, on a real disk.
enum PowerRun {
    /// What the program did; proved to be all of it, by making its files anew out of the record.
    static func history(of work: String) throws -> DiskHistory {
        let scratch = URL(filePath: "/var/tmp/rp-\(String(UInt32.random(in: 0 ... .max), radix: 36))")
        let (disk, record) = (scratch.appending(path: "disk"), scratch.appending(path: "record"))
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let victim = try Process.run(
            URL(filePath: tests).deletingLastPathComponent().appending(path: "PowerVictim"),
            arguments: [disk.path, record.path, work])
        victim.waitUntilExit()
        try #require(victim.terminationStatus == 0 && victim.terminationReason == .exit)
        let history = DiskHistory(try DiskRecord.events(in: Data(contentsOf: record)))
        let remade = scratch.appending(path: "remade")
        try FileManager.default.createDirectory(at: remade, withIntermediateDirectories: false)
        try history.make(history.whole(upTo: history.events.count), at: remade.path, flushedBefore: 0)
        let (found, expected) = (try content(below: remade), try content(below: disk))
        try #require(found.keys.sorted() == expected.keys.sorted(), "the record misses something")
        for (name, bytes) in expected { try #require(found[name] == bytes, "the record misses something of \(name)") }
        return history
    }

    /// All files below a directory by name, and directories as empty files; SQLite's shared memory is no content.
    private static func content(below directory: URL) throws -> [String: Data] {
        var content: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory.path) where !name.hasSuffix("-shm") {
            content[name] = FileManager.default.contents(atPath: directory.appending(path: name).path) ?? Data()
        }
        return content
    }
}
