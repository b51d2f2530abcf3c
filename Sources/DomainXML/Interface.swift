// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A network interface of the guest (`<interface>`).
public struct Interface: DomainDevice {
    /// `interface`.
    public static let elementName: XMLName = "interface"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<interface>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes an interface.
    ///
    /// - Parameters:
    ///   - connection: What it is connected to on the host.
    ///   - macAddress: Six bytes in hexadecimal with colons; nil leaves it to libvirt.
    ///   - model: What the guest sees; nil for a card of the host.
    ///   - bootOrder: Its place in the boot order, from 1.
    public init(connection: Connection, macAddress: String?, model: Model? = .virtio, bootOrder: Int? = nil) {
        element = XMLElement(Self.elementName, ["type": connection.type])
        self.macAddress = macAddress
        self.connection = connection
        self.model = model
        self.bootOrder = bootOrder
    }

    /// What an interface is connected to on the host.
    public enum Connection: Sendable, Hashable {
        /// QEMU's own user-mode network; needs no privilege.
        case user
        /// A bridge of the host, through a tap that libvirt makes.
        case bridge(String)
        /// One of libvirt's networks.
        case network(String)
        /// A tap of this name; made beforehand by somebody else where it is not managed.
        case ethernet(tap: String, isManaged: Bool)
        /// A macvtap device on a device of the host; without a mode, libvirt's `vepa`.
        case direct(device: String, mode: DirectMode?)
        /// A function of a network card on the host's PCI, which libvirt takes from its driver while the guest runs.
        case hostDevice(domain: Int, bus: Int, slot: Int, function: Int)
        /// A program of the host that serves a unix socket and maps the guest's memory, such as a switch (vhost-user).
        case vhostUser(socket: String)

        var type: String {
            switch self {
            case .user: "user"
            case .bridge: "bridge"
            case .network: "network"
            case .ethernet: "ethernet"
            case .direct: "direct"
            case .hostDevice: "hostdev"
            case .vhostUser: "vhostuser"
            }
        }
    }

    /// What a macvtap device lets pass.
    public enum DirectMode: String, Sendable, Hashable, CaseIterable {
        case vepa, bridge, passthrough
        case `private`
    }

    /// What the guest sees.
    public enum Model: String, Sendable, Hashable, CaseIterable {
        case virtio, e1000, e1000e, rtl8139
    }

    static let order: ChildOrder = [
        "mac", "source", "virtualport", "vlan", "bandwidth", "port", "ip", "route", "portForward", "script",
        "downscript",
        "backenddomain", "target", "guest", "model", "driver", "backend", "filterref", "tune", "teaming", "link", "mtu",
        "coalesce", "boot", "alias", "rom", "acpi", "address",
    ]

    /// What it is connected to; nil where that is of a kind that ``Connection`` does not know.
    public var connection: Connection? {
        get {
            let source = element.first("source")
            switch element["type"] {
            case "user": return .user
            case "bridge": return source?["bridge"].map { .bridge($0) }
            case "network": return source?["network"].map { .network($0) }
            case "ethernet":
                guard let target = element.first("target"), let tap = target["dev"] else { return nil }
                return .ethernet(tap: tap, isManaged: target.yesNo("managed") ?? true)
            case "direct":
                guard let source, let device = source["dev"] else { return nil }
                guard source["mode"] != nil else { return .direct(device: device, mode: nil) }
                return source.value("mode").map { .direct(device: device, mode: $0) }
            case "hostdev":
                guard let address = source?.first("address"), address["type"] == "pci",
                    case .pci(let domain, let bus, let slot, let function)? = DeviceAddress(address)
                else { return nil }
                return .hostDevice(domain: domain, bus: bus, slot: slot, function: function)
            case "vhostuser":
                guard let source, source["type"] == "unix", source["mode"] == "client" else { return nil }
                return source["path"].map { .vhostUser(socket: $0) }
            default: return nil
            }
        }
        set {
            guard let newValue, newValue != connection else { return }
            if element["type"] != newValue.type {
                element["type"] = newValue.type
                element.removeAll("source")
                element.removeAll("target")
                element["managed"] = nil
            }
            switch newValue {
            case .user: break
            case .bridge(let name): element.editChild("source", in: Self.order) { $0["bridge"] = name }
            case .network(let name): element.editChild("source", in: Self.order) { $0["network"] = name }
            case .hostDevice(let domain, let bus, let slot, let function):
                element["managed"] = true.yesNo
                let address = DeviceAddress.pci(domain: domain, bus: bus, slot: slot, function: function)
                element.editChild("source", in: Self.order) {
                    $0.setChild("address", to: address.element, in: ["address"])
                }
            case .vhostUser(let socket):
                element.editChild("source", in: Self.order) { source in
                    source["type"] = "unix"
                    source["path"] = socket
                    source["mode"] = "client"
                }
            case .direct(let device, let mode):
                element.editChild("source", in: Self.order) { source in
                    source["dev"] = device
                    source["mode"] = mode?.rawValue
                }
            case .ethernet(let tap, let isManaged):
                element.editChild("target", in: Self.order) { target in
                    target["dev"] = tap
                    target["managed"] = isManaged ? nil : false.yesNo
                }
            }
        }
    }

    /// The guest's address on the link.
    public var macAddress: String? {
        get { element.first("mac")?["address"] }
        set { element.editChild("mac", in: Self.order) { $0["address"] = newValue } }
    }

    /// The name of the host's end, which libvirt fills in while the guest runs.
    public var hostDevice: String? { element.first("target")?["dev"] }

    /// What the guest sees.
    public var model: Model? {
        get { element.first("model")?.value("type") }
        set {
            guard newValue != model else { return }
            element.editChild("model", in: Self.order) { $0["type"] = newValue?.rawValue }
        }
    }

    /// The largest packet, in bytes; nil leaves it to the host's end.
    public var mtu: Int? {
        get { element.first("mtu")?.number("size") }
        set {
            guard newValue != mtu else { return }
            element.editChild("mtu", in: Self.order) { $0["size"] = newValue.map(String.init) }
        }
    }
}
