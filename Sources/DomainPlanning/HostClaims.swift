// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import InstanceModel

/// What of a host's processors and huge pages instances hold for themselves alone.
public struct HostClaims: Sendable, Hashable {
    /// The numbers of the processors that are held.
    public let cpus: Set<Int>
    /// How many huge pages are held, by their size in KiB.
    public let hugePages: [Int: Int]

    /// What these claims hold.
    public init(_ claims: some Sequence<Claim> = []) {
        cpus = Set(claims.filter { $0.kind == .cpu }.compactMap { Int($0.value) })
        let pages = claims.filter { $0.kind == .hugePages }.compactMap { claim -> (size: Int, count: Int)? in
            let parts = claim.value.split(separator: ":")
            guard parts.count == 3, let size = Int(parts[0]), let count = Int(parts[1]) else { return nil }
            return (size, count)
        }
        hugePages = Dictionary(pages.map { ($0.size, $0.count) }, uniquingKeysWith: +)
    }

    /// The claim of an instance's huge pages of a size in KiB.
    static func hugePages(_ count: Int, kibibytes: Int, of id: InstanceID) -> Claim {
        Claim(.hugePages, "\(kibibytes):\(count):\(id)")
    }
}
