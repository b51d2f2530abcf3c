// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
public import InstanceModel

/// What follows from three sights of a host, of the hypervisor, the database and the disk: pure, and without effects.
public struct ReconcilePlan: Sendable, Hashable {
    /// Domains that are to be put into the database again.
    public private(set) var recoverable: [Domain] = []
    /// What belongs to nothing.
    public private(set) var orphans: [Orphan] = []
    /// Files without a manifest.
    public private(set) var quarantined: [String] = []
    /// The instances that an operation works on: of them nothing is told.
    public let busy: Set<InstanceID>

    /// A domain that Roost made, as the hypervisor tells it.
    public struct Domain: Sendable, Hashable {
        /// The identity.
        public let id: InstanceID
        /// The name.
        public let name: String
        /// Whether its guest runs.
        public let isActive: Bool
        /// Whether its files are those of this state directory: another one may use the same hypervisor.
        public let isOwn: Bool
        /// The stored document.
        public let document: String
        /// The operation that made it.
        public let operationID: OperationID
        /// When it was made.
        public let createdAt: Date
        /// The volumes that it has.
        public let volumes: [VolumeName]

        /// A domain.
        public init(
            id: InstanceID, name: String, isActive: Bool, isOwn: Bool, document: String, operationID: OperationID,
            createdAt: Date, volumes: [VolumeName] = []
        ) {
            self.id = id
            self.name = name
            self.isActive = isActive
            self.isOwn = isOwn
            self.document = document
            self.operationID = operationID
            self.createdAt = createdAt
            self.volumes = volumes
        }
    }

    /// What the hypervisor tells.
    public struct Hypervisor: Sendable, Hashable {
        /// The domains that Roost made.
        public var domains: [Domain]
        /// Every domain's identity, also of those that others made, or that could not be read.
        public var present: Set<InstanceID>
        /// Those of them that have a guest's process.
        public var active: Set<InstanceID>

        /// What a hypervisor tells.
        public init(domains: [Domain], present: Set<InstanceID>, active: Set<InstanceID> = []) {
            self.domains = domains
            self.present = present
            self.active = active
        }
    }

    /// What the database tells.
    public struct Database: Sendable, Hashable {
        /// The records.
        public var records: [InstanceRecord]
        /// The instances that an operation is working on, or has left to be settled.
        public var busy: Set<InstanceID>
        /// The instances of which the history knows.
        public var remembered: Set<InstanceID>
        /// The operations that were undone.
        public var undone: Set<OperationID>

        /// What a database tells.
        public init(
            records: [InstanceRecord], busy: Set<InstanceID>, remembered: Set<InstanceID>,
            undone: Set<OperationID> = []
        ) {
            self.records = records
            self.busy = busy
            self.remembered = remembered
            self.undone = undone
        }
    }

    /// What lies on the disk and in the network.
    public struct Disk: Sendable, Hashable {
        /// The instances' directories.
        public var directories: [Directory]
        /// Tap devices, sockets, files among the locks, and processes, each with the instance that it was made for.
        public var things: [Thing]

        /// What lies on a disk.
        public init(directories: [Directory], things: [Thing]) {
            self.directories = directories
            self.things = things
        }
    }

    /// An instance's directory.
    public struct Directory: Sendable, Hashable {
        /// The instance.
        public let id: InstanceID
        /// The path.
        public let path: String
        /// When it was last changed.
        public let since: Date
        /// The names of the files in it that have no manifest and no place there.
        public let unknownFiles: [String]

        /// A directory.
        public init(id: InstanceID, path: String, since: Date, unknownFiles: [String]) {
            self.id = id
            self.path = path
            self.since = since
            self.unknownFiles = unknownFiles
        }
    }

    /// Something that was made for an instance.
    public struct Thing: Sendable, Hashable {
        /// What it is.
        public let kind: Orphan.Kind
        /// What it is called.
        public let name: String
        /// The instance in its tag.
        public let id: InstanceID
        /// Since when it is there, where that is known.
        public let since: Date?

        /// A thing.
        public init(kind: Orphan.Kind, name: String, id: InstanceID, since: Date?) {
            self.kind = kind
            self.name = name
            self.id = id
            self.since = since
        }
    }

    /// The plan. The database was seen before and after the others: see ``DatabaseSight``.
    public init(_ hypervisor: Hypervisor, _ database: Database, _ disk: Disk) {
        busy = database.busy
        let recorded = Set(database.records.map(\.id))
        let directories = Dictionary(disk.directories.map { ($0.id, $0) }) { first, _ in first }
        let alive = recorded.union(hypervisor.present).union(database.busy)

        for domain in hypervisor.domains where !recorded.contains(domain.id) && !database.busy.contains(domain.id) {
            let isUndone = domain.isOwn && database.undone.contains(domain.operationID)
            if domain.isOwn, !isUndone, directories[domain.id] != nil {
                recoverable.append(domain)
            } else {
                let obstacle =
                    !domain.isOwn
                    ? "its files are not in this state directory"
                    : domain.isActive ? "its guest runs: turn it off first" : nil
                orphans.append(
                    Orphan(
                        kind: .definition, name: domain.name, instanceID: domain.id, since: domain.createdAt,
                        obstacle: obstacle, isUndone: isUndone))
            }
        }
        for record in database.records where !hypervisor.present.contains(record.id) {
            guard !database.busy.contains(record.id) else { continue }
            orphans.append(
                Orphan(
                    kind: .record, name: record.name, instanceID: record.id, since: record.createdAt,
                    obstacle: Self.obstacle(of: directories[record.id])
                        ?? directories[record.id].map { _ in "its files are there: `roost delete` removes both" }))
        }
        for directory in disk.directories {
            quarantined += directory.unknownFiles.map { "\(directory.path)/\($0)" }
            guard !alive.contains(directory.id) else { continue }
            orphans.append(
                Orphan(
                    kind: .files, name: directory.path, instanceID: directory.id, since: directory.since,
                    obstacle: Self.obstacle(of: directory)))
        }
        for thing in disk.things {
            let isOrphan =
                switch thing.kind {
                case .lock: true
                case .process: !hypervisor.active.union(database.busy).contains(thing.id)
                default: !alive.contains(thing.id)
                }
            guard isOrphan else { continue }
            // A tap's tag tells the instance and not the state directory; all else lies within this one.
            let isForeign =
                thing.kind == .tap && !database.remembered.contains(thing.id) && directories[thing.id] == nil
            orphans.append(
                Orphan(
                    kind: thing.kind, name: thing.name, instanceID: thing.id, since: thing.since,
                    obstacle: isForeign ? "nothing tells that this state directory made it" : nil))
        }
    }

    private static func obstacle(of directory: Directory?) -> String? {
        guard let directory, !directory.unknownFiles.isEmpty else { return nil }
        return "its directory holds files without a manifest"
    }
}
