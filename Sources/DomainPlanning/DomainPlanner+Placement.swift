// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
public import InstanceModel

extension DomainPlanner {
    /// Whether ``place(_:among:)`` looks at what other instances hold.
    public static func looksAtClaims(for instance: Instance) -> Bool {
        instance.processor?.tuning.dedicated != nil
    }

    /// The instance with the host's processors filled in that its dedicated ones run on, whole cores in the fewest
    /// cells, none of which another instance holds, and the addresses of devices that it names by their kind. Those
    /// that the document names stay as they are.
    ///
    /// - Throws: ``PlanError/exhausted(_:)`` where not enough cores are free, or the host has too few huge pages, with
    ///   the arithmetic; ``PlanError/lacks(_:)`` where a named processor does not exist or shares its core with another
    ///   instance's, where the host has no pages of that size, and where a kind of device is there never or more than
    ///   once.
    public func place(_ instance: Instance, among claims: HostClaims) throws(PlanError) -> Instance {
        try refuseHugePages(of: instance)
        let instance = try located(instance)
        guard let tuning = instance.processor?.tuning, let dedicated = tuning.dedicated else { return instance }
        guard let topology = facts.topology, !topology.cells.isEmpty else {
            throw lacks(
                "cpu.dedicated", "true", "libvirt does not tell this host's processors", "leave it out")
        }
        switch dedicated {
        case .fixed(let cpus):
            try check(cpus, at: "cpu.dedicated", in: topology, among: claims)
            if case .isolated(.fixed(let others)) = tuning.emulatorThreads {
                try check(others, at: "cpu.emulator_threads", in: topology, among: claims)
            }
            return instance
        case .chosen:
            let nodes = instance.memoryDetails.numa?.nodes ?? []
            let search = PlacementSearch(topology: topology, held: claims.cpus, nodes: nodes)
            let isIsolated = tuning.emulatorThreads != .shared
            guard let place = search.place(vcpus: instance.mostVCPUs, isolatingEmulator: isIsolated) else {
                throw exhausted(
                    "cpu.dedicated", "true",
                    search.arithmetic(vcpus: instance.mostVCPUs, isolatingEmulator: isIsolated),
                    "ask for fewer virtual processors, or delete a guest with dedicated ones")
            }
            return instance.placed(on: order(place.vcpus, for: instance), emulator: place.emulator)
        }
    }

    /// The host's processor of each virtual one, where those of one cell of the guest are beside one another.
    private func order(_ cpus: [Int], for instance: Instance) -> [Int] {
        guard let numa = instance.memoryDetails.numa else { return cpus }
        let places = zip(numa.cells.flatMap(\.vcpus), cpus)
        return places.sorted { $0.0 < $1.0 }.map(\.1)
    }

    func exhausted(_ path: String, _ value: String, _ rule: String, _ remedy: String) -> PlanError {
        .exhausted(SpecProblem(path: path, violation: RuleViolation(value: value, rule: rule, remedy: remedy)))
    }

    private func check(
        _ cpus: [Int], at path: String, in topology: HostTopology, among claims: HostClaims
    ) throws(PlanError) {
        let cores = topology.coreOfProcessor
        for cpu in cpus {
            guard let core = cores[cpu] else {
                throw lacks(path, "\(cpu)", "this host has no processor of this number", "name others, or write true")
            }
            // One that is held itself is a conflict, which names the holder.
            guard claims.cpus.contains(cpu) || claims.cpus.isDisjoint(with: core) else {
                throw lacks(
                    path, "\(cpu)", "this processor shares its core with one that another instance holds",
                    "name others, or write true")
            }
        }
    }
}
