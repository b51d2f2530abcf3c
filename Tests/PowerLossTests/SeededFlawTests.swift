// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

/// The proof that a missing flush is found: the same record without it, as a program would leave that made none.
@Suite("A loss of power shows that")
struct SeededFlawTests {
    @Test("the log of the database is never flushed: synchronous OFF")
    func off() async throws {
        let history = try PowerRun.history(of: "operations")
        let files = history.files(named: "roost.db").union(history.files(named: "roost.db-wal"))
        let flawed = history.without { event, _ in event.isFlush(of: files) }
        #expect(try await finds(flawed, StateReading.database))
    }

    @Test("the log is flushed only before the database is written: synchronous NORMAL")
    func normal() async throws {
        let history = try PowerRun.history(of: "operations")
        let log = history.files(named: "roost.db-wal")
        let database = history.files(named: "roost.db")
        let flawed = history.without { event, position in
            let next = history.events[(position + 1)...].first { $0.changed != nil }?.changed
            return event.isFlush(of: log) && !(next.map(database.contains) ?? false)
        }
        #expect(try await finds(flawed, StateReading.database))
    }

    @Test("a draft is not flushed before it takes the file's name")
    func draft() async throws {
        let history = try PowerRun.history(of: "places")
        let drafts = history.files(named: "state.json.new")
        #expect(!drafts.isEmpty)
        #expect(try await finds(history.without { event, _ in event.isFlush(of: drafts) }, StateReading.place))
    }

    @Test("a new name is not flushed", arguments: ["places", "images", "instances"])
    func name(of work: String) async throws {
        let history = try PowerRun.history(of: work)
        let reading = ["places": StateReading.place, "images": StateReading.images][work] ?? StateReading.instances
        // The first event makes the state directory; all others that have a directory's number make files in it.
        let directories = Set(
            history.events.compactMap { event in
                if case .made(let file, isDirectory: true, in: _, name: _) = event { file } else { nil }
            })
        #expect(try await finds(history.without { event, _ in event.isFlush(of: directories) }, reading))
    }

    @Test("a file is written in its place, and flushed afterwards")
    func inPlace() async throws {
        #expect(try await finds(try PowerRun.history(of: "careless"), StateReading.bytes))
    }

    private func finds(_ history: DiskHistory, _ reading: @escaping LossCheck.Reading) async throws -> Bool {
        try await !LossCheck(history, read: reading).run(history.losses(), limit: 1).violations.isEmpty
    }
}

extension DiskEvent {
    fileprivate func isFlush(of files: Set<FileNumber>) -> Bool {
        if case .synced(let file) = self { files.contains(file) } else { false }
    }
}
