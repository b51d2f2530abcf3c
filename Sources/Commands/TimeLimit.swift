// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser

/// A time on the command line: a whole number of seconds, or with a unit of `ms`, `s`, `m` or `h`.
struct TimeLimit: ExpressibleByArgument, Sendable, Hashable {
    /// The time, from one millisecond to thirty days.
    let duration: Duration

    /// A time.
    init(_ duration: Duration) {
        self.duration = duration
    }

    /// Reads a time; nil for anything else, zero, and more than thirty days.
    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let milliseconds: [Substring: Int64] = ["": 1_000, "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000]
        guard let count = Int64(digits), let unit = milliseconds[argument.dropFirst(digits.count)] else { return nil }
        let (total, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, (1...2_592_000_000).contains(total) else { return nil }
        duration = .milliseconds(total)
    }

    /// The time as it is typed.
    var defaultValueDescription: String {
        "\(duration.components.seconds)s"
    }
}
