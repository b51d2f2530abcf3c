// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Which domains a list holds (`virConnectListAllDomainsFlags`).
///
/// Filters of one group add up (active or inactive), filters of different groups narrow (active, and persistent).
public struct DomainFilter: OptionSet, Sendable, Hashable {
    /// libvirt's flags.
    public let rawValue: UInt32
    /// The filter with libvirt's flags.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Every domain.
    public static let all: DomainFilter = []
    /// Running, paused, or otherwise alive.
    public static let active = DomainFilter(rawValue: 1 << 0)
    /// Not alive.
    public static let inactive = DomainFilter(rawValue: 1 << 1)
    /// With a definition that stays.
    public static let persistent = DomainFilter(rawValue: 1 << 2)
    /// Gone when they stop.
    public static let transient = DomainFilter(rawValue: 1 << 3)
    /// Running.
    public static let running = DomainFilter(rawValue: 1 << 4)
    /// Paused.
    public static let paused = DomainFilter(rawValue: 1 << 5)
    /// Shut off.
    public static let shutOff = DomainFilter(rawValue: 1 << 6)
    /// In any other state.
    public static let otherState = DomainFilter(rawValue: 1 << 7)
    /// With a managed save image.
    public static let managedSave = DomainFilter(rawValue: 1 << 8)
    /// Without one.
    public static let noManagedSave = DomainFilter(rawValue: 1 << 9)
    /// Started with the host.
    public static let autostart = DomainFilter(rawValue: 1 << 10)
    /// Not started with the host.
    public static let noAutostart = DomainFilter(rawValue: 1 << 11)
    /// With snapshots.
    public static let snapshots = DomainFilter(rawValue: 1 << 12)
    /// Without.
    public static let noSnapshots = DomainFilter(rawValue: 1 << 13)
    /// With checkpoints.
    public static let checkpoints = DomainFilter(rawValue: 1 << 14)
    /// Without.
    public static let noCheckpoints = DomainFilter(rawValue: 1 << 15)
}

/// How a domain is defined (`virDomainDefineFlags`).
public struct DefineFlags: OptionSet, Sendable, Hashable {
    /// libvirt's flags.
    public let rawValue: UInt32
    /// The flags with libvirt's.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Check the document against libvirt's schema at the daemon; costs about 5 ms. Since libvirt 1.2.12.
    public static let validate = DefineFlags(rawValue: 1 << 0)
}

/// How a domain is started (`virDomainCreateFlags`).
public struct StartFlags: OptionSet, Sendable, Hashable {
    /// libvirt's flags.
    public let rawValue: UInt32
    /// The flags with libvirt's.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// With its processors stopped.
    public static let paused = StartFlags(rawValue: 1 << 0)
    /// Destroyed when the connection closes. Since libvirt 0.9.3.
    public static let autoDestroy = StartFlags(rawValue: 1 << 1)
    /// Past the host's page cache, where a managed save is restored. Since libvirt 0.9.4.
    public static let bypassCache = StartFlags(rawValue: 1 << 2)
    /// From the start, where there is a managed save, which is thrown away. Since libvirt 0.9.5.
    public static let forceBoot = StartFlags(rawValue: 1 << 3)
    /// Check the document against libvirt's schema; for a transient domain only. Since libvirt 1.2.12.
    public static let validate = StartFlags(rawValue: 1 << 4)
    /// With the firmware's variables as they are in its template. Since libvirt 8.1.
    public static let resetNVRAM = StartFlags(rawValue: 1 << 5)
}

/// Which form of a domain's document is read (`virDomainXMLFlags`).
public struct DomainXMLFlags: OptionSet, Sendable, Hashable {
    /// libvirt's flags.
    public let rawValue: UInt32
    /// The flags with libvirt's.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// With passwords; refused on a read-only connection.
    public static let secure = DomainXMLFlags(rawValue: 1 << 0)
    /// As it is at the next start.
    public static let inactive = DomainXMLFlags(rawValue: 1 << 1)
    /// With the guest's CPU as the host can give it.
    public static let updateCPU = DomainXMLFlags(rawValue: 1 << 2)
    /// As another host needs it for a migration. Since libvirt 1.0.
    public static let migratable = DomainXMLFlags(rawValue: 1 << 3)
}

/// What goes along with a definition that is removed (`virDomainUndefineFlagsValues`).
public struct UndefineFlags: OptionSet, Sendable, Hashable {
    /// libvirt's flags.
    public let rawValue: UInt32
    /// The flags with libvirt's.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// The managed save image.
    public static let managedSave = UndefineFlags(rawValue: 1 << 0)
    /// What libvirt knows of snapshots; their data stays.
    public static let snapshotsMetadata = UndefineFlags(rawValue: 1 << 1)
    /// The firmware's variables. Since libvirt 1.2.9.
    public static let nvram = UndefineFlags(rawValue: 1 << 2)
    /// The firmware's variables stay. Since libvirt 2.3.
    public static let keepNVRAM = UndefineFlags(rawValue: 1 << 3)
    /// What libvirt knows of checkpoints. Since libvirt 5.6.
    public static let checkpointsMetadata = UndefineFlags(rawValue: 1 << 4)
    /// The emulated TPM's state. Since libvirt 8.9.
    public static let tpm = UndefineFlags(rawValue: 1 << 5)
    /// The emulated TPM's state stays. Since libvirt 8.9.
    public static let keepTPM = UndefineFlags(rawValue: 1 << 6)
    /// All that libvirt would otherwise refuse for.
    public static let everything: UndefineFlags = [
        .managedSave, .snapshotsMetadata, .nvram, .checkpointsMetadata, .tpm,
    ]

    /// These flags, and then ever fewer, the newest left out first, for drivers that know fewer.
    var fallbacks: [UndefineFlags] {
        var result = [self]
        for dropped in [
            [.tpm, .keepTPM], [.checkpointsMetadata], [.nvram, .keepNVRAM], .snapshotsMetadata, .managedSave,
        ]
            as [UndefineFlags]
        {
            guard let fewer = result.last?.subtracting(dropped), fewer != result.last else { continue }
            result.append(fewer)
        }
        return result
    }
}

/// How a guest is asked to shut down or reboot (`virDomainShutdownFlagValues`, `virDomainRebootFlagValues`).
public enum PowerRequest: UInt32, Sendable, Hashable, CaseIterable {
    /// As the hypervisor thinks best.
    case `default` = 0
    /// By the ACPI power button.
    case acpi = 1
    /// By its agent.
    case agent = 2
}

/// How a console is opened (`virDomainConsoleFlags`).
public struct ConsoleFlags: OptionSet, Sendable, Hashable {
    /// libvirt's flags.
    public let rawValue: UInt32
    /// The flags with libvirt's.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Throw out who has the console now. Not to be used as a matter of course: in libvirt 9.0 the daemon locks up,
    /// with all its domains, where the one thrown out ends at the same moment.
    public static let force = ConsoleFlags(rawValue: 1 << 0)
    /// Only where the driver lets just one have it at a time.
    public static let safe = ConsoleFlags(rawValue: 1 << 1)
}

/// Which of a domain's two documents is meant (`virDomainModificationImpact`).
public struct DomainScope: OptionSet, Sendable, Hashable {
    /// libvirt's flags.
    public let rawValue: UInt32
    /// The scope with libvirt's flags.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// The running guest where there is one, else the definition.
    public static let current: DomainScope = []
    /// The running guest.
    public static let live = DomainScope(rawValue: 1 << 0)
    /// The definition, for the next start.
    public static let definition = DomainScope(rawValue: 1 << 1)
}
