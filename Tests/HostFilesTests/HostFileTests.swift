// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import HostFiles
import SystemPackage
import TestSupport
import Testing

@Suite("A file that others may have a hand in")
struct HostFileTests {
    private let temporary: TemporaryDirectory
    private let trusted: FilePath
    private let log: FilePath

    /// A trusted directory with `a/b/log` in it, and a secret beside it.
    init() throws {
        temporary = try TemporaryDirectory()
        let base = temporary.path
        trusted = base.appending("trusted")
        log = trusted.appending("a/b/log")
        for directory in [trusted.appending("a/b"), base.appending("secret/b")] {
            try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        }
        try write("line 1\nline 2\n", log)
        try write("secret\n", base.appending("secret/b/log"))
    }

    private var base: FilePath { temporary.path }

    private func write(_ text: String, _ path: FilePath) throws {
        try Data(text.utf8).write(to: URL(filePath: path.string))
    }

    @Test("is read in parts, from its end, and never beyond the bound")
    func reads() throws {
        let file = try HostFile.open(log, below: trusted)
        #expect(file.size == 14)
        #expect(try file.bytes(atMost: 100) == Array("line 1\nline 2\n".utf8))
        #expect(try file.bytes(from: 7, atMost: 4) == Array("line".utf8))
        #expect(try file.tail(atMost: 3) == Array(" 2\n".utf8))
        #expect(try file.bytes(from: 14, atMost: 10) == [])
    }

    @Test("is not reached over a link, wherever on the way it is", arguments: ["a", "a/b", "a/b/log"])
    func refusesLink(place: String) throws {
        let link = trusted.appending(place)
        let target = base.appending("secret").pushing(FilePath(String(place.dropFirst(2))))
        try FileManager.default.removeItem(atPath: link.string)
        #expect(symlink(target.string, link.string) == 0)
        #expect(try String(contentsOfFile: log.string, encoding: .utf8) == "secret\n")
        #expect(throws: HostFileError.untrusted(link)) { try HostFile.open(log, below: trusted) }
    }

    @Test("a directory is opened by its names alone, up to the trusted one")
    func directories() throws {
        #expect(try HostFile.openDirectory(trusted.appending("a/b"), below: trusted).kind == .directory)
        #expect(try HostFile.openDirectory(trusted, below: trusted).kind == .directory)
        for path in [base, base.appending("secret"), trusted.appending("a/.."), log] {
            #expect(throws: HostFileError.untrusted(path)) { try HostFile.openDirectory(path, below: trusted) }
        }
        let link = trusted.appending("link")
        #expect(symlink(base.appending("secret").string, link.string) == 0)
        #expect(throws: HostFileError.untrusted(link)) { try HostFile.openDirectory(link, below: trusted) }
        #expect(throws: HostFileError.untrusted(link)) {
            try HostFile.openDirectory(link.appending("b"), below: trusted)
        }
        let missing = trusted.appending("none")
        #expect(throws: HostFileError.missing(missing)) { try HostFile.openDirectory(missing, below: trusted) }
    }

    @Test("is not a second name of another file")
    func refusesHardLink() throws {
        #expect(unlink(log.string) == 0)
        #expect(link(base.appending("secret/b/log").string, log.string) == 0)
        #expect(throws: HostFileError.untrusted(log)) { try HostFile.open(log, below: trusted) }
    }

    @Test("is not reached by a path that leads elsewhere")
    func refusesParent() throws {
        for path in [trusted.appending("a/../a/b/log"), base.appending("secret/b/log"), trusted] {
            #expect(throws: HostFileError.untrusted(path)) { try HostFile.open(path, below: trusted) }
        }
    }

    @Test("is no pipe, which would never answer, and no directory", .timeLimit(.minutes(1)))
    func refusesPipe() throws {
        #expect(unlink(log.string) == 0)
        #expect(mkfifo(log.string, 0o600) == 0)
        #expect(throws: HostFileError.notRegular(log)) { try HostFile.open(log, below: trusted) }
        #expect(try HostFile.open(log).kind == .other)
        let directory = trusted.appending("a/b")
        #expect(throws: HostFileError.notRegular(directory)) { try HostFile.open(directory, below: trusted) }
    }

    @Test("may be missing, at any place")
    func missing() throws {
        let path = trusted.appending("a/none/log")
        let error = HostFileError.missing(trusted.appending("a/none"))
        #expect(throws: error) { try HostFile.open(path, below: trusted) }
        #expect(throws: HostFileError.missing(path)) { try HostFile.open(path) }
        #expect(HostFile.kernelText(path) == nil)
        #expect(HostFile.kernelText("/proc/self/comm")?.isEmpty == false)
    }
}
