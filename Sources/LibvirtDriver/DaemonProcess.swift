// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import HostFiles
import SystemPackage

/// A process that was found by a pid file, known again by its user, its program and its start.
///
/// The pid file lies in a directory of an unprivileged account: what it says is a hint, and no signal is sent before
/// the process was found to be that account's own and the program that was expected.
struct DaemonProcess: Sendable, Equatable {
    let processID: Int32
    private let startTime: String

    /// The process that `pidFile` names, where it lives, belongs to `userID` and runs `program`; no link is followed
    /// below `trusted`, which only the caller may write.
    init?(pidFile: FilePath, below trusted: FilePath, program: String, userID: UInt32) {
        guard let bytes = try? HostFile.open(pidFile, below: trusted).tail(atMost: 32),
            let processID = Int32(
                String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)),
            processID > 1, let startTime = Self.startTime(of: processID),
            Self.owner(of: processID) == userID, Self.program(of: processID) == program
        else { return nil }
        self.processID = processID
        self.startTime = startTime
    }

    /// Whether the same process still lives.
    var isAlive: Bool {
        Self.startTime(of: processID) == startTime
    }

    /// Sends a signal, where the same process still lives.
    func signal(_ number: Int32) {
        guard isAlive else { return }
        _ = kill(processID, number)
    }

    /// The 22nd field of `/proc/PID/stat` (proc(5)); nil where there is no such process, or only its zombie.
    private static func startTime(of processID: Int32) -> String? {
        guard let text = HostFile.kernelText(FilePath("/proc/\(processID)/stat")),
            let afterName = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: afterName)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return String(fields[19])
    }

    private static func owner(of processID: Int32) -> UInt32? {
        var status = stat()
        return stat("/proc/\(processID)", &status) == 0 ? status.st_uid : nil
    }

    private static func program(of processID: Int32) -> String? {
        HostFile.kernelText(FilePath("/proc/\(processID)/comm"))?.trimmingCharacters(in: .newlines)
    }
}
