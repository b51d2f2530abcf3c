// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// Holds what can be read after a loss of power against what had been reported by then.
///
/// Changes are made one after another, and each is there in full or not at all. So what is read must be what was there
/// after one of them: not before the last that was reported, and not after the last that was begun.
final class LossCheck {
    /// Reads what the state directory at this path holds, as text to compare; throws where it is damaged.
    typealias Reading = (String) async throws -> String

    private let history: DiskHistory
    private let read: Reading
    /// What is read after so many reported changes, and nothing lost.
    private var wholes: [Int: String] = [:]

    init(_ history: DiskHistory, read: @escaping Reading) {
        self.history = history
        self.read = read
    }

    /// What was read of a disk, and why that cannot be.
    struct Violation: CustomStringConvertible {
        let loss: PowerLoss
        let reason: String

        var description: String {
            "after events \(loss.window), \(loss.content): \(reason)"
        }
    }

    /// What the check found.
    struct Outcome {
        /// How many contents of the disk were read.
        var states = 0
        /// The first things that were wrong.
        var violations: [Violation] = []
    }

    /// Reads each disk that one of `losses` leaves, until `limit` were wrong.
    func run(_ losses: [PowerLoss], limit: Int = 3) async throws -> Outcome {
        var outcome = Outcome()
        for loss in losses {
            outcome.states += 1
            if let reason = try await fault(of: loss) {
                outcome.violations.append(Violation(loss: loss, reason: reason))
                if outcome.violations.count == limit { break }
            }
        }
        return outcome
    }

    private func fault(of loss: PowerLoss) async throws -> String? {
        let found: String
        do {
            found = try await reading(of: loss.content, flushedBefore: loss.window.lowerBound)
        } catch {
            return "it cannot be read: \(error)"
        }
        for moment in [loss.window.lowerBound, loss.window.upperBound] {
            let least = history.reported.count(upTo: moment)
            let most = history.begun.count(upTo: moment)
            var permitted: [String] = []
            for changes in least...most { permitted.append(try await whole(after: changes)) }
            guard permitted.contains(found) else {
                return "\(least) changes were reported and \(most) begun; there is\n\(found)\nand not one of\n"
                    + permitted.joined(separator: "\nor\n")
            }
        }
        return nil
    }

    private func whole(after changes: Int) async throws -> String {
        if let known = wholes[changes] { return known }
        let position = changes == 0 ? 0 : history.reported[changes - 1]
        let found = try await reading(of: history.whole(upTo: position), flushedBefore: 0)
        wholes[changes] = found
        return found
    }

    /// Files in memory are read and written fastest, and nothing of them is to be kept.
    private func reading(of content: DiskContent, flushedBefore position: Int) async throws -> String {
        let disk = "/dev/shm/rp-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        try FileManager.default.createDirectory(
            atPath: disk, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: disk) }
        try history.make(content, at: disk, flushedBefore: position)
        return try await read(disk + "/s")
    }
}
