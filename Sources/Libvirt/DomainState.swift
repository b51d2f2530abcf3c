// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a domain does (`virDomainState`), and how it came to that.
public enum DomainState: Sendable, Hashable {
    /// The driver does not know.
    case noState
    /// It runs.
    case running(Running)
    /// It runs, and waits for a resource.
    case blocked
    /// Its processors stand still.
    case paused(Paused)
    /// Its guest is shutting down.
    case shuttingDown
    /// It does not run.
    case shutOff(ShutOff)
    /// Its guest crashed, and it was kept.
    case crashed(Crashed)
    /// Its guest sleeps.
    case powerManagementSuspended
    /// A state that is not known here, by libvirt's numbers.
    case unrecognized(state: Int32, reason: Int32)

    /// The state with libvirt's numbers.
    ///
    /// - Parameters:
    ///   - state: A `virDomainState`.
    ///   - reason: The number of its reason.
    public init(state: Int32, reason: Int32) {
        self =
            switch state {
            case 0: .noState
            case 1: .running(Running(rawValue: reason))
            case 2: .blocked
            case 3: .paused(Paused(rawValue: reason))
            case 4: .shuttingDown
            case 5: .shutOff(ShutOff(rawValue: reason))
            case 6: .crashed(Crashed(rawValue: reason))
            case 7: .powerManagementSuspended
            default: .unrecognized(state: state, reason: reason)
            }
    }
}

extension DomainState {
    /// Why a domain runs, by libvirt's number (`virDomainRunningReason`).
    public struct Running: RawRepresentable, Sendable, Hashable {
        /// libvirt's number.
        public let rawValue: Int32
        /// The reason with a number; any number is taken.
        public init(rawValue: Int32) { self.rawValue = rawValue }
        /// `VIR_DOMAIN_RUNNING_UNKNOWN`
        public static let unknown = Running(rawValue: 0)
        /// `VIR_DOMAIN_RUNNING_BOOTED`
        public static let booted = Running(rawValue: 1)
        /// `VIR_DOMAIN_RUNNING_MIGRATED`
        public static let migrated = Running(rawValue: 2)
        /// `VIR_DOMAIN_RUNNING_RESTORED`
        public static let restored = Running(rawValue: 3)
        /// `VIR_DOMAIN_RUNNING_FROM_SNAPSHOT`
        public static let fromSnapshot = Running(rawValue: 4)
        /// `VIR_DOMAIN_RUNNING_UNPAUSED`
        public static let unpaused = Running(rawValue: 5)
        /// `VIR_DOMAIN_RUNNING_MIGRATION_CANCELED`
        public static let migrationCancelled = Running(rawValue: 6)
        /// `VIR_DOMAIN_RUNNING_SAVE_CANCELED`
        public static let saveCancelled = Running(rawValue: 7)
        /// `VIR_DOMAIN_RUNNING_WAKEUP`
        public static let wakeUp = Running(rawValue: 8)
        /// `VIR_DOMAIN_RUNNING_CRASHED`
        public static let crashed = Running(rawValue: 9)
        /// `VIR_DOMAIN_RUNNING_POSTCOPY`
        public static let postCopy = Running(rawValue: 10)
        /// `VIR_DOMAIN_RUNNING_POSTCOPY_FAILED`
        public static let postCopyFailed = Running(rawValue: 11)
    }
}

extension DomainState {
    /// Why a domain is paused, by libvirt's number (`virDomainPausedReason`).
    public struct Paused: RawRepresentable, Sendable, Hashable {
        /// libvirt's number.
        public let rawValue: Int32
        /// The reason with a number; any number is taken.
        public init(rawValue: Int32) { self.rawValue = rawValue }
        /// `VIR_DOMAIN_PAUSED_UNKNOWN`
        public static let unknown = Paused(rawValue: 0)
        /// `VIR_DOMAIN_PAUSED_USER`
        public static let user = Paused(rawValue: 1)
        /// `VIR_DOMAIN_PAUSED_MIGRATION`
        public static let migration = Paused(rawValue: 2)
        /// `VIR_DOMAIN_PAUSED_SAVE`
        public static let save = Paused(rawValue: 3)
        /// `VIR_DOMAIN_PAUSED_DUMP`
        public static let dump = Paused(rawValue: 4)
        /// `VIR_DOMAIN_PAUSED_IOERROR`
        public static let ioError = Paused(rawValue: 5)
        /// `VIR_DOMAIN_PAUSED_WATCHDOG`
        public static let watchdog = Paused(rawValue: 6)
        /// `VIR_DOMAIN_PAUSED_FROM_SNAPSHOT`
        public static let fromSnapshot = Paused(rawValue: 7)
        /// `VIR_DOMAIN_PAUSED_SHUTTING_DOWN`
        public static let shuttingDown = Paused(rawValue: 8)
        /// `VIR_DOMAIN_PAUSED_SNAPSHOT`
        public static let snapshot = Paused(rawValue: 9)
        /// `VIR_DOMAIN_PAUSED_CRASHED`
        public static let crashed = Paused(rawValue: 10)
        /// `VIR_DOMAIN_PAUSED_STARTING_UP`
        public static let startingUp = Paused(rawValue: 11)
        /// `VIR_DOMAIN_PAUSED_POSTCOPY`
        public static let postCopy = Paused(rawValue: 12)
        /// `VIR_DOMAIN_PAUSED_POSTCOPY_FAILED`
        public static let postCopyFailed = Paused(rawValue: 13)
    }
}

extension DomainState {
    /// Why a domain does not run, by libvirt's number (`virDomainShutoffReason`).
    public struct ShutOff: RawRepresentable, Sendable, Hashable {
        /// libvirt's number.
        public let rawValue: Int32
        /// The reason with a number; any number is taken.
        public init(rawValue: Int32) { self.rawValue = rawValue }
        /// `VIR_DOMAIN_SHUTOFF_UNKNOWN`
        public static let unknown = ShutOff(rawValue: 0)
        /// `VIR_DOMAIN_SHUTOFF_SHUTDOWN`
        public static let shutdown = ShutOff(rawValue: 1)
        /// `VIR_DOMAIN_SHUTOFF_DESTROYED`
        public static let destroyed = ShutOff(rawValue: 2)
        /// `VIR_DOMAIN_SHUTOFF_CRASHED`
        public static let crashed = ShutOff(rawValue: 3)
        /// `VIR_DOMAIN_SHUTOFF_MIGRATED`
        public static let migrated = ShutOff(rawValue: 4)
        /// `VIR_DOMAIN_SHUTOFF_SAVED`
        public static let saved = ShutOff(rawValue: 5)
        /// `VIR_DOMAIN_SHUTOFF_FAILED`
        public static let failed = ShutOff(rawValue: 6)
        /// `VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT`
        public static let fromSnapshot = ShutOff(rawValue: 7)
        /// `VIR_DOMAIN_SHUTOFF_DAEMON`
        public static let daemon = ShutOff(rawValue: 8)
    }
}

extension DomainState {
    /// Why a domain crashed, by libvirt's number (`virDomainCrashedReason`).
    public struct Crashed: RawRepresentable, Sendable, Hashable {
        /// libvirt's number.
        public let rawValue: Int32
        /// The reason with a number; any number is taken.
        public init(rawValue: Int32) { self.rawValue = rawValue }
        /// `VIR_DOMAIN_CRASHED_UNKNOWN`
        public static let unknown = Crashed(rawValue: 0)
        /// `VIR_DOMAIN_CRASHED_PANICKED`
        public static let panicked = Crashed(rawValue: 1)
    }
}
