// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel

extension DomainPlanner {
    /// Refuses what of the host's resources an instance cannot have here.
    func refuseResources(of instance: Instance) throws(PlanError) {
        if !facts.isPrivileged { try refusePrivileges(of: instance) }
        guard let topology = facts.topology else { return }
        try refuseNodes(of: instance, beyond: topology)
    }

    /// What a libvirt without root's privileges cannot do: it would say so only when the guest starts.
    private func refusePrivileges(of instance: Instance) throws(PlanError) {
        let backing = instance.memoryDetails.backing
        let tuning = instance.processor?.tuning ?? .usual
        let needs: [(path: String, value: String?)] = [
            ("cpu.shares", tuning.shares.map(String.init)),
            ("cpu.quota", (tuning.quota?.quotaMicroseconds).map(String.init)),
            ("cpu.real_time", (tuning.realTime?.priority).map(String.init)),
            ("memory_backing.huge_pages", backing.hugePages.map { _ in "huge pages" }),
            ("memory_backing.locked", backing.isLocked ? "true" : nil),
            ("memory_backing.limit", backing.limit?.description),
            ("launch_security", (instance.platform.launchSecurity?.kind).map(\.rawValue)),
            ("numa.mode", instance.memoryDetails.numa?.mode == .restrictive ? "restrictive" : nil),
        ]
        for case (let path, let value?) in needs {
            throw lacks(
                path, value, "the libvirt of these guests has no privileges, which this needs",
                "leave it out, or use a privileged libvirt: --connect qemu:///system")
        }
    }

    private func refuseNodes(of instance: Instance, beyond topology: HostTopology) throws(PlanError) {
        guard let numa = instance.memoryDetails.numa else { return }
        let known = topology.cells.map(\.id)
        let places =
            [("numa.nodes", numa.nodes)]
            + numa.cells.enumerated().map { ("numa.cells[\($0)].nodes", $1.nodes) }
        for (path, nodes) in places {
            guard let node = nodes.first(where: { !known.contains($0) }) else { continue }
            let all = known.map(String.init).joined(separator: ", ")
            throw lacks(path, "\(node)", "the NUMA nodes of this host are \(all)", "name others, or leave it out")
        }
    }

    /// Refuses more huge pages than the host has set aside and nobody holds. Those of the host's default size, which
    /// libvirt does not tell, are QEMU's to ask for.
    func refuseHugePages(of instance: Instance, among claims: HostClaims) throws(PlanError) {
        guard let topology = facts.topology, let pages = instance.hugePages else { return }
        let path = "memory_backing.huge_pages"
        let size = ByteCount(bytes: UInt64(pages.kibibytes) << 10).description
        let nodes = instance.memoryDetails.numa?.nodes ?? []
        guard let count = topology.hugePages(kibibytes: pages.kibibytes, in: nodes) else {
            throw lacks(path, size, "this host has no huge pages of this size", "ask for another")
        }
        // Whose pages lie in which cell is the kernel's to say: with nodes, what is set aside there is the most.
        let held = nodes.isEmpty ? claims.hugePages[pages.kibibytes] ?? 0 : 0
        guard pages.count <= count - held else {
            throw exhausted(
                path, size, "needs \(pages.count) huge pages, \(count) are set aside, and other instances hold \(held)",
                "set more aside on the host (vm.nr_hugepages), or ask for less memory")
        }
    }
}

extension Instance {
    /// The huge pages that the instance starts with; nil where it has none, or of the host's default size.
    var hugePages: (kibibytes: Int, count: Int)? {
        guard case .size(let page) = memoryDetails.backing.hugePages else { return nil }
        let bytes = memoryDetails.devices.reduce(memory.size.bytes) { $0 + $1.requested.bytes }
        return (Int(page.size.bytes >> 10), Int(bytes / page.size.bytes))
    }
}
