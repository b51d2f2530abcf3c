// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a host's libvirt can give guests of devices and networks. A list that is nil is not known, and nothing is
/// refused for it.
public struct DeviceFacts: Sendable, Hashable, Codable {
    /// Whether libvirt there has the host's privileges, which its session mode has not.
    public let isPrivileged: Bool
    /// The ways to see a screen, by libvirt's names.
    public let graphics: Set<String>?
    /// The graphics cards, by libvirt's names.
    public let videos: Set<String>?
    /// Whether guests can have sockets of vsock(7).
    public let hasVSock: Bool?
    /// The ways to keep a guest's memory from the host that work there, as documents name them.
    public let launchSecurity: Set<String>?
    /// The host's own devices; nil where the host is not this one.
    public let hostDevices: HostDevices?

    /// Devices of a host, as documents name them.
    public struct HostDevices: Sendable, Hashable, Codable {
        /// The functions on PCI.
        public let pci: Set<String>
        /// The mediated devices.
        public let mediated: Set<String>
        /// The kinds of USB devices.
        public let usb: Set<String>

        /// Devices of a host.
        public init(pci: Set<String> = [], mediated: Set<String> = [], usb: Set<String> = []) {
            self.pci = pci
            self.mediated = mediated
            self.usb = usb
        }
    }

    /// Facts of devices.
    public init(
        isPrivileged: Bool, graphics: Set<String>? = nil, videos: Set<String>? = nil, hasVSock: Bool? = nil,
        launchSecurity: Set<String>? = nil, hostDevices: HostDevices? = nil
    ) {
        self.isPrivileged = isPrivileged
        self.graphics = graphics
        self.videos = videos
        self.hasVSock = hasVSock
        self.launchSecurity = launchSecurity
        self.hostDevices = hostDevices
    }
}
