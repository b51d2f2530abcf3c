// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import LibvirtDriver

@Suite("What lies in the guest account's directories")
struct GuestDirectoryTests {
    private let temporary: TemporaryDirectory
    private let state: FilePath

    init() throws {
        temporary = try TemporaryDirectory()
        let base = temporary.path
        state = base.appending("state")
        try FileManager.default.createDirectory(
            atPath: state.appending("private/log").string, withIntermediateDirectories: true)
    }

    private var base: FilePath { temporary.path }

    /// Puts a link to a directory with other files in place of the account's own directory.
    private func exchange() {
        rename(state.appending("private").string, base.appending("other").string)
        symlink(base.appending("other").string, state.appending("private").string)
    }

    @Test("an error never shows a file that a link leads to in place of QEMU's log")
    func log() throws {
        let log = QEMULog(directory: state.appending("private/log"), trusted: state)
        try Data("a line of another file\n".utf8)
            .write(to: URL(filePath: state.appending("private/log/web-1.log").string))
        #expect(log.lastLines(10, of: "web-1") == ["a line of another file"])
        exchange()
        #expect(log.lastLines(10, of: "web-1") == [])
    }

    @Test("no process is believed that a file behind a link names")
    func pidFile() throws {
        let pidFile = state.appending("private/daemon.pid")
        try Data("\(getpid())\n".utf8).write(to: URL(filePath: pidFile.string))
        let program = try String(contentsOfFile: "/proc/self/comm", encoding: .utf8).trimmingCharacters(in: .newlines)
        func process() -> DaemonProcess? {
            DaemonProcess(pidFile: pidFile, below: state, program: program, userID: geteuid())
        }
        #expect(process()?.processID == getpid())
        exchange()
        #expect(process() == nil)
    }
}
