// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What an interface can have depends on what it is connected to, and on the machine around it.
extension InstanceRules {
    /// What is asked of interfaces that their networks cannot do, and more queues than there are processors.
    var interfaceProblems: [SpecProblem] {
        interfaces.enumerated().flatMap { index, claims in
            claims.interface.map { networkProblems(of: $0, at: index) + queueProblems(of: $0, at: index) } ?? []
        }
    }

    private func networkProblems(of interface: Interface, at index: Int) -> [SpecProblem] {
        let asked: [(key: String, value: String?, kinds: Set<Interface.Network.Kind>, remedy: String)] = [
            (
                "mtu", interface.device.mtu.map { "\($0.bytes)" }, [.bridge, .openvswitch, .libvirt, .vhostuser],
                "leave it out"
            ),
            (
                "queues", interface.device.queues.map { "\($0.value)" },
                [.bridge, .openvswitch, .macvtap, .libvirt, .vhostuser], "leave it out"
            ),
            ("filter", interface.traffic.filter.map { "\($0.name)" }, [.bridge, .libvirt], "use a network of these"),
            (
                "bandwidth", interface.traffic.bandwidth.map { _ in "" }, [.bridge, .openvswitch, .macvtap, .libvirt],
                "use a network of these"
            ),
            (
                "model", interface.device.model == .virtio ? nil : interface.device.model.rawValue,
                Self.allButHostDevices.subtracting([.vhostuser]), "leave it out"
            ),
            ("link", interface.device.isLinkUp ? nil : "down", Self.allButHostDevices, "leave it out"),
            ("isolated", interface.traffic.isIsolated ? "true" : nil, [.bridge, .libvirt], "use a network of these"),
        ]
        return asked.compactMap { key, value, kinds, remedy in
            guard let value, !kinds.contains(interface.network.kind) else { return nil }
            let names = Interface.Network.Kind.allCases.filter(kinds.contains).map(\.rawValue)
            return SpecProblem(
                path: "interfaces[\(index)].\(key)",
                violation: RuleViolation(
                    value: value,
                    rule: "`\(key)` is for a `network` of these: \(names.joined(separator: ", "))", remedy: remedy))
        }
    }

    private static let allButHostDevices = Set(Interface.Network.Kind.allCases).subtracting([.hostdev])

    private func queueProblems(of interface: Interface, at index: Int) -> [SpecProblem] {
        guard let queues = interface.device.queues else { return [] }
        let path = "interfaces[\(index)].queues"
        guard interface.device.model == .virtio else {
            let violation = RuleViolation(
                value: "\(queues.value)", rule: "`queues` is for `model: virtio`", remedy: "leave one of the two out")
            return [SpecProblem(path: path, violation: violation)]
        }
        guard let vcpus else { return [] }
        let most = maximumVCPUs ?? vcpus
        guard queues.value > most.value else { return [] }
        let named = maximumVCPUs == nil ? "vcpus" : "maximum_vcpus"
        let violation = RuleViolation(
            value: "\(queues.value)", rule: "`queues` is no more than `\(named)`, which is \(most.value)",
            remedy: "ask for fewer queues")
        return [SpecProblem(path: path, violation: violation)]
    }

    /// Boot orders that are there twice.
    var bootOrderProblems: [SpecProblem] {
        let given =
            disks.enumerated().map { ("disks[\($0)].boot_order", $1?.bootOrder) }
            + interfaces.enumerated().map { ("interfaces[\($0)].boot_order", $1.interface?.device.bootOrder) }
        var holders: [BootOrder: String] = [:]
        return given.compactMap { path, order in
            guard let order else { return nil }
            guard let holder = holders[order] else {
                holders[order] = path
                return nil
            }
            let violation = RuleViolation(
                value: "\(order.value)", rule: "each boot order is there once, and `\(holder)` is the same",
                remedy: "give each its own place, from 1")
            return SpecProblem(path: path, violation: violation)
        }
    }
}

extension Interface.Network {
    /// The kinds of networks, as a document names them.
    enum Kind: String, CaseIterable {
        case user, bridge, openvswitch, macvtap, libvirt, hostdev, vhostuser
    }

    /// Which kind it is.
    var kind: Kind {
        switch self {
        case .user: .user
        case .bridge: .bridge
        case .openVSwitch: .openvswitch
        case .macvtap: .macvtap
        case .libvirt: .libvirt
        case .hostDevice: .hostdev
        case .vhostUser: .vhostuser
        }
    }
}
