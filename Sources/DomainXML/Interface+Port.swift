// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

/// What the host's end of an interface does: its port of a switch, its networks, what may pass, and how fast.
extension Interface {
    /// A port of a switch (`<virtualport>`) of Open vSwitch.
    public struct VirtualPort: Sendable, Hashable {
        /// The profile that the switch's controller knows.
        public var profile: String?
        /// The port's identity, which libvirt makes up where there is none.
        public var id: String?

        /// Describes a port.
        public init(profile: String? = nil, id: String? = nil) {
            self.profile = profile
            self.id = id
        }
    }

    /// The port of Open vSwitch; nil for other kinds of switches, too.
    public var openVSwitchPort: VirtualPort? {
        get {
            guard let port = element.first("virtualport"), port["type"] == "openvswitch" else { return nil }
            let parameters = port.first("parameters")
            return VirtualPort(profile: parameters?["profileid"], id: parameters?["interfaceid"])
        }
        set {
            guard newValue != openVSwitchPort else { return }
            guard let newValue else { return element.setChild("virtualport", to: nil, in: Self.order) }
            element.editChild("virtualport", in: Self.order) { port in
                port["type"] = "openvswitch"
                port.editChild("parameters", in: []) { parameters in
                    parameters["interfaceid"] = newValue.id
                    parameters["profileid"] = newValue.profile
                }
            }
        }
    }

    /// The virtual networks of a port (`<vlan>`), by their numbers.
    public struct VirtualNetworks: Sendable, Hashable {
        /// The numbers, 0 to 4,095.
        public var tags: [Int]
        /// Whether packets keep their tags on the way to the guest.
        public var isTrunk: Bool

        /// Describes the networks of a port.
        public init(tags: [Int], isTrunk: Bool) {
            self.tags = tags
            self.isTrunk = isTrunk
        }
    }

    /// The virtual networks of its port; nil where nothing is said of them.
    public var virtualNetworks: VirtualNetworks? {
        get {
            element.first("vlan").map { vlan in
                let tags = vlan.all("tag").compactMap { $0.number("id") }
                return VirtualNetworks(tags: tags, isTrunk: vlan.yesNo("trunk") ?? (tags.count > 1))
            }
        }
        set {
            guard newValue != virtualNetworks else { return }
            let vlan = newValue.map { networks in
                XMLElement("vlan", ["trunk": networks.isTrunk ? true.yesNo : nil]) {
                    for tag in networks.tags { XMLElement("tag", ["id": String(tag)]) }
                }
            }
            element.setChild("vlan", to: vlan, in: Self.order)
        }
    }

    /// How much may pass in one direction, in KiB a second, and KiB for the burst.
    public struct Rate: Sendable, Hashable {
        /// In the long run.
        public var average: Int?
        /// At most.
        public var peak: Int?
        /// What may pass at the peak's rate.
        public var burst: Int?

        /// Describes a rate.
        public init(average: Int?, peak: Int? = nil, burst: Int? = nil) {
            self.average = average
            self.peak = peak
            self.burst = burst
        }
    }

    /// A direction, as the guest sees it.
    public enum Direction: String, Sendable, Hashable, CaseIterable {
        case inbound, outbound
    }

    /// How much may pass in a direction (`<bandwidth>`); nil where it is not limited.
    public subscript(bandwidth direction: Direction) -> Rate? {
        get {
            element.first("bandwidth")?.first(XMLName(direction.rawValue)).map { rate in
                Rate(average: rate.number("average"), peak: rate.number("peak"), burst: rate.number("burst"))
            }
        }
        set {
            guard newValue != self[bandwidth: direction] else { return }
            element.editChild("bandwidth", in: Self.order) { bandwidth in
                bandwidth.editChild(XMLName(direction.rawValue), in: ["inbound", "outbound"]) { rate in
                    rate["average"] = newValue?.average.map(String.init)
                    rate["peak"] = newValue?.peak.map(String.init)
                    rate["burst"] = newValue?.burst.map(String.init)
                }
            }
        }
    }

    /// A filter that packets pass (`<filterref>`).
    public struct Filter: Sendable, Hashable {
        /// The filter's name.
        public var name: String
        /// The values of its variables, in order; a variable with several values stands there several times.
        public var parameters: [Parameter]

        /// A value of a variable.
        public struct Parameter: Sendable, Hashable {
            /// The variable.
            public var name: String
            /// The value.
            public var value: String

            /// Describes a value.
            public init(_ name: String, _ value: String) {
                self.name = name
                self.value = value
            }
        }

        /// Describes a filter.
        public init(_ name: String, parameters: [Parameter] = []) {
            self.name = name
            self.parameters = parameters
        }
    }

    /// The filter that packets pass.
    public var filter: Filter? {
        get {
            guard let reference = element.first("filterref"), let name = reference["filter"] else { return nil }
            let parameters = reference.all("parameter").compactMap { parameter in
                parameter["name"].flatMap { name in parameter["value"].map { Filter.Parameter(name, $0) } }
            }
            return Filter(name, parameters: parameters)
        }
        set {
            guard newValue != filter else { return }
            let reference = newValue.map { filter in
                XMLElement("filterref", ["filter": filter.name]) {
                    for parameter in filter.parameters {
                        XMLElement("parameter", ["name": parameter.name, "value": parameter.value])
                    }
                }
            }
            element.setChild("filterref", to: reference, in: Self.order)
        }
    }

    /// The pairs of queues (`<driver queues>`); nil leaves it at one.
    public var queues: Int? {
        get { element.first("driver")?.number("queues") }
        set {
            guard newValue != queues else { return }
            element.editChild("driver", in: Self.order) { $0["queues"] = newValue.map(String.init) }
        }
    }

    /// Whether the cable is plugged in; it is where nothing is said.
    public var isLinkUp: Bool {
        get { element.first("link")?["state"] != "down" }
        set {
            guard newValue != isLinkUp else { return }
            element.editChild("link", in: Self.order) { $0["state"] = newValue ? nil : "down" }
        }
    }

    /// Whether the port of the bridge reaches no other isolated one; nil where nothing is said (libvirt 6.1).
    public var isIsolated: Bool? {
        get { element.first("port")?.yesNo("isolated") }
        set {
            guard newValue != isIsolated else { return }
            element.editChild("port", in: Self.order) { $0["isolated"] = newValue?.yesNo }
        }
    }
}
