// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Reads what an interface is connected to.
extension InstanceReader {
    /// `user`, or a mapping with one kind of network and what belongs to it.
    mutating func readNetwork(_ field: Field) -> Interface.Network? {
        guard case .mapping = field.node.content else {
            return reader.value(field, matching: "^user$") { text throws(RuleViolation) in
                guard text == "user" else {
                    throw RuleViolation(
                        value: text, rule: "a network is user or { bridge: NAME }",
                        remedy: "write network: user, or network: { bridge: br0 }")
                }
                return .user(publish: [])
            }
        }
        let keys = [
            "bridge", "openvswitch", "profile", "vlan", "trunk", "macvtap", "mode", "libvirt", "hostdev", "vhostuser",
        ]
        guard let fields = reader.mapping(field, keys: keys) else { return nil }
        let bridge = readLink("bridge", in: fields)
        let tag = fields["vlan"].map { readNumber($0, in: VLANTag.range, VLANTag.init) }
        let openVSwitch = readOpenVSwitch(in: fields, tag: tag)
        let macvtap = readMacvtap(in: fields)
        let libvirt = fields["libvirt"].map { reader.value($0, matching: LibvirtName.pattern, LibvirtName.init) }
        let hostDevice = readHostDevice(in: fields, tag: tag)
        let socket = fields["vhostuser"].map { reader.value($0, matching: HostPath.pattern, HostPath.init) }
        noteStrays(in: fields)
        let kinds = Self.kinds.filter { fields[$0] != nil || fields.misspelt.contains($0) }
        guard kinds.count == 1 else {
            return reader.attempt(at: field) { () throws(RuleViolation) in
                throw RuleViolation(
                    value: kinds.joined(separator: ", "),
                    rule: "a network is one of \(Self.kinds.joined(separator: ", "))", remedy: "name one of them")
            }
        }
        if let bridge { return bridge.map(Interface.Network.bridge) }
        if let socket { return socket.map(Interface.Network.vhostUser) }
        if let libvirt { return libvirt.map(Interface.Network.libvirt) }
        return openVSwitch ?? macvtap ?? hostDevice ?? nil
    }

    private static let kinds = ["bridge", "openvswitch", "macvtap", "libvirt", "hostdev", "vhostuser"]

    /// A network device's name; the outer nil says that nothing is there, the inner one that it could not be read.
    private mutating func readLink(_ key: String, in fields: Fields) -> BridgeName?? {
        fields[key].map { reader.value($0, matching: BridgeName.pattern, BridgeName.init) }
    }

    private mutating func readOpenVSwitch(in fields: Fields, tag: VLANTag??) -> Interface.Network?? {
        let bridge = readLink("openvswitch", in: fields)
        let profile = fields["profile"].map { reader.value($0, matching: LibvirtName.pattern, LibvirtName.init) }
        let trunk = fields["trunk"].map { readTrunk($0) }
        guard let bridge else { return nil }
        if tag != nil, let field = fields["trunk"] {
            reader.note(
                RuleViolation(
                    value: "", rule: "a port has one `vlan`, or is a `trunk` of several",
                    remedy: "remove one of the two"),
                at: field)
        }
        guard let bridge, profile != .some(nil), tag != .some(nil), trunk != .some(nil) else { return .some(nil) }
        let vlan = (trunk ?? nil).map(VLAN.trunk) ?? (tag ?? nil).map(VLAN.access)
        return .openVSwitch(OpenVSwitchPort(bridge: bridge, profile: profile ?? nil, vlan: vlan))
    }

    private mutating func readTrunk(_ field: Field) -> VLANTrunk? {
        guard let items = reader.sequence(field) else { return nil }
        let tags = items.map { readNumber($0, in: VLANTag.range, VLANTag.init) }
        guard !tags.contains(nil) else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in try VLANTrunk(tags.compactMap(\.self)) }
    }

    private mutating func readMacvtap(in fields: Fields) -> Interface.Network?? {
        let device = readLink("macvtap", in: fields)
        let mode = fields["mode"].map { reader.choice($0, of: Interface.MacvtapMode.self) } ?? .bridge
        guard let device else { return nil }
        guard let device, let mode else { return .some(nil) }
        return .macvtap(device: device, mode: mode)
    }

    private mutating func readHostDevice(in fields: Fields, tag: VLANTag??) -> Interface.Network?? {
        guard let field = fields["hostdev"] else { return nil }
        let address = reader.value(field, matching: PCIAddress.pattern, PCIAddress.init(parsing:))
        guard let address, tag != .some(nil) else { return .some(nil) }
        return .hostDevice(address, vlan: tag ?? nil)
    }

    /// Notes what belongs to another kind of network than the one that is there.
    private mutating func noteStrays(in fields: Fields) {
        for (key, kinds) in [
            ("profile", ["openvswitch"]), ("vlan", ["openvswitch", "hostdev"]), ("trunk", ["openvswitch"]),
            ("mode", ["macvtap"]),
        ] {
            guard let field = fields[key],
                !kinds.contains(where: { fields[$0] != nil || fields.misspelt.contains($0) })
            else { continue }
            let named = kinds.map { "`\($0)`" }.joined(separator: " or ")
            reader.note(
                RuleViolation(
                    value: "", rule: "`\(key)` belongs to \(named), which is absent", remedy: "leave it out"),
                at: field)
        }
    }
}
