// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
public import InstanceModel

/// Compares what the hypervisor, the database and the disk say, and mends what can be mended.
public protocol HostReconciliation: Sendable {
    /// Finds what belongs to nothing, brings instances back that the database lost, and removes orphans where asked;
    /// what was undone already (``Orphan/isUndone``) also where not.
    ///
    /// - Throws: `hostUnavailable` where the hypervisor cannot tell: nothing counts as gone then.
    func reconcile(_ mode: ReconcileMode, context: OperationContext) async throws(ComputeError) -> ReconcileReport
}

/// Whether orphans are removed.
public enum ReconcileMode: Sendable, Hashable {
    /// They are shown; only what was undone is removed.
    case show
    /// Those that this state directory owns are removed.
    case delete
}

/// What a comparison found and did.
public struct ReconcileReport: Sendable, Hashable {
    /// What belongs to nothing.
    public var orphans: [Orphan] = []
    /// The names of the instances that were put back into the database.
    public var recovered: [String] = []
    /// What did not come back with them, and what could not be put back, in sentences.
    public var notRecovered: [String] = []
    /// Instances whose definition is not what their document says.
    public var drifts: [Drift] = []
    /// Files among an instance's that have no manifest: they are never opened.
    public var quarantined: [String] = []
    /// What could not be looked at, and why.
    public var unseen: [String] = []

    /// An empty report.
    public init() {}
}

/// Something that belongs to no instance, or to one of which the rest is gone.
public struct Orphan: Sendable, Hashable {
    /// What it is.
    public let kind: Kind
    /// What it is called: an instance, a path, a device.
    public let name: String
    /// The instance that it was made for, its owner's tag; nil for what was made for none.
    public let instanceID: InstanceID?
    /// Since when it is there, where that is known.
    public let since: Date?
    /// Why it is not removed; nil where it may be.
    public let obstacle: String?
    /// Whether it came of a spawn only after that was undone: the hypervisor had the request still, from a process that
    /// was killed or had given up. Such a one is removed wherever it is seen.
    public let isUndone: Bool
    /// What became of it.
    public var fate: Fate

    /// The kinds; the raw value is stable.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A record without a domain.
        case record
        /// A domain that Roost made, without record and files.
        case definition
        /// An instance's directory without record and domain.
        case files
        /// A tap device without record and domain.
        case tap
        /// An agent's socket without record and domain.
        case socket
        /// A file among the locks that locks nothing.
        case lock
        /// A guest's process, by its number, of which the hypervisor knows nothing.
        case process
        /// A file of an image that a process which died was adding or deleting.
        case image
        /// A file of a volume that a process which died was making or deleting.
        case volume
    }

    /// What became of an orphan.
    public enum Fate: Sendable, Hashable {
        /// It was left as it is.
        case kept
        /// It is gone.
        case removed
        /// It could not be removed.
        case failed(String)
    }

    /// An orphan.
    public init(
        kind: Kind, name: String, instanceID: InstanceID?, since: Date?, obstacle: String? = nil,
        isUndone: Bool = false, fate: Fate = .kept
    ) {
        self.kind = kind
        self.name = name
        self.instanceID = instanceID
        self.since = since
        self.obstacle = obstacle
        self.isUndone = isUndone
        self.fate = fate
    }
}

/// How an instance's definition differs from its document.
public struct Drift: Sendable, Hashable {
    /// The instance.
    public let name: String
    /// The differences, a line each.
    public let differences: [String]

    /// A drift.
    public init(name: String, differences: [String]) {
        self.name = name
        self.differences = differences
    }
}
