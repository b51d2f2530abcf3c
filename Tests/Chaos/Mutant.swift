// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Foundation
import RoostKit
import TestSupport

/// A flaw that is put in on purpose, and must be found.
enum Mutant: String, CaseIterable, Sendable {
    /// Locks that processes hold are lost again and again: the table of locks is removed under them.
    case lockRemoved = "lock-removed"
    /// A spawn that was put back leaves the instance's files.
    case undoSkipped = "undo-skipped"
    /// A listener does not hear of something, and of no gap.
    case eventDropped = "event-dropped"
    /// A caller is told that something was done that nobody did.
    case replyInvented = "reply-invented"

    /// The calls with the flaw in them.
    func over(_ guests: any Guests, state: StateDirectory, seed: UInt64) -> any Guests {
        switch self {
        case .lockRemoved: guests
        case .undoSkipped: UndoSkipping(base: guests, state: state)
        case .eventDropped: EventDropping(base: guests)
        case .replyInvented: ReplyInventing(base: guests, random: SeededNumbers(seed: seed))
        }
    }
}

/// Random numbers that tasks take in turns.
final class SeededNumbers: Sendable {
    private let random: Guarded<SeededRandom>

    init(seed: UInt64) {
        random = Guarded(SeededRandom(seed: seed))
    }

    func oneIn(_ count: Int) -> Bool {
        random.withLock { Int.random(in: 0..<count, using: &$0) == 0 }
    }
}

/// Hands all calls on; what a mutant changes it does itself.
protocol GuestsInBetween: Guests {
    var base: any Guests { get }
}

extension GuestsInBetween {
    func perform(
        _ request: GuestRequest, on guest: Int, _ id: InstanceID?, context: OperationContext
    ) async throws(ComputeError) -> Seen? {
        try await base.perform(request, on: guest, id, context: context)
    }

    func figures(of guest: Int, _ id: InstanceID, context: OperationContext) async throws(ComputeError) -> Seen {
        try await base.figures(of: guest, id, context: context)
    }

    func list(context: OperationContext) async throws(ComputeError) -> [Seen] {
        try await base.list(context: context)
    }

    func events(context: OperationContext) async throws(ComputeError) -> InstanceEvents {
        try await base.events(context: context)
    }
}

private struct ReplyInventing: GuestsInBetween {
    let base: any Guests
    let random: SeededNumbers

    func perform(
        _ request: GuestRequest, on guest: Int, _ id: InstanceID?, context: OperationContext
    ) async throws(ComputeError) -> Seen? {
        if [.stop, .start, .pause, .resume, .delete].contains(request), random.oneIn(10) { return nil }
        return try await base.perform(request, on: guest, id, context: context)
    }
}

private struct EventDropping: GuestsInBetween {
    let base: any Guests

    func events(context: OperationContext) async throws(ComputeError) -> InstanceEvents {
        let events = try await base.events(context: context)
        return InstanceEvents { continuation in
            let forwarding = Task {
                var count = 0
                do {
                    for try await event in events {
                        count += 1
                        if event.kind == .gap || !count.isMultiple(of: 3) { continuation.yield(event) }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in forwarding.cancel() }
        }
    }
}

/// Keeps what a spawn made, and puts it back after the spawn was undone.
private struct UndoSkipping: GuestsInBetween {
    let base: any Guests
    let state: StateDirectory

    func perform(
        _ request: GuestRequest, on guest: Int, _ id: InstanceID?, context: OperationContext
    ) async throws(ComputeError) -> Seen? {
        guard request == .spawn else { return try await base.perform(request, on: guest, id, context: context) }
        let made = Guarded<InstanceID?>(nil)
        var watched = context
        watched.progress = { event in
            context.progress(event)
            guard event.step == "disk-0", event.phase == .ended else { return }
            made.withLock { $0 = keep(guest) }
        }
        do throws(ComputeError) {
            return try await base.perform(request, on: guest, id, context: watched)
        } catch {
            if error.outcome == .didNotHappen, let made = made.withLock({ $0 }) {
                try? FileManager.default.moveItem(atPath: kept(made), toPath: state.directory(of: made).string)
            }
            throw error
        }
    }

    private func keep(_ guest: Int) -> InstanceID? {
        guard let record = try? Journal.openForReading(state)?.instance(named: RealGuests.name(of: guest)) else {
            return nil
        }
        try? FileManager.default.copyItem(atPath: state.directory(of: record.id).string, toPath: kept(record.id))
        return record.id
    }

    private func kept(_ id: InstanceID) -> String {
        "\(state.path).kept-\(id)"
    }
}
