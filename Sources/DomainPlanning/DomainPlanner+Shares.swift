// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel

extension DomainPlanner {
    /// The directories of the host that the guest can mount.
    func filesystems(of instance: Instance) -> [Filesystem] {
        instance.peripherals.shares.enumerated().map { index, share in
            var planned = Filesystem(sharing: share.source.description, tag: share.tag.description)
            planned.isReadOnly = share.isReadOnly
            planned.alias = "ua-share-\(index)"
            return planned
        }
    }

    /// The console's serial port, and those beside it.
    func serials(of instance: Instance, resources: InstanceResources) -> [Serial] {
        let log = CharacterLog(file: resources.consoleLog, opening: .appending)
        let others = (0..<(instance.peripherals.serialPorts?.value ?? 0)).map { index in
            // libvirt chooses no socket for a serial port.
            let socket = resources.guestSocket("serial-\(index + 1)")
            return Serial(backend: socket.map { .unix(path: $0) } ?? .pty(), port: index + 1)
        }
        return [Serial(backend: .pty(), log: log, port: 0)] + others
    }

    /// The agent's channel, and those that were asked for.
    func channels(of instance: Instance, resources: InstanceResources) -> [Channel] {
        let agent = Channel(name: Channel.guestAgentName, backend: .unix(path: resources.agentSocket))
        let others = instance.peripherals.channels.enumerated().map { index, name in
            Channel(name: name.description, backend: .unix(path: resources.guestSocket("channel-\(index)")))
        }
        return (instance.agent ? [agent] : []) + others
    }

    /// Refuses shares where virtio-fs cannot do what is asked of it.
    func refuseShares(of instance: Instance) throws(PlanError) {
        let shares = instance.peripherals.shares
        guard !shares.isEmpty else { return }
        guard facts.devices?.hasVirtioFS ?? true else {
            throw lacks(
                "shares", "\(shares.count)", "this host has no virtio-fs",
                "install virtiofsd, or leave it out")
        }
        guard facts.isPrivileged || facts.hasLibvirt(.unprivilegedVirtioFS) else {
            throw lacks(
                "shares", "\(shares.count)", "libvirt before 10.0 shares directories with root's privileges alone",
                "leave it out, or use a system libvirt (`--connect qemu:///system`)")
        }
        guard !facts.hasLibvirt(.readOnlyVirtioFS) else { return }
        if let index = shares.firstIndex(where: \.isReadOnly) {
            throw lacks(
                "shares[\(index)].read_only", "true", "libvirt before 11.0 lets guests write to what it shares",
                "leave it out, or share what the guest may write to")
        }
    }
}
