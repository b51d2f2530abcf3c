// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

/// The power may fail after any call to the kernel; the disk then holds what was flushed, and any part of the rest.
@Suite("After a loss of power")
struct PowerLossTests {
    @Test("the journal opens, is whole, and has each write that was reported, and none that was not begun")
    func operations() async throws {
        let history = try PowerRun.history(of: "operations")
        let outcome = try await LossCheck(history, read: StateReading.database).run(history.losses())
        #expect(outcome.violations.map(\.description) == [])
        // Three spawns, of which one is undone, two deletions, two of power: each write whole and torn.
        #expect((1_000...4_000).contains(outcome.states), "\(outcome.states)")
    }

    @Test("so it is in the middle of work, while SQLite empties its log and begins it anew")
    func checkpoint() async throws {
        let history = try PowerRun.history(of: "checkpoint")
        let database = history.files(named: "roost.db")
        let writes = history.events.indices.filter { position in
            if case .wrote(let file, at: _, _) = history.events[position] {
                database.contains(file) && history.reported.count(upTo: position) > 2
            } else {
                false
            }
        }
        let (first, last) = (try #require(writes.first), try #require(writes.last))
        // The log is begun anew by the first write after it was emptied.
        let losses = history.losses(after: first - 20..<min(last + 60, history.events.count))
        let outcome = try await LossCheck(history, read: StateReading.database).run(losses)
        #expect(outcome.violations.map(\.description) == [])
        #expect((500...4_000).contains(outcome.states), "\(outcome.states)")
    }

    @Test("the record of the directory's place and connection is the old one or the new one")
    func places() async throws {
        let history = try PowerRun.history(of: "places")
        let outcome = try await LossCheck(history, read: StateReading.place).run(history.losses())
        #expect(outcome.violations.map(\.description) == [])
        #expect((20...500).contains(outcome.states), "\(outcome.states)")
    }

    @Test("an image is there with its whole file, or not at all")
    func images() async throws {
        let history = try PowerRun.history(of: "images")
        let outcome = try await LossCheck(history, read: StateReading.images).run(history.losses())
        #expect(outcome.violations.map(\.description) == [])
        #expect((20...500).contains(outcome.states), "\(outcome.states)")
    }

    @Test("an instance's directory and what it boots from are known, or not there")
    func instances() async throws {
        let history = try PowerRun.history(of: "instances")
        let outcome = try await LossCheck(history, read: StateReading.instances).run(history.losses())
        #expect(outcome.violations.map(\.description) == [])
        #expect((20...500).contains(outcome.states), "\(outcome.states)")
    }
}
