// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Foundation
import Glibc
import RoostKit
import TestSupport

/// One of the two processes: its tasks make the calls that their seeds choose, and write down what they are told.
struct ChaosWorker: Sendable {
    private let options: ChaosOptions
    private let place: ChaosOptions.Worker
    private let history: HistoryFile
    private let guests: any Guests
    private let close: @Sendable () async -> Void
    private let known = KnownGuests()

    /// How many milliseconds a task of many does nothing at most between two calls, so that calls find time to be made.
    private static let longestPause = 6_000
    private static let manyTasks = 100

    static let principal = Principal.localUser(id: geteuid())

    init(_ options: ChaosOptions, _ place: ChaosOptions.Worker) async throws {
        self.options = options
        self.place = place
        history = try HistoryFile(Self.historyPath(options, place))
        let state = try StateDirectory(FilePath(options.statePath))
        let driver = try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: state, connection: .privateDaemon,
                policy: SinglePrincipalPolicy(permitting: Self.principal)))
        let real = RealGuests(driver: driver)
        guests = options.mutant?.over(real, state: state, seed: options.seed) ?? real
        close = { await driver.close() }
    }

    static func historyPath(_ options: ChaosOptions, _ place: ChaosOptions.Worker) -> String {
        "\(options.historyPath)/process-\(place.number)-\(place.incarnation).jsonl"
    }

    /// Makes calls until the time is over, and all have been answered.
    func run() async {
        let listening = Task { await listen() }
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<options.tasks {
                group.addTask { await act(as: task) }
            }
        }
        listening.cancel()
        await close()
    }

    private func act(as task: Int) async {
        var random = SeededRandom(seed: options.seed, place.number, place.incarnation, task)
        let pause = Self.longestPause * options.tasks / Self.manyTasks
        let recorder = CallRecorder(guests: guests, history: history, known: known)
        while true {
            let choice = Choice(guests: options.guests, longestPause: pause, using: &random)
            try? await Task.sleep(for: choice.pause)
            guard monotonicTime() < place.until else { return }
            await recorder.make(choice)
        }
    }

    private func listen() async {
        while !Task.isCancelled {
            do {
                let context = OperationContext(principal: Self.principal, deadline: .now + .seconds(30))
                let events = try await guests.events(context: context)
                history.append(.listening(at: monotonicTime()))
                for try await event in events {
                    let now = monotonicTime()
                    if let id = event.id {
                        history.append(.heard(kind: event.kind.rawValue, id: id.description, at: now))
                    } else {
                        history.append(.gap(at: now))
                    }
                }
            } catch {
                try? await Task.sleep(for: .milliseconds(100))
            }
            history.append(.gap(at: monotonicTime()))
        }
    }
}

/// The identities of the guests as this process heard of them last.
final class KnownGuests: Sendable {
    private let ids = Guarded<[Int: String]>([:])

    subscript(guest: Int) -> String? { ids.withLock { $0[guest] } }

    func learn(_ seen: [Seen]) {
        ids.withLock { ids in
            for guest in seen { ids[guest.guest] = guest.id }
        }
    }
}
