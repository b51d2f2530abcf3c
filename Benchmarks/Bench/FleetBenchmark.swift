// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import InstanceModel
import Libvirt
import RoostKit

/// What a program that embeds the driver does with many small guests at once.
struct FleetBenchmark {
    private let driver: LibvirtDriver

    private static let principal = Principal.localUser(id: geteuid())

    private var context: OperationContext {
        OperationContext(principal: Self.principal, deadline: .now + .seconds(600))
    }

    /// What a line of standard input asks for.
    enum Request {
        /// Make so many guests.
        case make(Int)
        /// Ask for every guest's figures, all at once.
        case statistics
        /// Ask for all guests' states.
        case states
        /// Ask for every guest's figures while so many of them cannot answer.
        case statisticsWithout(Int)
        /// Turn so many guests off, and on again, all guests at once: twice as many operations.
        case operations(Int)
        /// Do nothing for so many seconds.
        case idle(Int)

        /// The request in words; nil where there is none of these words.
        init?(_ words: [String]) {
            switch (words.first, words.dropFirst().first.flatMap(Int.init)) {
            case ("make", let count?): self = .make(count)
            case ("statistics", nil): self = .statistics
            case ("states", nil): self = .states
            case ("statistics-without", let count?): self = .statisticsWithout(count)
            case ("operations", let count?): self = .operations(count)
            case ("idle", let seconds?): self = .idle(seconds)
            default: return nil
            }
        }
    }

    /// What one request came to.
    struct Answer: Encodable {
        /// The time from the request to the last answer, in microseconds.
        var total: Double?
        /// How many guests answered, or how many operations were made.
        var count: Int?
        /// Calls to libvirt, and times that threads of the library's went to sleep. Dispatch, on which Swift's tasks
        /// run, wakes up once a second by itself.
        var calls: Int?
        var wakeUps: Int?
        /// The memory that the process has.
        var residentMiB: Double?

        enum CodingKeys: String, CodingKey {
            case total = "total_us"
            case count, calls
            case wakeUps = "wake_ups"
            case residentMiB = "resident_mib"
        }
    }

    init(state: StateDirectory) async throws {
        driver = try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: state, connection: .privateDaemon,
                policy: SinglePrincipalPolicy(permitting: Self.principal)))
    }

    func answer(_ request: Request) async throws -> Answer {
        switch request {
        case .make(let count): try await make(count)
        case .statistics: try await statistics(without: 0)
        case .statisticsWithout(let count): try await statistics(without: count)
        case .states: try await states()
        case .operations(let count): try await operations(count)
        case .idle(let seconds): try await idle(seconds)
        }
    }

    /// Guests that have nothing to boot from: their firmware says so, and halts.
    private func make(_ count: Int) async throws -> Answer {
        for number in 1...count {
            let instance = try Instance(
                name: InstanceName("fleet-\(number)"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(32)),
                disks: [.blank(DiskSize(.mebibytes(1)))], interfaces: [Interface(network: .user(publish: []))],
                agent: false)
            _ = try await driver.spawn(instance, until: .running, context: context)
        }
        return Answer(count: count)
    }

    private func fleet() async throws -> [InstanceStatus] {
        try await driver.instances(context: context).filter { $0.name.hasPrefix("fleet-") }
    }

    /// Every guest is asked; the time is that of the last one that can answer.
    private func statistics(without silent: Int) async throws -> Answer {
        let ids = try await fleet().map(\.id)
        let start = ContinuousClock.now
        return await withTaskGroup(of: Bool.self) { group in
            for id in ids {
                group.addTask { (try? await driver.statistics(of: id, context: context)) != nil }
            }
            var answer = Answer(count: 0)
            for await isAnswered in group where isAnswered {
                answer.count = (answer.count ?? 0) + 1
                answer.total = (ContinuousClock.now - start).microseconds
                if answer.count == ids.count - silent { group.cancelAll() }
            }
            return answer
        }
    }

    private func states() async throws -> Answer {
        let start = ContinuousClock.now
        let found = try await driver.states(context: context)
        let total = ContinuousClock.now - start
        return Answer(total: total.microseconds, count: found.count)
    }

    private func operations(_ count: Int) async throws -> Answer {
        let ids = try await fleet().prefix(count).map(\.id)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask {
                    try await driver.stop(id, policy: .force, context: context)
                    try await driver.start(id, context: context)
                }
            }
            try await group.waitForAll()
        }
        return Answer(total: (ContinuousClock.now - start).microseconds, count: 2 * ids.count)
    }

    /// A program that follows events and has nothing else to do.
    private func idle(_ seconds: Int) async throws -> Answer {
        let events = try await driver.events(context: context)
        let listener = Task { for try await _ in events {} }
        defer { listener.cancel() }
        _ = try await fleet()
        // Threads that waited for more work end first.
        try await Task.sleep(for: .seconds(10))
        let (calls, wakeUps) = (Self.calls, try Self.wakeUps())
        try await Task.sleep(for: .seconds(seconds))
        return Answer(
            calls: Self.calls - calls, wakeUps: try Self.wakeUps() - wakeUps,
            residentMiB: try Self.figure("VmRSS", of: "/proc/self/status") / 1_024)
    }

    private static var calls: Int { CallThreads.shared.meter.figures.values.reduce(0) { $0 + $1.made } }

    private static func wakeUps() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").reduce(0) { sum, thread in
            let directory = "/proc/self/task/\(thread)"
            // A thread may end meanwhile.
            guard let name = try? String(contentsOfFile: directory + "/comm", encoding: .utf8),
                name.hasPrefix("libvirt-"),
                let count = try? figure("voluntary_ctxt_switches", of: directory + "/status")
            else { return sum }
            return sum + Int(count)
        }
    }

    private static func figure(_ name: String, of file: String) throws -> Double {
        let line = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").first { line in
            line.hasPrefix(name + ":")
        }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0
    }
}
