// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Devices as the stored document has them; what is as it would be without being said is left out.
extension InstanceDocument {
    static func disk(_ disk: Disk) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        members["image"] = disk.image.map { .string($0.description) }
        members["size"] = disk.size.map { .string($0.size.description) }
        if disk.isCDROM { members["type"] = .string("cdrom") }
        if disk.bus != (disk.isCDROM ? .sata : .virtio) { members["bus"] = .string(disk.bus.rawValue) }
        members["serial"] = disk.serial.map { .string($0.description) }
        if disk.isReadOnly { members["read_only"] = .boolean(true) }
        members["cache"] = disk.cache.map { .string($0.rawValue) }
        members["limits"] = disk.limits.map(limits)
        members["boot_order"] = disk.bootOrder.map { .integer($0.value) }
        members["io"] = disk.handling.io.map { .string($0.rawValue) }
        members["discard"] = disk.handling.discard.map { .string($0.rawValue) }
        members["detect_zeroes"] = disk.handling.detectZeroes.map { .string($0.rawValue) }
        members["queues"] = disk.handling.queues.map { .integer($0.value) }
        members["error_policy"] = disk.handling.errorPolicy.map { .string($0.rawValue) }
        members["rotation_rate"] = disk.handling.rotation.map { .integer($0.value) }
        return .object(members)
    }

    static func interface(_ interface: Interface) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = ["network": network(interface.network)]
        if case .user(let publish) = interface.network, !publish.isEmpty {
            members["publish"] = .array(publish.map { .string($0.description) })
        }
        members["mac"] = interface.mac.map { .string($0.description) }
        let device = interface.device
        if device.model != .virtio { members["model"] = .string(device.model.rawValue) }
        members["mtu"] = device.mtu.map { .integer($0.bytes) }
        members["queues"] = device.queues.map { .integer($0.value) }
        if !device.isLinkUp { members["link"] = .string(Interface.Link.down.rawValue) }
        members["boot_order"] = device.bootOrder.map { .integer($0.value) }
        members["filter"] = interface.traffic.filter.map(filter)
        members["bandwidth"] = interface.traffic.bandwidth.map(bandwidth)
        if interface.traffic.isIsolated { members["isolated"] = .boolean(true) }
        return .object(members)
    }

    private static func network(_ network: Interface.Network) -> CanonicalJSON {
        switch network {
        case .user: return .string("user")
        case .bridge(let name): return .object(["bridge": .string(name.description)])
        case .libvirt(let name): return .object(["libvirt": .string(name.description)])
        case .hostDevice(let address, let vlan):
            var members: [String: CanonicalJSON] = ["hostdev": .string(address.description)]
            members["vlan"] = vlan.map { .integer($0.value) }
            return .object(members)
        case .vhostUser(let socket): return .object(["vhostuser": .string(socket.description)])
        case .macvtap(let device, let mode):
            return .object(["macvtap": .string(device.description), "mode": .string(mode.rawValue)])
        case .openVSwitch(let port):
            var members: [String: CanonicalJSON] = ["openvswitch": .string(port.bridge.description)]
            members["profile"] = port.profile.map { .string($0.description) }
            switch port.vlan {
            case .access(let tag): members["vlan"] = .integer(tag.value)
            case .trunk(let trunk): members["trunk"] = .array(trunk.tags.map { .integer($0.value) })
            case nil: break
            }
            return .object(members)
        }
    }

    private static func filter(_ filter: NetworkFilter) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = ["name": .string(filter.name.description)]
        if !filter.parameters.isEmpty {
            members["parameters"] = .object(filter.parameters.mapValues { .array($0.map(CanonicalJSON.string)) })
        }
        return .object(members)
    }

    private static func bandwidth(_ bandwidth: Bandwidth) -> CanonicalJSON {
        let rate = { (rate: Bandwidth.Rate) in
            var members: [String: CanonicalJSON] = ["average": .string(rate.average.description)]
            members["peak"] = rate.peak.map { .string($0.description) }
            members["burst"] = rate.burst.map { .string($0.description) }
            return CanonicalJSON.object(members)
        }
        var members: [String: CanonicalJSON] = [:]
        members["inbound"] = bandwidth.inbound.map(rate)
        members["outbound"] = bandwidth.outbound.map(rate)
        return .object(members)
    }
}
