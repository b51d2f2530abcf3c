// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

internal import GRDB
public import InstanceModel

extension Journal {
    /// Refuses claims that an operation would not be begun with, as it would: for plans that take nothing.
    ///
    /// - Throws: ``ComputeError`` with code `conflict`.
    public func ensureFree(
        _ claims: [Claim], for id: InstanceID, on topology: HostTopology?
    ) throws(ComputeError) {
        try read { try Self.refuseConflicts(of: claims, for: id, on: topology, $0) }
    }

    /// Refuses claims of which another instance has one, and what the host has too little of for all of them: what no
    /// unique key tells, which is a core that another instance has a processor of, and huge pages, of which there are
    /// so many. What the instance has already is not looked at again.
    static func refuseConflicts(
        of claims: [Claim], for id: InstanceID, on topology: HostTopology?, _ database: Database
    ) throws {
        try refuseTaken(claims, for: id, database)
        let amounts: [Claim.Kind] = [.cpu, .hugePages]
        guard let topology, claims.contains(where: { amounts.contains($0.kind) }) else { return }
        let own = try HeldClaim.fetch(
            database, "SELECT * FROM claims WHERE instance_id = ?", [id.description]
        ).map(\.claim)
        let added = claims.filter { !own.contains($0) }
        let cpus = added.filter { $0.kind == .cpu }.compactMap { Int($0.value) }
        if !cpus.isEmpty {
            let held = try held(.cpu, byOthersThan: id, database).compactMap { Int($0.claim.value) }
            try refuseCores(of: cpus, sharedWith: Set(held), on: topology)
        }
        guard added.contains(where: { $0.kind == .hugePages }) else { return }
        let held = try mostOfEach(held(.hugePages, byOthersThan: id, database))
        let needs = claims.compactMap(HugePageClaim.init)
        if let shortage = HugePageShortage.find(needs, beside: held, on: topology) { throw ComputeError(shortage) }
    }

    private static func refuseCores(of cpus: [Int], sharedWith held: Set<Int>, on topology: HostTopology) throws {
        let cores = topology.coreOfProcessor
        guard let cpu = cpus.first(where: { cpu in cores[cpu].map { !held.isDisjoint(with: $0) } ?? false }) else {
            return
        }
        throw ComputeError(
            .conflict, subject: Claim(.cpu, "\(cpu)").description,
            message: "the host's processor \(cpu) shares its core with one that another instance holds",
            hint: "name another, or write true")
    }

    /// The pages that instances hold. One that waits for its next start holds those of its older document and of its
    /// newer one, in turn: the more of both where they come from the same nodes.
    private static func mostOfEach(_ held: [HeldClaim]) -> [HugePageClaim] {
        struct Place: Hashable {
            let instance: InstanceID
            let size: Int
            let nodes: [Int]
        }
        let pages = held.compactMap { held in
            HugePageClaim(held.claim).map {
                (Place(instance: held.instanceID, size: $0.kibibytes, nodes: $0.nodes), $0)
            }
        }
        return Array(Dictionary(pages, uniquingKeysWith: { $0.count < $1.count ? $1 : $0 }).values)
    }

    private static func held(
        _ kind: Claim.Kind, byOthersThan id: InstanceID, _ database: Database
    ) throws -> [HeldClaim] {
        try HeldClaim.fetch(
            database, "SELECT * FROM claims WHERE kind = ? AND instance_id <> ?", [kind.rawValue, id.description])
    }
}

extension ComputeError {
    /// The conflict of pages that others hold.
    fileprivate init(_ shortage: HugePageShortage) {
        let size = ByteCount(bytes: UInt64(shortage.kibibytes) << 10).description
        let nodes =
            (shortage.nodes.count == 1 ? "node " : "nodes ")
            + shortage.nodes.map(String.init).joined(separator: ", ")
        self.init(
            .conflict, subject: "\(Claim.Kind.hugePages.rawValue) \(size)",
            message: "needs \(shortage.needed) huge pages of \(size) on the host's \(nodes), "
                + "\(shortage.available) are set aside there, and other instances hold \(shortage.held)",
            hint:
                "set more aside on the host (vm.nr_hugepages), ask for less memory, or delete an instance that has some"
        )
    }
}
