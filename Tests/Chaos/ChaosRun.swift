// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ComputeTestKit
import Foundation
import Glibc
import RoostKit
import TestSupport

/// A whole run: starts the two processes, breaks things while they make calls, and judges what came of it.
struct ChaosRun: Sendable {
    private let options: ChaosOptions
    private let state: StateDirectory
    private let driver: LibvirtDriver
    private let history: HistoryFile
    private let settlement: Settlement

    /// How long after the last call was made all must have been answered.
    private static let patience: Duration = .seconds(120)

    init(_ options: ChaosOptions) async throws {
        self.options = options
        for path in [options.directory, options.historyPath] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        // The guests' account passes through.
        chmod(options.directory, 0o711)
        state = try StateDirectory(FilePath(options.statePath))
        driver = try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: state, connection: .privateDaemon,
                policy: SinglePrincipalPolicy(permitting: ChaosWorker.principal), daemonIdleSeconds: 5))
        history = try HistoryFile(options.historyPath + "/supervisor.jsonl")
        settlement = Settlement(state: state, history: history)
    }

    private var context: OperationContext {
        OperationContext(principal: ChaosWorker.principal, deadline: .now + Self.patience)
    }

    /// Makes the run; gives what was found. Whatever that is, nothing of it runs on.
    func run() async throws -> [String] {
        defer { StateProcesses(state: state).endAll() }
        try await prepare()
        let until = monotonicTime() + UInt64(options.seconds) * 1_000_000_000
        let processes = (0..<2).map {
            CallingProcess(options, number: $0, until: until, settlement: settlement)
        }
        for process in processes { try await process.start() }
        var findings: [String] = []
        let looking = Task { try await look(after: processes) }
        let losing = options.mutant == .lockRemoved ? Task { await loseLocks() } : nil
        try await breakThings(processes, until: until)
        losing?.cancel()
        findings += try await end(of: processes)
        looking.cancel()
        findings += try await conclude()
        let recorded = try RecordedHistory(directory: options.historyPath)
        let judgement = Judgement(recorded, guests: options.guests)
        report(recorded, judgement)
        return findings + judgement.findings + (options.mutant == nil ? missing(recorded) : [])
    }

    /// Stores the guests' image.
    private func prepare() async throws {
        let disk = options.directory + "/boot.img"
        try BootSector.write(to: disk)
        let name = try ImageName(RealGuests.image)
        if try await driver.images(context: context).contains(where: { $0.name == name }) { return }
        _ = try await driver.addImage(name, fromFile: disk, format: .raw, kind: .disk, context: context)
    }

    private func breakThings(_ processes: [CallingProcess], until: UInt64) async throws {
        var random = SeededRandom(seed: options.seed, -1)
        let maker = FaultMaker(processes: StateProcesses(state: state), history: history)
        try await withThrowingTaskGroup(of: Void.self) { group in
            while true {
                let choice = FaultChoice(using: &random)
                try await Task.sleep(for: choice.pause)
                let begin = monotonicTime()
                guard begin < until else { break }
                if choice.fault == .processKilled {
                    try await processes[choice.which % processes.count].kill()
                    history.append(
                        .fault(FaultRecord(fault: .processKilled, guest: nil, begin: begin, end: monotonicTime())))
                } else {
                    group.addTask { await maker.make(choice) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Removes the table of locks under those who hold them.
    private func loseLocks() async {
        while !Task.isCancelled {
            try? FileManager.default.removeItem(atPath: state.lockTable.string)
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func look(after processes: [CallingProcess]) async throws {
        while !Task.isCancelled {
            for process in processes { try await process.follow() }
            try await settlement.settle()
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    /// Waits until the processes have ended; every call must be answered in time.
    private func end(of processes: [CallingProcess]) async throws -> [String] {
        var findings: [String] = []
        let limit = ContinuousClock.now + Self.patience
        for (number, process) in processes.enumerated() {
            while await process.status() == nil, ContinuousClock.now < limit {
                try await Task.sleep(for: .milliseconds(50))
            }
            switch await process.status() {
            case 0: break
            case nil:
                try await process.follow()
                findings.append("process \(number): \(await settlement.unanswered) calls were never answered")
                try await process.end()
            case let status?: findings.append("process \(number) ended with \(status)")
            }
            try await process.follow()
        }
        return findings
    }

    /// Compares what is left, looks at each guest once more, and takes all down.
    private func conclude() async throws -> [String] {
        let final = FinalState(state: state, driver: driver)
        var findings = try await final.findings(context)
        try await settlement.settle()
        let asked = HistoryLine.Asked(
            call: UUID().uuidString, guest: nil, request: .look, id: nil, at: monotonicTime())
        history.append(.asked(asked))
        let seen = try await driver.instances(context: context).compactMap(Seen.init)
        history.append(
            .answered(HistoryLine.Answered(call: asked.call, answer: .done, seen: seen, at: monotonicTime())))
        if options.mutant == nil { findings += try await final.leftovers(context) }
        await driver.close()
        return findings
    }

    private func report(_ recorded: RecordedHistory, _ judgement: Judgement) {
        print("\(recorded.counts.total) calls")
        for line in recorded.counts.lines { print(line) }
        let faults = Dictionary(grouping: recorded.faults, by: \.fault)
        for fault in Fault.allCases { print("  \(fault.rawValue): \(faults[fault]?.count ?? 0)") }
        print("\(recorded.spans.count) operations apart from each other, \(judgement.expectedEvents) events awaited")
    }

    /// A run that did little shows little.
    private func missing(_ recorded: RecordedHistory) -> [String] {
        guard options.seconds >= 60 else { return [] }
        let broken = Set(recorded.faults.map(\.fault))
        return recorded.counts.neverDone.map { "no \($0) succeeded" }
            + Fault.allCases.filter { !broken.contains($0) }.map { "never happened: \($0.rawValue)" }
    }
}
