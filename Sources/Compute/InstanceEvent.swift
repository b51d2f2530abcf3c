// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
public import InstanceModel

/// Something that happened to an instance, or to the stream of events itself.
public struct InstanceEvent: Sendable, Hashable {
    /// What happened.
    public let kind: Kind
    /// The instance; nil for ``Kind/gap``.
    public let id: InstanceID?
    /// The instance's name; nil for ``Kind/gap``.
    public let name: String?
    /// What more is known, by stable names, such as `reason` or `device`. What a guest says of itself can be in it.
    public let details: [String: String]
    /// When it was heard of.
    public let time: Date

    /// An event.
    public init(_ kind: Kind, id: InstanceID?, name: String?, details: [String: String] = [:], time: Date) {
        self.kind = kind
        self.id = id
        self.name = name
        self.details = details
        self.time = time
    }

    /// Whether the instance is gone. A domain that is renamed is undefined under its old name, and goes on.
    public var isDeletion: Bool { kind == .undefined && details["reason"] != "renamed" }

    /// Events that were missed.
    public static func gap(at time: Date, because reason: GapReason? = nil) -> InstanceEvent {
        InstanceEvent(
            .gap, id: nil, name: nil, details: reason.map { ["reason": $0.rawValue] } ?? [:], time: time)
    }

    /// Why events were missed, where that is known; nil for any other kind, too.
    public var gapReason: GapReason? { kind == .gap ? details["reason"].flatMap(GapReason.init) : nil }

    /// Why events were missed; the raw value is stable.
    public enum GapReason: String, Sendable, Hashable, CaseIterable {
        /// The connection was lost, and is there again.
        case reconnected
        /// They came faster than they were taken.
        case overflow
        /// It could not be told whose they were.
        case unknownOwner = "unknown_owner"
    }

    /// The kinds of events; open, so that a later version may add kinds.
    public struct Kind: RawRepresentable, Sendable, Hashable, CaseIterable {
        /// The stable name, used in JSON.
        public let rawValue: String
        /// A kind by its stable name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// It was defined, or its definition changed: `reason`.
        public static let defined = Kind(rawValue: "defined")
        /// Its definition is gone: `reason`.
        public static let undefined = Kind(rawValue: "undefined")
        /// It started: `reason`.
        public static let started = Kind(rawValue: "started")
        /// Its processors were halted: `reason`.
        public static let paused = Kind(rawValue: "paused")
        /// Its processors go on: `reason`. Libvirt tells it before ``started``, too.
        public static let resumed = Kind(rawValue: "resumed")
        /// Its guest shut down, ``stopped`` follows: `reason`.
        public static let shutdown = Kind(rawValue: "shutdown")
        /// It is off: `reason`.
        public static let stopped = Kind(rawValue: "stopped")
        /// Its guest put itself to sleep: `reason`.
        public static let suspended = Kind(rawValue: "suspended")
        /// Its guest crashed: `reason`.
        public static let crashed = Kind(rawValue: "crashed")
        /// Its guest rebooted, or it was reset. One reboot may bring several.
        public static let rebooted = Kind(rawValue: "rebooted")
        /// A device is there now: `device`.
        public static let deviceAdded = Kind(rawValue: "device_added")
        /// The guest gave a device up: `device`.
        public static let deviceRemoved = Kind(rawValue: "device_removed")
        /// The guest refused to give a device up: `device`.
        public static let deviceRemovalFailed = Kind(rawValue: "device_removal_failed")
        /// A block job ended, or is ready: `disk`, `job`, `status`.
        public static let blockJob = Kind(rawValue: "block_job")
        /// The guest's agent opened its channel.
        public static let agentConnected = Kind(rawValue: "agent_connected")
        /// The guest's agent closed its channel, or the guest went off.
        public static let agentDisconnected = Kind(rawValue: "agent_disconnected")
        /// A migration copies memory anew: `iteration`, from 1.
        public static let migrationIteration = Kind(rawValue: "migration_iteration")
        /// A job such as a migration, a save or a backup ended: `job`, `succeeded`, `time_ms`, `message`.
        public static let jobCompleted = Kind(rawValue: "job_completed")
        /// A disk failed: `device`, `path`, `action`, `reason`.
        public static let ioError = Kind(rawValue: "io_error")
        /// A watchdog fired: `action`.
        public static let watchdog = Kind(rawValue: "watchdog")
        /// The memory that the guest may use changed: `memory_bytes`.
        public static let balloon = Kind(rawValue: "balloon")
        /// Memory of the host failed: `recipient`, `action`.
        public static let memoryFailure = Kind(rawValue: "memory_failure")
        /// Metadata changed: `element`.
        public static let metadata = Kind(rawValue: "metadata")
        /// Events are missing here, because they came too fast, or the connection was lost and is there again: what is
        /// known must be read anew. `reason`: see ``InstanceEvent/GapReason``.
        public static let gap = Kind(rawValue: "gap")

        /// The kinds that this version knows.
        public static let allCases: [Kind] = [
            defined, undefined, started, paused, resumed, shutdown, stopped, suspended, crashed, rebooted, deviceAdded,
            deviceRemoved, deviceRemovalFailed, blockJob, agentConnected, agentDisconnected, migrationIteration,
            jobCompleted, ioError, watchdog, balloon, memoryFailure, metadata, gap,
        ]
    }
}

/// Events as they come; it ends when the driver is closed or the listener's task is cancelled.
///
/// For one listener. Events that come faster than they are taken are held, up to a bound, and then show as a
/// ``InstanceEvent/Kind/gap``. A lost connection is opened again, which shows as a gap too; an error is the end.
public typealias InstanceEvents = AsyncThrowingStream<InstanceEvent, any Error>
