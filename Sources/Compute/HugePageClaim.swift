// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// Huge pages that an instance holds: how many of one size, and which of the host's NUMA nodes they come from.
public struct HugePageClaim: Sendable, Hashable {
    /// The size of a page, in KiB.
    public let kibibytes: Int
    /// How many there are.
    public let count: Int
    /// The host's nodes that they come from, ascending; empty: any.
    public let nodes: [Int]

    /// Pages of a size.
    public init(kibibytes: Int, count: Int, nodes: [Int] = []) {
        self.kibibytes = kibibytes
        self.count = count
        self.nodes = nodes
    }

    /// Far more than a host has, and far less than what would overflow when it is added up.
    private static let counts = 0...1 << 40

    /// The pages of a claim; nil for one of another kind, or in no form that is written here.
    public init?(_ claim: Claim) {
        let parts = claim.value.split(separator: ":")
        guard claim.kind == .hugePages, (3...4).contains(parts.count), let size = Int(parts[0]), size > 0,
            let count = Int(parts[1]), Self.counts.contains(count)
        else { return nil }
        let named = parts.count == 4 ? parts[3].split(separator: ",") : []
        let nodes = named.compactMap { Int($0) }
        guard nodes.count == named.count else { return nil }
        self.init(kibibytes: size, count: count, nodes: nodes)
    }

    /// The claim of an instance on them.
    public func claim(of id: InstanceID) -> Claim {
        let place = nodes.isEmpty ? "" : ":" + nodes.map(String.init).joined(separator: ",")
        return Claim(.hugePages, "\(kibibytes):\(count):\(id)\(place)")
    }
}
