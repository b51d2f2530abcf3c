// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// Where a guest's dedicated threads run.
struct Placement: Sendable, Hashable {
    /// The host's processor of each virtual one.
    let vcpus: [Int]
    /// The host's processors of QEMU's own threads, where they have a core of their own.
    let emulator: [Int]
}

/// Chooses whole cores that nobody holds, in the fewest cells.
///
/// A core is taken with all its threads, one virtual processor each: no other guest shares what threads share. The
/// choice follows from the topology and what is held alone.
struct PlacementSearch {
    /// A cell's cores of which no processor is held.
    struct FreeCell: Hashable {
        let id: Int
        let cores: [[Int]]

        /// The virtual processors that it has room for.
        var room: Int { cores.reduce(0) { $0 + $1.count } }
        /// The core that is missed least.
        var smallestCore: [Int]? { cores.min { $0.count < $1.count } }
    }

    /// The cells that may be used, with their free cores.
    let cells: [FreeCell]
    private let widestCore: Int

    /// A search in the cells of these numbers, or in all for none.
    init(topology: HostTopology, held: Set<Int>, nodes: [Int] = []) {
        let permitted = topology.cells.filter { nodes.isEmpty || nodes.contains($0.id) }
        cells = permitted.map { cell in
            FreeCell(id: cell.id, cores: cell.cores.filter { held.isDisjoint(with: $0) })
        }
        widestCore = permitted.flatMap(\.cores).map(\.count).max() ?? 1
    }

    /// A place for so many virtual processors, and for QEMU's own threads where they are to have a core; nil where it
    /// does not fit.
    func place(vcpus: Int, isolatingEmulator: Bool) -> Placement? {
        for count in cells.indices.map({ $0 + 1 }) {
            guard let chosen = choose(count, for: vcpus, isolatingEmulator) else { continue }
            var cores = chosen.flatMap(\.cores)
            var emulator: [Int] = []
            if isolatingEmulator, let core = chosen.compactMap(\.smallestCore).min(by: { $0.count < $1.count }),
                let index = cores.firstIndex(of: core)
            {
                emulator = cores.remove(at: index)
            }
            return Placement(vcpus: Array(cores.joined().prefix(vcpus)), emulator: emulator)
        }
        return nil
    }

    /// So many cells that have room.
    private func choose(_ count: Int, for vcpus: Int, _ isolating: Bool) -> [FreeCell]? {
        let used = cells.filter { !$0.cores.isEmpty }
        guard isolating else { return Self.widest(count, of: used, for: vcpus) }
        // QEMU's threads take the smallest core of one of the cells; each cell is tried as that one.
        let choices = used.compactMap { host -> [FreeCell]? in
            let others = used.filter { $0 != host }
            let rest = vcpus - host.room + (host.smallestCore?.count ?? 0)
            guard let more = rest <= 0 && count == 1 ? [] : Self.widest(count - 1, of: others, for: rest) else {
                return nil
            }
            return [host] + more
        }
        return choices.min { Self.room($0) < Self.room($1) }
    }

    /// The cells with the most room, in place of the last of which the narrowest that will do is taken.
    private static func widest(_ count: Int, of cells: [FreeCell], for vcpus: Int) -> [FreeCell]? {
        guard count >= 1, count <= cells.count else { return nil }
        let ranked = cells.sorted { ($1.room, $0.id) < ($0.room, $1.id) }
        let first = ranked.prefix(count - 1)
        let rest = vcpus - room(Array(first))
        let last = ranked.dropFirst(count - 1).filter { $0.room >= rest }
            .min { ($0.room, $0.id) < ($1.room, $1.id) }
        return last.map { first + [$0] }
    }

    private static func room(_ cells: [FreeCell]) -> Int {
        cells.reduce(0) { $0 + $1.room }
    }

    /// How many whole cores so many virtual processors need, and where how many are free.
    func arithmetic(vcpus: Int, isolatingEmulator: Bool) -> String {
        var needed = isolatingEmulator ? 1 : 0
        var rest = vcpus
        for width in cells.flatMap(\.cores).map(\.count).sorted(by: >) where rest > 0 {
            rest -= width
            needed += 1
        }
        if rest > 0 { needed += (rest + widestCore - 1) / widestCore }
        let free = cells.map(\.cores.count).reduce(0, +)
        let places = cells.map { "cell \($0.id) has \($0.cores.count)" }.joined(separator: ", ")
        let noun = needed == 1 ? "core" : "cores"
        return "needs \(needed) whole \(noun), \(free) \(free == 1 ? "is" : "are") free: \(places)"
    }
}
