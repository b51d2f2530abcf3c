// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

extension DomainDocument {
    /// The order in which libvirt writes devices.
    private static let deviceOrder: ChildOrder = [
        "emulator", "disk", "controller", "lease", "filesystem", "interface", "smartcard", "serial", "parallel",
        "console", "channel", "input", "tpm", "graphics", "sound", "audio", "video", "hostdev", "redirdev",
        "redirfilter", "hub", "watchdog", "memballoon", "rng", "nvram", "panic", "shmem", "memory", "crypto", "iommu",
        "vsock",
    ]

    /// The emulator's path; nil leaves it to libvirt.
    public var emulator: String? {
        get { root.first("devices")?.childText("emulator") }
        set {
            root.editChild("devices", in: Self.order) { $0.setChildText("emulator", newValue, in: Self.deviceOrder) }
        }
    }

    /// The disks, in order.
    public var disks: [Disk] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The controllers, in order.
    public var controllers: [Controller] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The directories of the host that the guest can mount, in order.
    public var filesystems: [Filesystem] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The network interfaces, in order.
    public var interfaces: [Interface] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The serial ports, in order.
    public var serials: [Serial] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The consoles, in order.
    public var consoles: [Console] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The channels, in order.
    public var channels: [Channel] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The sources of entropy, in order.
    public var randomSources: [RandomSource] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The balloon.
    public var memoryBalloon: MemoryBalloon? {
        get { devices(MemoryBalloon.self).first }
        set { setFirstDevice(newValue) }
    }

    /// The trusted platform module; the first one where there is a proxy, too.
    public var trustedPlatformModule: TrustedPlatformModule? {
        get { devices(TrustedPlatformModule.self).first }
        set { setFirstDevice(newValue) }
    }

    /// The watchdogs, in order; libvirt takes one, and several since 9.1.
    public var watchdogs: [Watchdog] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The devices by which the guest tells that it crashed, in order.
    public var panicDevices: [PanicDevice] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The graphics cards, in order.
    public var videos: [Video] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The ways to see the guest's screen, in order.
    public var graphics: [Graphics] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// What the guest is operated with, in order.
    public var inputs: [InputDevice] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The host's devices that the guest has, in order.
    public var hostDevices: [HostDevice] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// The socket between the host and the guest; libvirt takes one.
    public var virtualSocket: VirtualSocket? {
        get { devices(VirtualSocket.self).first }
        set { setFirstDevice(newValue) }
    }

    /// The devices of one kind, in order.
    public func devices<Device: DomainDevice>(_ kind: Device.Type = Device.self) -> [Device] {
        root.first("devices")?.all(Device.elementName).compactMap(Device.init) ?? []
    }

    /// Replaces the devices of one kind, each in the place of the one that stood there before it.
    public mutating func setDevices<Device: DomainDevice>(_ devices: [Device]) {
        guard devices != self.devices() else { return }
        root.editChild("devices", in: Self.order) { element in
            element.setChildren(Device.elementName, to: devices.map(\.element), in: Self.deviceOrder)
        }
    }

    /// Replaces the first device of a kind of which a machine mostly has one; any others stay.
    private mutating func setFirstDevice<Device: DomainDevice>(_ device: Device?) {
        guard device != devices(Device.self).first else { return }
        root.editChild("devices", in: Self.order) { element in
            element.setChild(Device.elementName, to: device?.element, in: Self.deviceOrder)
        }
    }

    /// The file that keeps what the guest prints on its first serial port or console.
    public var consoleLog: CharacterLog? {
        serials.lazy.compactMap(\.log).first ?? consoles.lazy.compactMap(\.log).first
    }

    /// The pseudo-terminal of the running guest's first console.
    public var consolePTY: String? {
        consoles.lazy.compactMap(\.ptyPath).first ?? serials.lazy.compactMap(\.ptyPath).first
    }

    /// Whether the guest agent answers on its channel; nil without a channel, or where the guest does not run.
    public var guestAgentState: Channel.State? {
        channels.first { $0.name == Channel.guestAgentName }?.state
    }
}

extension DomainDocument {
    /// The numbers of the PCI buses on which a device sits, of whatever kind.
    public var occupiedPCIBuses: Set<Int> {
        let devices = root.first("devices")?.elements ?? []
        return Set(
            devices.compactMap { device in
                guard let address = device.first("address").flatMap(DeviceAddress.init),
                    case .pci(_, let bus, _, _) = address
                else { return nil }
                return bus
            })
    }
}
