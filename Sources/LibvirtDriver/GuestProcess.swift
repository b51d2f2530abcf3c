// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import HostFiles
import InstanceModel
import SystemPackage

/// A QEMU of this host, by what its arguments say of its guest: libvirt may have forgotten it.
struct GuestProcess: Sendable, Hashable {
    /// The process.
    let processID: Int32
    /// Its guest.
    let instanceID: InstanceID
    /// When it began, in ticks since the host was booted: another process of its number began at another time.
    private let start: UInt64
    /// Its arguments, each ended by a zero byte.
    private let arguments: String

    /// Those that run now.
    static func all() -> [GuestProcess] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(Int32.init).sorted().compactMap(GuestProcess.init)
    }

    /// nil where the process is no QEMU that runs.
    init?(_ processID: Int32) {
        let directory = FilePath("/proc/\(processID)")
        guard HostFile.kernelText(directory.appending("comm"))?.hasPrefix("qemu-") == true,
            let start = Self.start(of: processID),
            let arguments = HostFile.kernelText(directory.appending("cmdline"), atMost: 4 << 20)
        else { return nil }
        let words = arguments.split(separator: "\0")
        guard let place = words.firstIndex(of: "-uuid"), words.indices.contains(place + 1),
            let instanceID = InstanceID(String(words[place + 1]).lowercased())
        else { return nil }
        self.processID = processID
        self.instanceID = instanceID
        self.start = start
        self.arguments = arguments
    }

    /// Whether its arguments name something below a directory of this process's: of the same path in another container
    /// there is another directory.
    func uses(_ directory: FilePath) -> Bool {
        guard Self.names(directory, in: arguments), let own = Self.identity(of: directory) else { return false }
        return Self.identity(of: FilePath("/proc/\(processID)/root\(directory)")) == own
    }

    /// Whether a path below a directory begins anywhere in a text: `/srv/state/x` is not below `/state`.
    static func names(_ directory: FilePath, in text: String) -> Bool {
        text.ranges(of: "\(directory)/").contains { range in
            guard range.lowerBound > text.startIndex else { return true }
            return "\0=:,\"' ".contains(text[text.index(before: range.lowerBound)])
        }
    }

    /// What tells a directory from all others; nil where it cannot be looked at.
    private static func identity(of directory: FilePath) -> [UInt64]? {
        var status = stat()
        guard fstatat(AT_FDCWD, directory.string, &status, 0) == 0 else { return nil }
        return [UInt64(status.st_dev), UInt64(status.st_ino)]
    }

    /// Whether the same process still lives: one that only waits to be reaped has let go of all that it had.
    var isAlive: Bool { Self.start(of: processID) == start }

    /// When it began, by the host's clock of today.
    var since: Date? {
        guard let uptime = HostFile.kernelText("/proc/uptime")?.split(separator: " ").first.flatMap({ Double($0) })
        else { return nil }
        return Date(timeIntervalSinceNow: Double(start) / Double(sysconf(Int32(_SC_CLK_TCK))) - uptime)
    }

    /// Sends a signal, where the same process still lives.
    func signal(_ number: Int32) {
        guard isAlive else { return }
        kill(processID, number)
    }

    /// Waits for its end; gives whether it came in time.
    func awaitEnd(until deadline: ContinuousClock.Instant) async throws(ComputeError) -> Bool {
        while isAlive {
            guard ContinuousClock.now < deadline else { return false }
            try await LibvirtDriver.pause(for: .milliseconds(10), subject: "process \(processID)")
        }
        return true
    }

    /// The 22nd field of `/proc/PID/stat` (proc(5)); nil where there is no such process, or only its zombie.
    private static func start(of processID: Int32) -> UInt64? {
        guard let text = HostFile.kernelText(FilePath("/proc/\(processID)/stat")),
            let afterName = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: afterName)...].split(separator: " ")
        guard fields.count > 19, !["Z", "X"].contains(fields[0]) else { return nil }
        return UInt64(fields[19])
    }
}
