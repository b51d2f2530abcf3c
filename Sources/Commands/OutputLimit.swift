// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// A number of bytes on the command line: a whole number, or with a unit, such as `64KiB`.
struct OutputLimit: ExpressibleByArgument, Sendable, Hashable {
    /// The number of bytes, at most ``GuestProgram/maximumOutput``.
    let bytes: Int

    /// The most that can be kept.
    static let maximum = OutputLimit(bytes: GuestProgram.maximumOutput)

    private init(bytes: Int) {
        self.bytes = bytes
    }

    /// Reads a limit; nil for anything else and for more than can be kept.
    init?(argument: String) {
        let count = Int(argument) ?? (try? ByteCount(parsing: argument)).flatMap { Int(exactly: $0.bytes) }
        guard let count, (0...GuestProgram.maximumOutput).contains(count) else { return nil }
        bytes = count
    }

    /// The limit as it is typed.
    var defaultValueDescription: String {
        ByteCount(bytes: UInt64(bytes)).description
    }
}
