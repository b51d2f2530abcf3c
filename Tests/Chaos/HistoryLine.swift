// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Foundation
import RoostKit

/// A line of a history: one JSON value, written at once and only ever appended.
enum HistoryLine: Codable, Sendable {
    /// A call is made.
    case asked(Asked)
    /// Its caller is answered.
    case answered(Answered)
    /// A listener hears all from now on.
    case listening(at: UInt64)
    /// It hears of something.
    case heard(kind: String, id: String, at: UInt64)
    /// It may have missed something.
    case gap(at: UInt64)
    /// Something was broken.
    case fault(FaultRecord)
    /// What became of a call that nobody was told of.
    case settled(Settled)

    struct Asked: Codable, Sendable {
        /// The request's identity, which the journal has too.
        let call: String
        /// The guest's number; nil for a list of all.
        let guest: Int?
        let request: GuestRequest
        let id: String?
        let at: UInt64
    }

    struct Answered: Codable, Sendable {
        let call: String
        let answer: GuestAnswer
        /// What was seen, or made.
        var seen: [Seen] = []
        /// When its steps began and ended.
        var worked: ClosedRange<UInt64>?
        /// What the error said.
        var error: String?
        let at: UInt64
    }

    struct Settled: Codable, Sendable {
        let call: String
        let answer: GuestAnswer
        let at: UInt64
    }
}

/// A guest as a caller saw it.
struct Seen: Codable, Sendable {
    let guest: Int
    let id: String
    let state: InstanceState
}

/// A file of a history.
final class HistoryFile: Sendable {
    private let descriptor: FileDescriptor
    private let encoder = Guarded(JSONEncoder())

    init(_ path: String) throws {
        descriptor = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .append], permissions: [.ownerReadWrite])
    }

    func append(_ line: HistoryLine) {
        encoder.withLock { encoder in
            do {
                _ = try descriptor.writeAll(encoder.encode(line) + [UInt8(ascii: "\n")])
            } catch {
                // A history with a hole would be judged wrongly.
                fatalError("the history cannot be written: \(error)")
            }
        }
    }
}

/// Reads a file of a history as it grows.
struct HistoryReader {
    private let path: String
    private var offset: UInt64 = 0

    init(_ path: String) {
        self.path = path
    }

    /// The whole lines that were added since the last time. A process that was killed may leave half a line at the end.
    mutating func news() throws -> [HistoryLine] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        try file.seek(toOffset: offset)
        let data = try file.readToEnd() ?? Data()
        guard let last = data.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let whole = data[...last]
        offset += UInt64(whole.count)
        return try whole.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(HistoryLine.self, from: $0)
        }
    }
}
