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

    /// Refuses more huge pages than the host has set aside; what others hold of them is seen where they are claimed.
    /// Those of the host's default size, which libvirt does not tell, are QEMU's to ask for.
    func refuseHugePages(of instance: Instance) throws(PlanError) {
        guard let topology = facts.topology else { return }
        let path = "memory_backing.huge_pages"
        let needs = instance.hugePages
        for need in needs where topology.hugePages(kibibytes: need.kibibytes, in: need.nodes) == nil {
            throw lacks(
                path, Self.size(of: need.kibibytes), "this host has no huge pages of this size", "ask for another")
        }
        guard let shortage = HugePageShortage.find(needs, beside: [], on: topology) else { return }
        let places = shortage.nodes.count < topology.cells.count ? " on these nodes" : ""
        throw exhausted(
            path, Self.size(of: shortage.kibibytes),
            "needs \(shortage.needed) huge pages\(places), and \(shortage.available) are set aside",
            "set more aside on the host (vm.nr_hugepages), or ask for less memory")
    }

    private static func size(of kibibytes: Int) -> String {
        ByteCount(bytes: UInt64(kibibytes) << 10).description
    }
}

extension Instance {
    /// The huge pages that the instance starts with, by the host's nodes that they come from; none where it has none,
    /// or of the host's default size.
    var hugePages: [HugePageClaim] {
        guard case .size(let page) = memoryDetails.backing.hugePages else { return [] }
        var counts: [[Int]: UInt64] = [:]
        for part in memoryByCell { counts[hostNodes(ofCell: part.cell), default: 0] += part.size / page.size.bytes }
        return counts.filter { $0.value > 0 }.map { nodes, count in
            HugePageClaim(kibibytes: Int(page.size.bytes >> 10), count: Int(count), nodes: nodes)
        }.sorted { $0.nodes.lexicographicallyPrecedes($1.nodes) }
    }

    /// The bytes of memory that each cell of the guest starts with; without cells, all is that of the first.
    private var memoryByCell: [(cell: Int, size: UInt64)] {
        let cells = memoryDetails.numa?.cells.map(\.memory.size.bytes) ?? [memory.size.bytes]
        return Array(cells.enumerated()).map { ($0.offset, $0.element) }
            + memoryDetails.devices.map { ($0.cell, $0.requested.bytes) }
    }

    /// The host's nodes that a cell's memory comes from, and from nowhere else; empty: any.
    private func hostNodes(ofCell index: Int) -> [Int] {
        // One that is preferred has others stand in for it.
        guard let numa = memoryDetails.numa, numa.mode != .preferred else { return [] }
        let own = numa.cells.indices.contains(index) ? numa.cells[index].nodes : []
        return own.isEmpty ? numa.nodes : own
    }
}
