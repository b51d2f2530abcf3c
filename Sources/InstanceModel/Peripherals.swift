// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a guest is seen and operated with, and what it has beside disks and interfaces.
public struct Peripherals: Sendable, Hashable {
    /// How the guest's screen is seen; absent, it has none but its serial console.
    public let graphics: Graphics?
    /// The graphics card; absent, one that suits the guest where there is a screen.
    public let video: VideoModel?
    /// What points at things on the screen; absent, a tablet that suits the guest where there is a screen.
    public let tablet: Tablet?
    /// A socket between the host and the guest without a network.
    public let vsock: VSock?
    /// How much entropy the guest gets; absent, as much as it asks for.
    public let entropyLimit: EntropyLimit?
    /// Devices of the host that the guest has for itself.
    public internal(set) var hostDevices: [HostDevice]
    /// Directories of the host that the guest can mount.
    public let shares: [SharedDirectory]
    /// Channels between programs of the guest and the host, beside the agent's.
    public let channels: [ChannelName]
    /// The serial ports beside the console's; absent, none.
    public let serialPorts: SerialPortCount?

    /// Peripherals of a guest.
    public init(
        graphics: Graphics? = nil, video: VideoModel? = nil, tablet: Tablet? = nil, vsock: VSock? = nil,
        entropyLimit: EntropyLimit? = nil, hostDevices: [HostDevice] = [], shares: [SharedDirectory] = [],
        channels: [ChannelName] = [], serialPorts: SerialPortCount? = nil
    ) {
        self.graphics = graphics
        self.video = video
        self.tablet = tablet
        self.vsock = vsock
        self.entropyLimit = entropyLimit
        self.hostDevices = hostDevices
        self.shares = shares
        self.channels = channels
        self.serialPorts = serialPorts
    }

    /// The largest number of devices of the host.
    public static let maximumHostDevices = 16
    /// The largest number of shared directories.
    public static let maximumShares = 8
    /// The largest number of channels.
    public static let maximumChannels = 8
}

/// How a guest's screen is seen (`<graphics>`). No password is asked for, so that only this host is listened to.
public struct Graphics: Sendable, Hashable {
    /// What programs see it with.
    public let kind: Kind
    /// Where the server listens.
    public let listener: Listener

    /// A screen.
    public init(kind: Kind, listener: Listener = .ipv4Loopback) {
        self.kind = kind
        self.listener = listener
    }

    /// What programs see a screen with.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// VNC (RFB).
        case vnc
        /// SPICE.
        case spice
    }

    /// Where a screen's server listens.
    public enum Listener: String, Sendable, Hashable, CaseIterable {
        /// IPv4's loopback address, at a port that libvirt chooses; every account of the host reaches it.
        case ipv4Loopback = "127.0.0.1"
        /// IPv6's loopback address, at a port that libvirt chooses.
        case ipv6Loopback = "::1"
        /// A unix socket that only the guests' account and root reach.
        case socket
    }
}

/// A graphics card (`<video>`).
public enum VideoModel: String, Sendable, Hashable, CaseIterable {
    /// virtio-vga, on other machines than PCs virtio-gpu.
    case virtio
    /// The standard VGA.
    case vga
    /// QXL, which SPICE is made for.
    case qxl
    /// The standard VGA without the VGA.
    case bochs
    /// None.
    case absent = "none"
}

/// What points at things on a screen (`<input type='tablet'>`).
public enum Tablet: String, Sendable, Hashable, CaseIterable {
    /// On virtio.
    case virtio
    /// On USB, for guests without virtio.
    case usb
    /// Nothing but a PC's own mouse.
    case absent = "none"
}

/// A socket between the host and the guest (`<vsock>`).
public enum VSock: Sendable, Hashable {
    /// libvirt chooses the guest's number at each start.
    case automatic
    /// The guest has this number.
    case number(ContextID)
}

/// A guest's number on the host, which sockets of vsock(7) are addressed by: 3 to 4,294,967,294.
public struct ContextID: Sendable, Hashable {
    /// The number.
    public let value: Int

    static let range = 3...4_294_967_294

    /// A number.
    ///
    /// - Throws: ``RuleViolation`` outside 3 to 4,294,967,294.
    public init(_ value: Int) throws(RuleViolation) {
        guard Self.range.contains(value) else {
            throw RuleViolation(value: "\(value)", rule: "a guest's number is 3 to 4294967294", remedy: "for example 3")
        }
        self.value = value
    }
}

/// How much entropy a guest gets (`<rng><rate>`).
public struct EntropyLimit: Sendable, Hashable {
    /// The bytes in each period, 1 B to 1 GiB.
    public let bytes: ByteCount
    /// How long a period lasts, 1 to 3,600,000 ms.
    public let milliseconds: Int

    static let millisecondsRange = 1...3_600_000

    /// A limit.
    ///
    /// - Throws: ``RuleViolation`` where a number is outside its range.
    public init(bytes: ByteCount, milliseconds: Int = 1_000) throws(RuleViolation) {
        try Self.check(bytes)
        try Self.check(milliseconds: milliseconds)
        self.bytes = bytes
        self.milliseconds = milliseconds
    }

    static func check(_ bytes: ByteCount) throws(RuleViolation) {
        guard (ByteCount(bytes: 1)...ByteCount.gibibytes(1)).contains(bytes) else {
            throw RuleViolation(
                value: "\(bytes)", rule: "a guest gets 1 B to 1 GiB of entropy in a period",
                remedy: "for example 64 KiB")
        }
    }

    static func check(milliseconds: Int) throws(RuleViolation) {
        guard millisecondsRange.contains(milliseconds) else {
            throw RuleViolation(
                value: "\(milliseconds)", rule: "a period lasts 1 to 3600000 ms", remedy: "for example 1000")
        }
    }
}
