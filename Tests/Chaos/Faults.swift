// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import TestSupport

/// What is broken on purpose while calls are made; the raw value is that of the history.
enum Fault: String, Codable, Sendable, CaseIterable {
    case processKilled = "process_killed"
    case daemonKilled = "daemon_killed"
    case daemonStopped = "daemon_stopped"
    case guestKilled = "guest_killed"
    case guestStopped = "guest_stopped"
}

/// A fault as it happened.
struct FaultRecord: Codable, Sendable {
    let fault: Fault
    /// The guest whose hypervisor it was.
    var guest: Int?
    let begin: UInt64
    let end: UInt64
}

/// A fault that a seed chose.
struct FaultChoice: Sendable {
    let fault: Fault
    /// Which of the two processes, or which of the guests that run then.
    let which: Int
    /// How long something is stopped.
    let duration: Duration
    /// How long all is left alone before.
    let pause: Duration

    init(using random: inout SeededRandom) {
        fault = random.pick([
            (1, .processKilled), (1, .daemonKilled), (2, .daemonStopped), (4, .guestKilled), (4, .guestStopped),
        ])
        which = Int.random(in: 0..<1_000, using: &random)
        let short = Int.random(in: 100...2_000, using: &random)
        let long = Int.random(in: 3_000...12_000, using: &random)
        duration = .milliseconds(random.pick([(9, short), (1, long)]))
        pause = .milliseconds(Int.random(in: 500...3_000, using: &random))
    }
}

/// Breaks the daemon and the guests of a state directory.
struct FaultMaker: Sendable {
    let processes: StateProcesses
    let history: HistoryFile

    /// Kills or stops what was chosen; nothing, where nothing of it runs.
    func make(_ choice: FaultChoice) async {
        switch choice.fault {
        case .processKilled: return
        case .daemonKilled:
            guard let daemon = processes.daemon() else { return }
            await breakIt(daemon, choice, nil)
        case .daemonStopped:
            guard let daemon = processes.daemon() else { return }
            await breakIt(daemon, choice, nil)
        case .guestKilled, .guestStopped:
            let running = processes.hypervisors().sorted { $0.guest < $1.guest }
            guard !running.isEmpty else { return }
            let hit = running[choice.which % running.count]
            await breakIt(hit.process, choice, hit.guest)
        }
    }

    private func breakIt(_ process: Int32, _ choice: FaultChoice, _ guest: Int?) async {
        let begin = monotonicTime()
        if choice.fault == .daemonKilled || choice.fault == .guestKilled {
            kill(process, SIGKILL)
            while !processes.isGone(process) { try? await Task.sleep(for: .milliseconds(2)) }
        } else {
            kill(process, SIGSTOP)
            try? await Task.sleep(for: choice.duration)
            kill(process, SIGCONT)
        }
        history.append(
            .fault(FaultRecord(fault: choice.fault, guest: guest, begin: begin, end: monotonicTime())))
    }
}
