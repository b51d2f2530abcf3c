// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What is shared with the host is told apart by its name.
extension InstanceRules {
    /// Names of shares and channels that are there twice, and more of them than there may be.
    var shareProblems: [SpecProblem] {
        let shares = peripherals.shares
        let channels = peripherals.channels
        return tooMany("shares", shares.count, Peripherals.maximumShares)
            + Self.repeated(shares.map(\.tag), at: { "shares[\($0)].tag" }, "each share has its own tag")
            + tooMany("channels", channels.count, Peripherals.maximumChannels)
            + Self.repeated(channels, at: { "channels[\($0)]" }, "each channel has its own name")
    }

    /// The place in the document of what others than QEMU map the guest's memory for; nil where nothing does.
    static func memorySharer(_ peripherals: Peripherals, _ interfaces: [Interface?]) -> String? {
        guard peripherals.shares.isEmpty else { return "shares" }
        let index = interfaces.firstIndex { interface in
            if case .vhostUser? = interface?.network { true } else { false }
        }
        return index.map { "interfaces[\($0)].network.vhostuser" }
    }

    private static func repeated<Name: Hashable & CustomStringConvertible>(
        _ names: [Name], at path: (Int) -> String, _ rule: String
    ) -> [SpecProblem] {
        names.enumerated().compactMap { index, name in
            guard let first = names.firstIndex(of: name), first < index else { return nil }
            let violation = RuleViolation(
                value: name.description, rule: "\(rule), and `\(path(first))` is the same", remedy: "give another")
            return SpecProblem(path: path(index), violation: violation)
        }
    }
}
