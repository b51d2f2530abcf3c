// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import InstanceModel

extension DomainPlanner {
    /// Refuses what of the host's resources an instance cannot have here.
    func refuseResources(of instance: Instance) throws(PlanError) {
        if !facts.isPrivileged { try refusePrivileges(of: instance) }
    }

    /// What a libvirt without root's privileges cannot do: it would say so only when the guest starts.
    private func refusePrivileges(of instance: Instance) throws(PlanError) {
        let backing = instance.memoryDetails.backing
        let tuning = instance.processor?.tuning ?? .usual
        let needs: [(path: String, value: String?)] = [
            ("cpu.shares", tuning.shares.map(String.init)),
            ("cpu.quota", (tuning.quota?.quotaMicroseconds).map(String.init)),
            ("memory_backing.huge_pages", backing.hugePages.map { _ in "huge pages" }),
            ("memory_backing.locked", backing.isLocked ? "true" : nil),
            ("memory_backing.limit", backing.limit?.description),
            ("numa.mode", instance.memoryDetails.numa?.mode == .restrictive ? "restrictive" : nil),
        ]
        for case (let path, let value?) in needs {
            throw lacks(
                path, value, "the libvirt of these guests has no privileges, which this needs",
                "leave it out, or use a privileged libvirt: --connect qemu:///system")
        }
    }
}
