// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import SystemPackage
import Testing

/// A process of this host, as `/proc` shows it.
struct HostProcess: Hashable, CustomStringConvertible {
    let id: Int32

    /// The processes that run `program` for a lab: its state directory is in their environment or arguments.
    static func running(_ program: String, for lab: Lab) throws -> [HostProcess] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.sorted()
            .map { HostProcess(id: $0) }
            .filter { process in
                process.file("comm").hasPrefix(program.prefix(15))
                    && ["environ", "cmdline"].contains { process.file($0).contains("\(lab.state.path)/") }
            }
    }

    /// A field of its status, by words.
    func status(_ field: String) -> [String] {
        let line = file("status").split(separator: "\n").first { $0.hasPrefix("\(field):") }
        return line?.dropFirst(field.count + 1).split(whereSeparator: \.isWhitespace).map(String.init) ?? []
    }

    /// Whether it is the QEMU of the guest with this name.
    func runsGuest(_ name: String) -> Bool {
        file("cmdline").contains("guest=\(name),")
    }

    /// Sends a signal.
    func signal(_ number: Int32) {
        kill(id, number)
    }

    /// Kills it, as `kill -9` does, and waits until it is gone.
    func end() async throws {
        signal(SIGKILL)
        try await waitUntilGone()
    }

    /// Waits until it is gone, or only waits to be reaped.
    func waitUntilGone() async throws {
        let limit = ContinuousClock.now + Lab.patience
        while let state = status("State").first, state != "Z" {
            try #require(ContinuousClock.now < limit, "process \(id) stays")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    var description: String { "process \(id)" }

    private func file(_ name: String) -> String {
        guard let data = FileManager.default.contents(atPath: "/proc/\(id)/\(name)") else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}

extension Lab {
    /// The lab's private daemon; fails the test where there is not exactly one.
    func daemon() throws -> HostProcess {
        let found = try HostProcess.running("libvirtd", for: self)
        try #require(found.count == 1, "\(found)")
        return found[0]
    }

    /// Ends the private daemon, where one runs.
    func endDaemon() async throws {
        for process in try HostProcess.running("libvirtd", for: self) { try await process.end() }
    }
}
