// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Counts the C objects that are held, by kind, so that a leak shows.
public final class LiveHandles: Sendable {
    /// What is counted.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// `virConnectPtr`, until `virConnectClose` has returned.
        case connection
        /// `virDomainPtr`
        case domain
        /// `virStreamPtr`, until `virStreamFree` has returned.
        case stream
        /// Streams of events that somebody still holds.
        case subscription
    }

    /// The count that connections take part in unless they are given another.
    public static let shared = LiveHandles()

    private let counts = Guarded<[Kind: Int]>([:])

    /// A count of its own.
    public init() {}

    /// How many objects of a kind are held now.
    ///
    /// - Parameter kind: The kind.
    /// - Returns: The number.
    public func count(of kind: Kind) -> Int {
        counts.withLock { $0[kind, default: 0] }
    }

    /// How many objects are held now, of all kinds.
    public var total: Int {
        counts.withLock { $0.values.reduce(0, +) }
    }

    func add(_ kind: Kind) {
        counts.withLock { $0[kind, default: 0] += 1 }
    }

    func remove(_ kind: Kind) {
        counts.withLock { $0[kind, default: 0] -= 1 }
    }
}
