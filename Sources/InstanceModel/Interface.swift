// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A network interface of the guest.
public struct Interface: Sendable, Hashable {
    /// What the interface is connected to.
    public let network: Network
    /// The MAC address; absent, a stable one is derived from the instance's identity and the index.
    public let mac: MACAddress?
    /// What the guest sees of it.
    public let device: Device
    /// What the host does with its packets.
    public let traffic: Traffic

    /// An interface on `network`.
    public init(network: Network, mac: MACAddress? = nil, device: Device = Device(), traffic: Traffic = Traffic()) {
        self.network = network
        self.mac = mac
        self.device = device
        self.traffic = traffic
    }

    /// The same interface with this address.
    public func replacing(mac: MACAddress) -> Interface {
        Interface(network: network, mac: mac, device: device, traffic: traffic)
    }

    /// What an interface is connected to.
    public enum Network: Sendable, Hashable {
        /// QEMU's user-mode network; ports of the host lead into the guest.
        case user(publish: [PublishedPort])
        /// A bridge of the host, through a tap device.
        case bridge(BridgeName)
        /// A bridge of Open vSwitch, through a port that libvirt makes.
        case openVSwitch(OpenVSwitchPort)
        /// A device of the host, through a macvtap device that libvirt makes.
        case macvtap(device: BridgeName, mode: MacvtapMode)
        /// One of libvirt's networks, by its name there.
        case libvirt(LibvirtName)
        /// A function of a network card of the host (SR-IOV), for the guest alone, and the virtual network it is in.
        case hostDevice(PCIAddress, vlan: VLANTag?)
        /// A switch in user space, by the socket on which it serves a port (vhost-user); it maps the guest's memory.
        case vhostUser(HostPath)
    }

    /// What a guest sees of an interface.
    public struct Device: Sendable, Hashable {
        /// The card.
        public let model: Model
        /// The largest packet; absent, that of the host's end.
        public let mtu: MTU?
        /// The pairs of queues of a virtio card; absent, one.
        public let queues: QueueCount?
        /// Whether the cable is plugged in.
        public let isLinkUp: Bool
        /// The place in the order in which the firmware tries to boot; absent, it does not.
        public let bootOrder: BootOrder?

        /// What a guest sees.
        public init(
            model: Model = .virtio, mtu: MTU? = nil, queues: QueueCount? = nil, isLinkUp: Bool = true,
            bootOrder: BootOrder? = nil
        ) {
            self.model = model
            self.mtu = mtu
            self.queues = queues
            self.isLinkUp = isLinkUp
            self.bootOrder = bootOrder
        }
    }

    /// The card that a guest sees.
    public enum Model: String, Sendable, Hashable, CaseIterable {
        /// virtio-net.
        case virtio
        /// Intel's 82574L, for guests without virtio.
        case e1000e
    }

    /// Whether the cable is plugged in, as a document says it.
    enum Link: String, CaseIterable {
        case up, down
    }

    /// What the host does with an interface's packets.
    public struct Traffic: Sendable, Hashable {
        /// A filter of libvirt's (`<filterref>`).
        public let filter: NetworkFilter?
        /// How much may pass.
        public let bandwidth: Bandwidth?
        /// Whether the port of the bridge reaches no other isolated one.
        public let isIsolated: Bool

        /// What is done with packets.
        public init(filter: NetworkFilter? = nil, bandwidth: Bandwidth? = nil, isIsolated: Bool = false) {
            self.filter = filter
            self.bandwidth = bandwidth
            self.isIsolated = isIsolated
        }
    }

    /// What a macvtap device lets pass (`<source mode>`).
    public enum MacvtapMode: String, Sendable, Hashable, CaseIterable {
        /// Guests on the same device reach each other.
        case bridge
        /// All goes out, and a switch with reflective relay sends back what is for a guest here.
        case vepa
        /// As `vepa`, and nothing comes back.
        case `private`
        /// The device belongs to one guest alone.
        case passthrough
    }
}

extension Interface.Network {
    /// The ports of the host that lead into the guest.
    public var publishedPorts: [PublishedPort] {
        if case .user(let publish) = self { publish } else { [] }
    }

    /// What it is, in one word and its name, such as `bridge:br0`.
    public var summary: String {
        switch self {
        case .user: "user"
        case .bridge(let name): "bridge:\(name)"
        case .openVSwitch(let port): "openvswitch:\(port.bridge)"
        case .macvtap(let device, _): "macvtap:\(device)"
        case .libvirt(let name): "libvirt:\(name)"
        case .hostDevice(let address, _): "hostdev:\(address)"
        case .vhostUser(let socket): "vhostuser:\(socket)"
        }
    }
}

/// A port of a bridge of Open vSwitch (`<virtualport type='openvswitch'>`).
public struct OpenVSwitchPort: Sendable, Hashable {
    /// The bridge, as `ovs-vsctl list-br` has it.
    public let bridge: BridgeName
    /// The port's profile, which the switch's controller knows.
    public let profile: LibvirtName?
    /// The virtual networks that it is in; absent, it is a trunk of all.
    public let vlan: VLAN?

    /// A port of `bridge`.
    public init(bridge: BridgeName, profile: LibvirtName? = nil, vlan: VLAN? = nil) {
        self.bridge = bridge
        self.profile = profile
        self.vlan = vlan
    }
}

/// The virtual networks (802.1Q) that a port is in.
public enum VLAN: Sendable, Hashable {
    /// One, whose packets reach the guest without its tag.
    case access(VLANTag)
    /// Several, whose packets keep their tags.
    case trunk(VLANTrunk)
}

/// The number of a virtual network (802.1Q), 1 to 4,094.
public struct VLANTag: Sendable, Hashable {
    /// The number.
    public let value: Int

    static let range = 1...4_094

    /// A number.
    ///
    /// - Throws: ``RuleViolation`` outside 1 to 4,094.
    public init(_ value: Int) throws(RuleViolation) {
        guard Self.range.contains(value) else {
            throw RuleViolation(
                value: "\(value)", rule: "a virtual network's number is 1 to 4094", remedy: "for example 100")
        }
        self.value = value
    }
}

/// Virtual networks that share a port: at least one, none twice.
public struct VLANTrunk: Sendable, Hashable {
    /// The numbers, in order.
    public let tags: [VLANTag]

    /// A trunk.
    ///
    /// - Throws: ``RuleViolation`` where there is no number, or one twice.
    public init(_ tags: [VLANTag]) throws(RuleViolation) {
        guard !tags.isEmpty, Set(tags).count == tags.count else {
            throw RuleViolation(
                value: tags.map { "\($0.value)" }.joined(separator: ", "),
                rule: "a trunk has one or more numbers, each once", remedy: "for example [100, 200]")
        }
        self.tags = tags
    }
}

/// The largest packet, in bytes: 68 (IPv4's least) to 65,521 (the most of a tap device).
public struct MTU: Sendable, Hashable {
    /// The number of bytes.
    public let bytes: Int

    static let range = 68...65_521

    /// A largest packet.
    ///
    /// - Throws: ``RuleViolation`` outside 68 to 65,521.
    public init(_ bytes: Int) throws(RuleViolation) {
        guard Self.range.contains(bytes) else {
            throw RuleViolation(
                value: "\(bytes)", rule: "the largest packet is 68 to 65521 bytes", remedy: "for example 9000")
        }
        self.bytes = bytes
    }
}

/// A number of queues, 1 to 256.
public struct QueueCount: Sendable, Hashable {
    /// The number.
    public let value: Int

    static let range = 1...256

    /// A number of queues.
    ///
    /// - Throws: ``RuleViolation`` outside 1 to 256.
    public init(_ value: Int) throws(RuleViolation) {
        guard Self.range.contains(value) else {
            throw RuleViolation(value: "\(value)", rule: "1 to 256 queues", remedy: "as many as virtual processors")
        }
        self.value = value
    }
}

/// A place in the order in which the firmware tries to boot (`<boot order>`), 1 to 64.
public struct BootOrder: Sendable, Hashable {
    /// The place, from 1.
    public let value: Int

    static let range = 1...64

    /// A place.
    ///
    /// - Throws: ``RuleViolation`` outside 1 to 64.
    public init(_ value: Int) throws(RuleViolation) {
        guard Self.range.contains(value) else {
            throw RuleViolation(value: "\(value)", rule: "a boot order is 1 to 64", remedy: "the first is 1")
        }
        self.value = value
    }
}

/// The name of something that libvirt keeps, such as a network or a filter: 1 to 39 of a-z A-Z 0-9 . _ -, first a
/// letter or `_`.
public struct LibvirtName: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    static let pattern = "^[A-Za-z_][A-Za-z0-9._-]{0,38}$"

    /// Reads a name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        let startsWell = text.utf8.first.map { isNameByte($0) && !"0123456789.-".utf8.contains($0) } ?? false
        guard startsWell, text.utf8.count <= 39, text.utf8.allSatisfy(isNameByte) else {
            throw RuleViolation(
                value: text, rule: "a name has 1 to 39 of a-z A-Z 0-9 . _ - and starts with a letter or _",
                remedy: "for example default")
        }
        description = text
    }
}
