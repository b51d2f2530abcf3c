// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Something that happened to a domain, or to the stream of events itself.
public enum DomainEvent: Sendable, Hashable {
    /// A domain's life changed (`VIR_DOMAIN_EVENT_ID_LIFECYCLE`).
    ///
    /// libvirt's order can surprise: `resumed` comes before `started`.
    case lifecycle(DomainReference, LifecycleChange)
    /// The guest rebooted, or was reset (`VIR_DOMAIN_EVENT_ID_REBOOT`). One reboot may bring several.
    case rebooted(DomainReference)
    /// A device is there now (`VIR_DOMAIN_EVENT_ID_DEVICE_ADDED`).
    case deviceAdded(DomainReference, alias: String)
    /// The guest gave a device up (`VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED`).
    case deviceRemoved(DomainReference, alias: String)
    /// The guest refused to give a device up (`VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED`).
    case deviceRemovalFailed(DomainReference, alias: String)
    /// The channel of the guest's agent was opened or closed (`VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE`).
    case agent(DomainReference, AgentChannel)
    /// A block job ended or is ready (`VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2`).
    case blockJob(DomainReference, BlockJobChange)
    /// A disk failed (`VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON`).
    case ioError(DomainReference, IOErrorDetail)
    /// A watchdog fired (`VIR_DOMAIN_EVENT_ID_WATCHDOG`).
    case watchdog(DomainReference, WatchdogAction)
    /// The memory that the guest may use changed (`VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE`).
    case balloon(DomainReference, bytes: UInt64)
    /// A migration copies memory anew, for this time counted from 1 (`VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION`).
    case migrationIteration(DomainReference, Int)
    /// A job ended: a migration, a backup, a save, and others (`VIR_DOMAIN_EVENT_ID_JOB_COMPLETED`).
    case jobCompleted(DomainReference, JobResult)
    /// A piece of metadata changed (`VIR_DOMAIN_EVENT_ID_METADATA_CHANGE`).
    case metadata(DomainReference, MetadataChange)
    /// Memory of the host failed (`VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE`).
    case memoryFailure(DomainReference, MemoryFailure)
    /// Events are missing here: they came faster than they were taken. What is known must be read anew.
    case gap
    /// The connection is gone, and this is the last element. What is known must be read anew.
    case closed(CloseReason)

    /// The state of a guest agent's channel (`virConnectDomainEventAgentLifecycleState`).
    public enum AgentChannel: Sendable, Hashable {
        /// The agent opened it.
        case connected
        /// The agent closed it, or the guest stopped.
        case disconnected
        /// A state that is not known here, by libvirt's number.
        case unrecognized(Int32)

        init(state: Int32) {
            self =
                switch state {
                case 1: .connected
                case 2: .disconnected
                default: .unrecognized(state)
                }
        }
    }

    /// How a block job changed.
    public struct BlockJobChange: Sendable, Hashable {
        /// The disk's target in the guest, such as `vda`.
        public let disk: String
        /// What the job does.
        public let kind: Kind
        /// How it stands.
        public let status: Status

        /// What a block job does, by libvirt's number (`virDomainBlockJobType`).
        public struct Kind: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The kind with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// Pulls from the backing image.
            public static let pull = Kind(rawValue: 1)
            /// Copies to another image.
            public static let copy = Kind(rawValue: 2)
            /// Commits into the backing image.
            public static let commit = Kind(rawValue: 3)
            /// Commits the image in use.
            public static let activeCommit = Kind(rawValue: 4)
            /// Backs up.
            public static let backup = Kind(rawValue: 5)
        }

        /// How a block job stands, by libvirt's number (`virConnectDomainEventBlockJobStatus`).
        public struct Status: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The status with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// Done.
            public static let completed = Status(rawValue: 0)
            /// Failed.
            public static let failed = Status(rawValue: 1)
            /// Cancelled.
            public static let cancelled = Status(rawValue: 2)
            /// Both images are the same, and are kept so.
            public static let ready = Status(rawValue: 3)
        }
    }

    /// What is known about a disk's error.
    public struct IOErrorDetail: Sendable, Hashable {
        /// The host's path of the image; empty for a disk on the network.
        public let path: String
        /// The disk's alias.
        public let alias: String
        /// What the hypervisor did about it.
        public let action: Action
        /// `enospc`, or empty where the hypervisor does not say.
        public let reason: String

        /// What the hypervisor did about an error, by libvirt's number (`virDomainEventIOErrorAction`).
        public struct Action: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The action with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// Nothing.
            public static let nothing = Action(rawValue: 0)
            /// It paused the guest.
            public static let paused = Action(rawValue: 1)
            /// It told the guest.
            public static let reported = Action(rawValue: 2)
        }
    }

    /// What a watchdog did, by libvirt's number (`virDomainEventWatchdogAction`).
    public struct WatchdogAction: RawRepresentable, Sendable, Hashable {
        /// libvirt's number.
        public let rawValue: Int32
        /// The action with a number.
        public init(rawValue: Int32) { self.rawValue = rawValue }
        /// Nothing.
        public static let nothing = WatchdogAction(rawValue: 0)
        /// It paused the guest.
        public static let pause = WatchdogAction(rawValue: 1)
        /// It reset the guest.
        public static let reset = WatchdogAction(rawValue: 2)
        /// It switched the guest off.
        public static let powerOff = WatchdogAction(rawValue: 3)
        /// It asked the guest to shut down.
        public static let shutdown = WatchdogAction(rawValue: 4)
        /// Only the event.
        public static let debug = WatchdogAction(rawValue: 5)
        /// It sent the guest an NMI.
        public static let injectNMI = WatchdogAction(rawValue: 6)
    }

    /// Why a connection ended, by libvirt's number (`virConnectCloseReason`).
    public struct CloseReason: RawRepresentable, Sendable, Hashable {
        /// libvirt's number.
        public let rawValue: Int32
        /// The reason with a number.
        public init(rawValue: Int32) { self.rawValue = rawValue }
        /// An error on the way.
        public static let error = CloseReason(rawValue: 0)
        /// The daemon hung up.
        public static let endOfFile = CloseReason(rawValue: 1)
        /// The daemon gave no signs of life.
        public static let keepAlive = CloseReason(rawValue: 2)
        /// It was closed here.
        public static let client = CloseReason(rawValue: 3)
    }

    /// The domain that the event is about; `nil` for `gap` and `closed`.
    public var domain: DomainReference? {
        switch self {
        case .lifecycle(let domain, _), .rebooted(let domain), .deviceAdded(let domain, _),
            .deviceRemoved(let domain, _), .deviceRemovalFailed(let domain, _), .agent(let domain, _),
            .blockJob(let domain, _), .ioError(let domain, _), .watchdog(let domain, _), .balloon(let domain, _),
            .migrationIteration(let domain, _), .jobCompleted(let domain, _), .metadata(let domain, _),
            .memoryFailure(let domain, _):
            domain
        case .gap, .closed: nil
        }
    }
}
