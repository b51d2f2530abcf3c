// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a host's libvirt can give guests of devices and networks. A list that is nil is not known, and nothing is
/// refused for it; each is in alphabetical order.
public struct DeviceFacts: Sendable, Hashable, Codable {
    /// The ways to see a screen, by libvirt's names.
    public let graphics: [String]?
    /// The graphics cards, by libvirt's names.
    public let videos: [String]?
    /// Whether guests can have sockets of vsock(7).
    public let hasVSock: Bool?
    /// Whether directories can be shared with guests by virtio-fs.
    public let hasVirtioFS: Bool?
    /// The ways to keep a guest's memory from the host that work there, as documents name them.
    public let launchSecurity: [String]?
    /// The host's own devices; nil where the host is not this one.
    public let hostDevices: HostDevices?

    enum CodingKeys: String, CodingKey {
        case graphics, videos
        case hasVSock = "has_vsock"
        case hasVirtioFS = "has_virtio_fs"
        case launchSecurity = "launch_security"
        case hostDevices = "host_devices"
    }

    /// Devices of a host, as documents name them.
    public struct HostDevices: Sendable, Hashable, Codable {
        /// The functions on PCI.
        public let pci: [String]
        /// What each of them is, VENDOR:DEVICE, by its address; nil where the facts were recorded without.
        public let pciIdentities: [String: String]?
        /// The mediated devices.
        public let mediated: [String]
        /// The kinds of USB devices.
        public let usb: [String]

        enum CodingKeys: String, CodingKey {
            case pci, mediated, usb
            case pciIdentities = "pci_ids"
        }

        /// Devices of a host.
        public init(
            pci: Set<String> = [], pciIdentities: [String: String]? = nil, mediated: Set<String> = [],
            usb: Set<String> = []
        ) {
            self.pci = pci.sorted()
            self.pciIdentities = pciIdentities
            self.mediated = mediated.sorted()
            self.usb = usb.sorted()
        }
    }

    /// Facts of devices.
    public init(
        graphics: Set<String>? = nil, videos: Set<String>? = nil, hasVSock: Bool? = nil,
        hasVirtioFS: Bool? = nil, launchSecurity: Set<String>? = nil, hostDevices: HostDevices? = nil
    ) {
        self.graphics = graphics?.sorted()
        self.videos = videos?.sorted()
        self.hasVSock = hasVSock
        self.hasVirtioFS = hasVirtioFS
        self.launchSecurity = launchSecurity?.sorted()
        self.hostDevices = hostDevices
    }
}
