// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Too few huge pages of a size, with the arithmetic.
public struct HugePageShortage: Sendable, Hashable {
    /// The size of a page, in KiB.
    public let kibibytes: Int
    /// The host's nodes that have too few, ascending.
    public let nodes: [Int]
    /// How many are needed of these nodes, and of no others.
    public let needed: Int
    /// How many others hold of these nodes, and of no others.
    public let held: Int
    /// How many these nodes have set aside.
    public let available: Int

    /// Where `needs` do not fit beside what others hold; nil where they do.
    ///
    /// Those of any node fit wherever there is room: whose pages lie where is the kernel's to say, so this refuses
    /// nothing that could be, and promises no page twice.
    public static func find(
        _ needs: [HugePageClaim], beside held: [HugePageClaim], on host: HostTopology
    ) -> HugePageShortage? {
        for size in Set(needs.map(\.kibibytes)).sorted() {
            let (needs, held) = (needs.filter { $0.kibibytes == size }, held.filter { $0.kibibytes == size })
            var fitting = PageFitting(kibibytes: size, host: host)
            for claim in held { _ = fitting.place(claim) }
            for claim in needs {
                guard let full = fitting.place(claim) else { continue }
                let within = { (claims: [HugePageClaim]) in
                    claims.filter { full.isSuperset(of: fitting.nodes(of: $0)) }.map(\.count).reduce(0, +)
                }
                return HugePageShortage(
                    kibibytes: size, nodes: full.sorted(), needed: within(needs), held: within(held),
                    available: host.hugePages(kibibytes: size, in: full.sorted()) ?? 0)
            }
        }
        return nil
    }
}

/// Gives each claim pages of the nodes that it permits, and moves others' to further nodes that those permit where that
/// makes room: the way of Ford and Fulkerson to the largest flow.
private struct PageFitting {
    private let all: [Int]
    private var free: [Int: Int]
    /// Which nodes each claim that was placed may use, and how many pages of each it has.
    private var places: [(nodes: [Int], pages: [Int: Int])] = []

    init(kibibytes: Int, host: HostTopology) {
        all = host.cells.map(\.id)
        free = Dictionary(
            uniqueKeysWithValues: host.cells.map { cell in
                (cell.id, cell.hugePages.filter { $0.kibibytes == kibibytes }.map(\.count).reduce(0, +))
            })
    }

    func nodes(of claim: HugePageClaim) -> [Int] { claim.nodes.isEmpty ? all : claim.nodes }

    /// Places as much of the claim as fits; gives the nodes that are full, all that it and those who have pages there
    /// may use, where that is not all.
    mutating func place(_ claim: HugePageClaim) -> Set<Int>? {
        places.append((nodes(of: claim), [:]))
        var rest = claim.count
        while rest > 0 {
            let reached = reach(from: places.count - 1)
            guard let end = reached.end else { return Set(reached.steps.keys) }
            rest -= move(rest, along: reached.steps, to: end)
        }
        return nil
    }

    /// How a node was come to: the claim that gets pages there, and the node where that one gives as many up; nil for
    /// the claim that is placed.
    private typealias Step = (claim: Int, from: Int?)

    /// The nodes that can be made room in, up to the first that has some.
    private func reach(from claim: Int) -> (steps: [Int: Step], end: Int?) {
        var steps: [Int: Step] = [:]
        var seen: Set<Int> = [claim]
        var queue: [Step] = [(claim, nil)]
        while let step = queue.popLast() {
            for node in places[step.claim].nodes where steps[node] == nil {
                steps[node] = step
                if free[node, default: 0] > 0 { return (steps, node) }
                for (other, place) in places.enumerated() where place.pages[node, default: 0] > 0 {
                    if seen.insert(other).inserted { queue.append((other, node)) }
                }
            }
        }
        return (steps, nil)
    }

    /// Moves up to so many pages along the way to `end`; gives how many.
    private mutating func move(_ most: Int, along steps: [Int: Step], to end: Int) -> Int {
        var amount = min(most, free[end, default: 0])
        var way: [(node: Int, step: Step)] = []
        var next: Int? = end
        while let node = next, let step = steps[node] {
            way.append((node, step))
            if let from = step.from { amount = min(amount, places[step.claim].pages[from, default: 0]) }
            next = step.from
        }
        free[end, default: 0] -= amount
        for (node, step) in way {
            places[step.claim].pages[node, default: 0] += amount
            if let from = step.from { places[step.claim].pages[from, default: 0] -= amount }
        }
        return amount
    }
}
