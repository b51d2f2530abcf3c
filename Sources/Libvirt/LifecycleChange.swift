// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// How a domain's life changed (`virDomainEventType` with its detail).
public enum LifecycleChange: Sendable, Hashable {
    /// Defined, or its definition replaced.
    case defined(Detail.Defined)
    /// Its definition is gone.
    case undefined(Detail.Undefined)
    /// It started to run.
    case started(Detail.Started)
    /// It was paused.
    case suspended(Detail.Suspended)
    /// It runs again.
    case resumed(Detail.Resumed)
    /// It does not run any more.
    case stopped(Detail.Stopped)
    /// Its guest shut down; `stopped` follows.
    case shutdown(Detail.Shutdown)
    /// Its guest went to sleep.
    case powerManagementSuspended(Detail.PowerManagementSuspended)
    /// Its guest crashed.
    case crashed(Detail.Crashed)
    /// A change that is not known here, by libvirt's numbers.
    case unrecognized(event: Int32, detail: Int32)

    /// The details of a change. Each is an open set by libvirt's number.
    public enum Detail {
        /// `virDomainEventDefinedDetailType`
        public struct Defined: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The detail with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// New.
            public static let added = Defined(rawValue: 0)
            /// Changed.
            public static let updated = Defined(rawValue: 1)
            /// Was renamed to this name.
            public static let renamed = Defined(rawValue: 2)
            /// Came from a snapshot.
            public static let fromSnapshot = Defined(rawValue: 3)
        }

        /// `virDomainEventUndefinedDetailType`
        public struct Undefined: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The detail with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// Removed.
            public static let removed = Undefined(rawValue: 0)
            /// Was renamed from this name.
            public static let renamed = Undefined(rawValue: 1)
        }

        /// `virDomainEventStartedDetailType`
        public struct Started: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The detail with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// Started.
            public static let booted = Started(rawValue: 0)
            /// Came from another host.
            public static let migrated = Started(rawValue: 1)
            /// Came from a saved state.
            public static let restored = Started(rawValue: 2)
            /// Came from a snapshot.
            public static let fromSnapshot = Started(rawValue: 3)
            /// Woke up.
            public static let wakeUp = Started(rawValue: 4)
        }

        /// `virDomainEventSuspendedDetailType`
        public struct Suspended: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The detail with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// On request.
            public static let paused = Suspended(rawValue: 0)
            /// To migrate.
            public static let migrated = Suspended(rawValue: 1)
            /// A disk failed.
            public static let ioError = Suspended(rawValue: 2)
            /// A watchdog fired.
            public static let watchdog = Suspended(rawValue: 3)
            /// Restored as paused.
            public static let restored = Suspended(rawValue: 4)
            /// Came paused from a snapshot.
            public static let fromSnapshot = Suspended(rawValue: 5)
            /// A call to libvirt failed half-way.
            public static let apiError = Suspended(rawValue: 6)
            /// Moved on in post-copy migration.
            public static let postCopy = Suspended(rawValue: 7)
            /// Post-copy migration failed.
            public static let postCopyFailed = Suspended(rawValue: 8)
        }

        /// `virDomainEventResumedDetailType`
        public struct Resumed: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The detail with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// On request.
            public static let unpaused = Resumed(rawValue: 0)
            /// After migration.
            public static let migrated = Resumed(rawValue: 1)
            /// Came from a snapshot.
            public static let fromSnapshot = Resumed(rawValue: 2)
            /// Runs while post-copy migration goes on.
            public static let postCopy = Resumed(rawValue: 3)
            /// Runs after post-copy migration failed.
            public static let postCopyFailed = Resumed(rawValue: 4)
        }

        /// `virDomainEventStoppedDetailType`
        public struct Stopped: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The detail with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// Its guest shut down.
            public static let shutdown = Stopped(rawValue: 0)
            /// By force.
            public static let destroyed = Stopped(rawValue: 1)
            /// Its guest or QEMU crashed.
            public static let crashed = Stopped(rawValue: 2)
            /// Moved to another host.
            public static let migrated = Stopped(rawValue: 3)
            /// Its state was saved.
            public static let saved = Stopped(rawValue: 4)
            /// The hypervisor failed it.
            public static let failed = Stopped(rawValue: 5)
            /// A snapshot without a running guest was loaded.
            public static let fromSnapshot = Stopped(rawValue: 6)
        }

        /// `virDomainEventShutdownDetailType`
        public struct Shutdown: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The detail with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// By whom is not known.
            public static let finished = Shutdown(rawValue: 0)
            /// By the guest.
            public static let guest = Shutdown(rawValue: 1)
            /// By a signal or request on the host.
            public static let host = Shutdown(rawValue: 2)
        }

        /// `virDomainEventPMSuspendedDetailType`
        public struct PowerManagementSuspended: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The detail with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// To memory.
            public static let memory = PowerManagementSuspended(rawValue: 0)
            /// To disk.
            public static let disk = PowerManagementSuspended(rawValue: 1)
        }

        /// `virDomainEventCrashedDetailType`
        public struct Crashed: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The detail with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// Its kernel panicked.
            public static let panicked = Crashed(rawValue: 0)
            /// Its kernel loaded a crash kernel.
            public static let crashLoaded = Crashed(rawValue: 1)
        }
    }

    init(event: Int32, detail: Int32) {
        self =
            switch event {
            case 0: .defined(.init(rawValue: detail))
            case 1: .undefined(.init(rawValue: detail))
            case 2: .started(.init(rawValue: detail))
            case 3: .suspended(.init(rawValue: detail))
            case 4: .resumed(.init(rawValue: detail))
            case 5: .stopped(.init(rawValue: detail))
            case 6: .shutdown(.init(rawValue: detail))
            case 7: .powerManagementSuspended(.init(rawValue: detail))
            case 8: .crashed(.init(rawValue: detail))
            default: .unrecognized(event: event, detail: detail)
            }
    }
}
