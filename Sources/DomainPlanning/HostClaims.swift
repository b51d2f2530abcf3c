// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute

/// What of a host's processors instances hold for themselves alone.
public struct HostClaims: Sendable, Hashable {
    /// The numbers of the processors that are held.
    public let cpus: Set<Int>

    /// What these claims hold.
    public init(_ claims: some Sequence<Claim> = []) {
        cpus = Set(claims.filter { $0.kind == .cpu }.compactMap { Int($0.value) })
    }
}
