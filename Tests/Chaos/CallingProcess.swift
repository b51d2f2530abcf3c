// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc

/// One of the two processes that make calls, started again and again as it is killed.
actor CallingProcess {
    private let options: ChaosOptions
    private let settlement: Settlement
    private var place: ChaosOptions.Worker
    private var process: Process?

    init(_ options: ChaosOptions, number: Int, until: UInt64, settlement: Settlement) {
        self.options = options
        self.settlement = settlement
        place = ChaosOptions.Worker(number: number, until: until)
    }

    private var path: String { ChaosWorker.historyPath(options, place) }

    func start() throws {
        let process = Process()
        process.executableURL = URL(
            filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        process.arguments = options.arguments(for: place)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process = process
    }

    /// Kills it, as `kill -9` does, and starts another one.
    func kill() async throws {
        guard let process, process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        await wait(for: process)
        try await settlement.end(of: path)
        place.incarnation += 1
        try start()
    }

    /// Kills it for good.
    func end() async throws {
        guard let process, process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        await wait(for: process)
        try await settlement.end(of: path)
    }

    /// Reads what it wrote down.
    func follow() async throws {
        try await settlement.follow(path)
    }

    /// How it ended by itself; nil where it has not.
    func status() -> Int32? {
        guard let process, !process.isRunning else { return nil }
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    private func wait(for process: Process) async {
        while process.isRunning { try? await Task.sleep(for: .milliseconds(2)) }
    }
}
