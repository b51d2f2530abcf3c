// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel

extension DomainPlanner {
    /// Refuses disks that go past the host's cache where that cannot be.
    func refuseDisks(of instance: Instance) throws(PlanError) {
        guard !facts.hasDirectIO else { return }
        let rule = "the file system of the instances' disks has no O_DIRECT"
        for (index, disk) in instance.disks.enumerated() {
            if let cache = disk.cache, [.bypassed, .directsync].contains(cache) {
                throw lacks(
                    "disks[\(index)].cache", cache.rawValue, rule, "write writeback or writethrough, or leave it out")
            }
            if disk.handling.io == .native {
                throw lacks("disks[\(index)].io", "native", rule, "write threads or io_uring, or leave it out")
            }
        }
    }

    /// Refuses interfaces that need privileges which this host's libvirt has not.
    func refuseInterfaces(of instance: Instance) throws(PlanError) {
        guard let devices = facts.devices, !devices.isPrivileged else { return }
        for (index, interface) in instance.interfaces.enumerated() {
            let path = "interfaces[\(index)]"
            switch interface.network {
            case .user, .bridge: break
            case .openVSwitch, .macvtap, .libvirt:
                throw needsPrivileges("\(path).network", interface.network.summary)
            }
            if let filter = interface.traffic.filter {
                throw needsPrivileges("\(path).filter", filter.name.description)
            }
            if interface.traffic.bandwidth != nil { throw needsPrivileges("\(path).bandwidth", "") }
        }
    }

    private func needsPrivileges(_ path: String, _ value: String) -> PlanError {
        lacks(
            path, value, "libvirt makes this with the host's privileges, and here it runs without them",
            "leave it out, or use a system libvirt (`--connect qemu:///system`)")
    }
}
