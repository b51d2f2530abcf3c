// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel

extension DomainPlanner {
    /// An interface; what its own tap device does is not libvirt's to do, and is not in the document.
    func interface(
        _ interface: InstanceModel.Interface, index: Int, id: InstanceID, resources: InstanceResources
    ) -> DomainXML.Interface {
        let connection = connection(of: interface.network, tap: resources.taps[index])
        let mac = interface.mac ?? .derived(for: id, index: index)
        var device = DomainXML.Interface(
            connection: connection, macAddress: mac.description, model: Self.model(of: interface),
            bootOrder: interface.device.bootOrder?.value)
        if case .openVSwitch(let port) = interface.network {
            device.openVSwitchPort = .init(profile: port.profile?.description)
            device.virtualNetworks = port.vlan?.domainNetworks
        }
        if case .hostDevice(_, let vlan?) = interface.network {
            device.virtualNetworks = VLAN.access(vlan).domainNetworks
        }
        device.mtu = interface.device.mtu?.bytes
        // One is what it has anyway, and what libvirt does not write back.
        device.queues = interface.device.queues.flatMap { $0.value > 1 ? $0.value : nil }
        device.isLinkUp = interface.device.isLinkUp
        set(interface.traffic, of: &device)
        device.alias = DeviceNames.interfaceAlias(index)
        return device
    }

    /// The card that the guest sees; one of the host is what it is.
    private static func model(of interface: InstanceModel.Interface) -> DomainXML.Interface.Model? {
        if case .hostDevice = interface.network { return nil }
        return interface.device.model.domainModel
    }

    private func connection(of network: InstanceModel.Interface.Network, tap: String?) -> DomainXML.Interface.Connection
    {
        switch network {
        case .user: .user
        case .bridge(let bridge): tap.map { .ethernet(tap: $0, isManaged: false) } ?? .bridge(bridge.description)
        case .openVSwitch(let port): .bridge(port.bridge.description)
        case .macvtap(let device, let mode): .direct(device: device.description, mode: mode.domainMode)
        case .libvirt(let name): .network(name.description)
        case .vhostUser(let socket): .vhostUser(socket: socket.description)
        case .hostDevice(let address, _):
            .hostDevice(domain: address.domain, bus: address.bus, slot: address.slot, function: address.function)
        }
    }

    private func set(_ traffic: InstanceModel.Interface.Traffic, of device: inout DomainXML.Interface) {
        device.filter = traffic.filter.map { filter in
            let parameters = filter.parameters.sorted { $0.key < $1.key }
                .flatMap { name, values in values.map { DomainXML.Interface.Filter.Parameter(name, $0) } }
            return DomainXML.Interface.Filter(filter.name.description, parameters: parameters)
        }
        device[bandwidth: .inbound] = traffic.bandwidth?.inbound?.domainRate
        device[bandwidth: .outbound] = traffic.bandwidth?.outbound?.domainRate
        // libvirt refuses it on a tap device that it is given.
        if traffic.isIsolated, case .network = device.connection { device.isIsolated = true }
    }
}

extension InstanceModel.Interface.Model {
    fileprivate var domainModel: DomainXML.Interface.Model {
        switch self {
        case .virtio: .virtio
        case .e1000e: .e1000e
        }
    }
}

extension InstanceModel.Interface.MacvtapMode {
    fileprivate var domainMode: DomainXML.Interface.DirectMode {
        switch self {
        case .bridge: .bridge
        case .vepa: .vepa
        case .private: .private
        case .passthrough: .passthrough
        }
    }
}

extension VLAN {
    fileprivate var domainNetworks: DomainXML.Interface.VirtualNetworks {
        switch self {
        case .access(let tag): .init(tags: [tag.value], isTrunk: false)
        case .trunk(let trunk): .init(tags: trunk.tags.map(\.value), isTrunk: true)
        }
    }
}

extension Bandwidth.Rate {
    /// libvirt counts rates in kilobytes of 1,000 bytes, and what may pass at once in KiB.
    fileprivate var domainRate: DomainXML.Interface.Rate {
        let kilobytes = { (rate: ByteCount) in Int(clamping: (rate.bytes + 500) / 1_000) }
        return .init(
            average: kilobytes(average), peak: peak.map(kilobytes), burst: burst.map { Int(clamping: $0.bytes >> 10) })
    }
}
