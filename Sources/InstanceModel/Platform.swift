// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// For whom a machine is made, and what it tells of itself; what is nil follows from the guest's operating system.
public struct Platform: Sendable, Hashable {
    /// What runs in the guest; absent, anything.
    public let guestOS: GuestOS?
    /// What the machine is made for; absent, to last.
    public let profile: MachineProfile?
    /// What the clock shows; absent, UTC, and local time for Windows.
    public let clock: GuestClock?
    /// Whether the machine offers what Windows knows of its own hypervisor; absent, to Windows under KVM.
    public let hasHyperV: Bool?
    /// What SMBIOS tells the guest of the system; absent, QEMU's own.
    public let smbios: SystemInformation?
    /// What happens when the guest crashes; absent, it is turned off.
    public let onCrash: CrashAction?
    /// What happens when the guest reboots; absent, it starts again.
    public let onReboot: PowerAction?
    /// What happens when the guest powers itself off; absent, it stays off.
    public let onPowerOff: PowerAction?
    /// How the guest's memory is kept from the host; absent, it is not.
    public let launchSecurity: LaunchSecurity?

    /// A platform.
    public init(
        guestOS: GuestOS? = nil, profile: MachineProfile? = nil, clock: GuestClock? = nil, hasHyperV: Bool? = nil,
        smbios: SystemInformation? = nil, onCrash: CrashAction? = nil, onReboot: PowerAction? = nil,
        onPowerOff: PowerAction? = nil,
        launchSecurity: LaunchSecurity? = nil
    ) {
        self.guestOS = guestOS
        self.profile = profile
        self.clock = clock
        self.hasHyperV = hasHyperV
        self.smbios = smbios
        self.onCrash = onCrash
        self.onReboot = onReboot
        self.onPowerOff = onPowerOff
        self.launchSecurity = launchSecurity
    }

    /// Whether the machine is made to be thrown away.
    public var isFast: Bool { profile == .fast }

    /// What kind of operating system the machine is made for.
    public var family: GuestOS.Family { guestOS?.family ?? .generic }
}

/// What happens when a guest crashes (`<on_crash>`).
public enum CrashAction: String, Sendable, Hashable, CaseIterable {
    /// It is turned off.
    case destroy
    /// It is started again.
    case restart
    /// It stands still, for a look at it.
    case preserve
}

/// What happens when a guest reboots or powers itself off (`<on_reboot>`, `<on_poweroff>`).
public enum PowerAction: String, Sendable, Hashable, CaseIterable {
    /// It is turned off.
    case destroy
    /// It starts again.
    case restart
}

/// The operating system in a guest, which decides what nothing else is said of: `linux`, `windows`, `generic`, or the
/// id of one in libosinfo's database.
public struct GuestOS: Sendable, Hashable, CustomStringConvertible {
    /// The system as it was given.
    public let description: String

    /// A kind of operating system.
    public enum Family: String, Sendable, Hashable, CaseIterable {
        /// Linux, which knows virtio.
        case linux
        /// Windows, which wants local time and knows no virtio by itself.
        case windows
        /// Any other.
        case generic
    }

    static let pattern = "^(linux|windows|generic|https?://[A-Za-z0-9.-]{1,60}/[A-Za-z0-9._/-]{1,60})$"

    /// Reads a system.
    ///
    /// - Throws: ``RuleViolation`` for text that is neither a family nor an id.
    public init(parsing text: String) throws(RuleViolation) {
        guard Family(rawValue: text) != nil || Self.isID(text) else {
            throw RuleViolation(
                value: text, rule: "a guest's system is linux, windows, generic or an id of libosinfo's",
                remedy: "for example http://debian.org/debian/12, as `osinfo-query os -f id` has it")
        }
        description = text
    }

    /// What kind it is; generic for an id of a vendor that is not known here.
    public var family: Family {
        if let family = Family(rawValue: description) { return family }
        let parts = description.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.count > 2 else { return .generic }
        if parts[1] == "microsoft.com" { return parts[2].hasPrefix("win") ? .windows : .generic }
        return Self.linuxVendors.contains(String(parts[1])) ? .linux : .generic
    }

    /// Whose systems in libosinfo's database all are Linux.
    private static let linuxVendors: Set<String> = [
        "almalinux.org", "alpinelinux.org", "altlinux.org", "archlinux.org", "asianux.com", "centos.org",
        "cirros-cloud.net",
        "clearlinux.org", "debian.org", "endlessos.com", "eurolinux.org", "fedoraproject.org", "gentoo.org",
        "guix.gnu.org",
        "mageia.org", "manjaro.org", "miraclelinux.com", "nixos.org", "opensuse.org", "oracle.com", "pureos.net",
        "redhat.com", "rockylinux.org", "scientificlinux.org", "silverblue.fedoraproject.org", "slackware.com",
        "suse.com", "system76.com", "ubuntu.com", "voidlinux.org",
    ]

    private static func isID(_ text: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return false }
        let rest = text.utf8.dropFirst(scheme.utf8.count)
        let parts = rest.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, (1...60).contains(parts[0].count), (1...60).contains(parts[1].count) else {
            return false
        }
        return parts[0].allSatisfy { isNameByte($0) && $0 != UInt8(ascii: "_") }
            && parts[1].allSatisfy { isNameByte($0) || $0 == UInt8(ascii: "/") }
    }
}

/// What a guest's clock shows when the guest starts (`<clock>`).
public enum GuestClock: Sendable, Hashable {
    /// UTC.
    case utc
    /// The host's local time.
    case localTime
    /// The time of a zone, whose rules the host knows.
    case zone(TimeZoneName)
}

/// The name of a time zone, such as `Europe/Berlin`: 1 to 64 of a-z A-Z 0-9 _ + - in parts between `/`.
public struct TimeZoneName: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    static let pattern = "^[A-Za-z0-9_+-]{1,64}(/[A-Za-z0-9_+-]{1,64})*$"

    /// Reads a name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isClean = parts.allSatisfy { part in
            !part.isEmpty && part.allSatisfy { isNameByte($0) && $0 != UInt8(ascii: ".") || $0 == UInt8(ascii: "+") }
        }
        guard isClean, text.utf8.count <= 64 else {
            throw RuleViolation(
                value: text, rule: "a time zone's name has 1 to 64 of a-z A-Z 0-9 _ + - between slashes",
                remedy: "for example Europe/Berlin")
        }
        description = text
    }
}

/// What SMBIOS tells a guest of the system (`<sysinfo>`): at least one text.
public struct SystemInformation: Sendable, Hashable {
    /// The texts.
    public let entries: [Entry: SystemText]

    /// What can be told.
    public enum Entry: String, Sendable, Hashable, CaseIterable {
        case manufacturer, product, version, serial, sku, family
    }

    /// What is told.
    ///
    /// - Throws: ``RuleViolation`` where nothing is.
    public init(_ entries: [Entry: SystemText]) throws(RuleViolation) {
        guard !entries.isEmpty else {
            throw RuleViolation(
                value: "", rule: "`smbios` tells at least one thing", remedy: "for example manufacturer: Example")
        }
        self.entries = entries
    }
}

/// A text of SMBIOS: 1 to 64 printable characters of ASCII, no blank at either end.
public struct SystemText: Sendable, Hashable, CustomStringConvertible {
    /// The text.
    public let description: String

    static let pattern = "^[!-~]([ -~]{0,62}[!-~])?$"

    /// Reads a text.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        let blank = UInt8(ascii: " ")
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
            text.utf8.first != blank, text.utf8.last != blank
        else {
            throw RuleViolation(
                value: text, rule: "a text of SMBIOS has 1 to 64 printable characters of ASCII, no blank at an end",
                remedy: "for example Example Inc.")
        }
        description = text
    }
}
