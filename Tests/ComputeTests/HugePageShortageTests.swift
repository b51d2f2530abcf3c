// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import Testing

@testable import Compute

@Suite("Huge pages")
struct HugePageShortageTests {
    /// A host of nodes with so many pages of 2 MiB.
    private func host(_ counts: Int...) -> HostTopology {
        HostTopology(
            cells: counts.enumerated().map { index, count in
                .init(id: index, memoryKiB: 1 << 20, hugePages: [.init(kibibytes: 2_048, count: count)], cores: [])
            })
    }

    private func pages(_ count: Int, _ nodes: Int...) -> HugePageClaim {
        HugePageClaim(kibibytes: 2_048, count: count, nodes: nodes)
    }

    @Test("are claimed in a form that is read back, and nothing else is read")
    func forms() {
        let id = InstanceID()
        for claim in [pages(512), pages(3, 0), pages(0, 1, 17)] { #expect(HugePageClaim(claim.claim(of: id)) == claim) }
        #expect(pages(512).claim(of: id) == Claim(.hugePages, "2048:512:\(id)"))
        #expect(pages(512, 0, 1).claim(of: id) == Claim(.hugePages, "2048:512:\(id):0,1"))
        let others = ["", "2048", "2048:1", "x:1:a", "0:1:a", "2048:-1:a", "2048:1:a:x", "2048:1:a:0:1"]
        for value in others + ["2048:\(Int.max):a"] { #expect(HugePageClaim(Claim(.hugePages, value)) == nil) }
        #expect(HugePageClaim(Claim(.port, "2048:1:a")) == nil)
    }

    @Test("fit up to the last one, and one more does not")
    func last() {
        #expect(HugePageShortage.find([pages(6)], beside: [pages(4)], on: host(5, 5)) == nil)
        #expect(
            HugePageShortage.find([pages(7)], beside: [pages(4)], on: host(5, 5))
                == HugePageShortage(kibibytes: 2_048, nodes: [0, 1], needed: 7, held: 4, available: 10))
        #expect(
            HugePageShortage.find([pages(6, 1)], beside: [pages(5, 0)], on: host(5, 5))
                == HugePageShortage(kibibytes: 2_048, nodes: [1], needed: 6, held: 0, available: 5))
    }

    @Test("of any node, or of more than one, make room for those that have no choice")
    func moves() {
        let held = [pages(4), pages(3, 0, 1)]
        #expect(HugePageShortage.find([pages(5, 0), pages(3, 2)], beside: held, on: host(5, 5, 5)) == nil)
        #expect(
            HugePageShortage.find([pages(5, 0), pages(3, 1)], beside: held, on: host(5, 5, 1))
                == HugePageShortage(kibibytes: 2_048, nodes: [0, 1, 2], needed: 8, held: 7, available: 11))
        #expect(
            HugePageShortage.find([pages(5, 0), pages(3, 1)], beside: held, on: host(5, 5, 0))?.held == 7)
    }

    @Test("of another size, and a shortage that others have among themselves, are nobody else's affair")
    func others() {
        let gigabytes = HugePageClaim(kibibytes: 1 << 20, count: 1_000)
        #expect(HugePageShortage.find([pages(10)], beside: [gigabytes], on: host(5, 5)) == nil)
        #expect(HugePageShortage.find([pages(5, 1)], beside: [pages(9, 0)], on: host(5, 5)) == nil)
        #expect(HugePageShortage.find([pages(1)], beside: [pages(9, 0), pages(5, 1)], on: host(5, 5))?.held == 14)
        #expect(HugePageShortage.find([], beside: [pages(99)], on: host(5)) == nil)
    }

    /// The condition of Hall, by trying all sets of nodes.
    private func fits(_ claims: [HugePageClaim], in counts: [Int]) -> Bool {
        (1..<1 << counts.count).allSatisfy { set in
            let room = counts.indices.filter { set >> $0 & 1 == 1 }.map { counts[$0] }.reduce(0, +)
            let inside = claims.filter { claim in
                (claim.nodes.isEmpty ? Array(counts.indices) : claim.nodes).allSatisfy { set >> $0 & 1 == 1 }
            }
            return inside.map(\.count).reduce(0, +) <= room
        }
    }

    @Test("that fit are those for which each set of nodes has room, and the arithmetic of a shortage is right")
    func generated() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let counts = (0..<4).map { _ in Int.random(in: 0...12, using: &random) }
            let claims = (0..<8).map { _ in
                let nodes = Array((0..<4).shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)))
                return HugePageClaim(
                    kibibytes: 2_048, count: Int.random(in: 0...6, using: &random), nodes: nodes.sorted())
            }
            var held: [HugePageClaim] = []
            for claim in claims where fits(held + [claim], in: counts) { held.append(claim) }
            let host = HostTopology(
                cells: counts.enumerated().map { index, count in
                    .init(id: index, memoryKiB: 0, hugePages: [.init(kibibytes: 2_048, count: count)], cores: [])
                })
            for claim in claims {
                let shortage = HugePageShortage.find([claim], beside: held, on: host)
                #expect((shortage == nil) == fits(held + [claim], in: counts), "\(counts) \(held) \(claim)")
                guard let shortage else { continue }
                #expect(shortage.needed + shortage.held > shortage.available, "\(counts) \(held) \(claim)")
                #expect(shortage.needed == claim.count)
                #expect(shortage.available == shortage.nodes.map { counts[$0] }.reduce(0, +))
            }
        }
    }
}
