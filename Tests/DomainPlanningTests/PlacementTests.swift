// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import TestSupport
import Testing

@testable import DomainPlanning

@Suite("choosing processors for a guest alone")
struct PlacementTests {
    /// Two cells of four cores with two threads each, numbered as Linux mostly does: siblings lie far apart.
    private static let twoCells = HostTopology(
        cells: (0..<2).map { cell in
            HostTopology.Cell(
                id: cell, memoryKiB: 8 << 20, cores: (0..<4).map { [cell * 4 + $0, cell * 4 + $0 + 8] })
        })

    private func place(
        _ vcpus: Int, on topology: HostTopology = twoCells, held: Set<Int> = [], nodes: [Int] = [],
        isolating: Bool = false
    ) -> Placement? {
        PlacementSearch(topology: topology, held: held, nodes: nodes).place(vcpus: vcpus, isolatingEmulator: isolating)
    }

    @Test("threads of a core are taken together, and cells in their order")
    func wholeCores() {
        #expect(place(1) == Placement(vcpus: [0], emulator: []))
        #expect(place(4) == Placement(vcpus: [0, 8, 1, 9], emulator: []))
        #expect(place(9)?.vcpus == [0, 8, 1, 9, 2, 10, 3, 11, 4])
        #expect(place(16)?.vcpus.count == 16)
        #expect(place(17) == nil)
    }

    @Test("a core of which another guest has one thread is not free")
    func held() {
        #expect(place(2, held: [0]) == Placement(vcpus: [1, 9], emulator: []))
        #expect(place(2, held: [9, 8]) == Placement(vcpus: [2, 10], emulator: []))
        #expect(place(14, held: [15])?.vcpus.contains(7) == false)
        #expect(place(15, held: [15]) == nil)
    }

    @Test("the cell that is left with the least is taken")
    func bestFit() {
        #expect(place(2, held: [4, 5, 6])?.vcpus == [7, 15])
        #expect(place(4, held: [4, 5, 6])?.vcpus == [0, 8, 1, 9])
    }

    @Test("QEMU's own threads have a whole core of their own, in a cell of the guest's")
    func isolated() {
        #expect(place(2, isolating: true) == Placement(vcpus: [1, 9], emulator: [0, 8]))
        #expect(place(6, isolating: true)?.emulator == [0, 8])
        #expect(place(6, isolating: true)?.vcpus == [1, 9, 2, 10, 3, 11])
        #expect(place(14, isolating: true)?.vcpus.count == 14)
        #expect(place(15, isolating: true) == nil)
    }

    @Test("only the nodes that are named are used")
    func nodes() {
        #expect(place(2, nodes: [1]) == Placement(vcpus: [4, 12], emulator: []))
        #expect(place(9, nodes: [1]) == nil)
        #expect(place(1, nodes: [7]) == nil)
    }

    @Test("a refusal tells what is needed, and what is free where")
    func arithmetic() {
        let text = { (vcpus: Int, held: Set<Int>, isolating: Bool) in
            PlacementSearch(topology: Self.twoCells, held: held)
                .arithmetic(vcpus: vcpus, isolatingEmulator: isolating)
        }
        #expect(text(16, [4, 13], false) == "needs 8 whole cores, 6 are free: cell 0 has 4, cell 1 has 2")
        #expect(text(17, [], false) == "needs 9 whole cores, 8 are free: cell 0 has 4, cell 1 has 4")
        #expect(text(15, [], true) == "needs 9 whole cores, 8 are free: cell 0 has 4, cell 1 has 4")
        #expect(text(2, Set(0..<8), false) == "needs 1 whole core, 0 are free: cell 0 has 0, cell 1 has 0")
        #expect(text(3, Set(0..<7), false) == "needs 2 whole cores, 1 is free: cell 0 has 0, cell 1 has 1")
    }

    /// A small host of random cells and cores, numbered at random, of which some processors are held.
    private struct RandomHost {
        let topology: HostTopology
        let held: Set<Int>

        init(_ random: inout SeededRandom, cells: Int, cores: Int) {
            let widths = (0..<Int.random(in: 1...cells, using: &random)).map { _ in
                (0..<Int.random(in: 0...cores, using: &random)).map { _ in
                    Int.random(in: 1...(Bool.random(using: &random) ? 2 : 4), using: &random)
                }
            }
            var numbers = Array(0..<widths.joined().reduce(0, +)).shuffled(using: &random)
            topology = HostTopology(
                cells: widths.enumerated().map { id, widths in
                    let cores = widths.map { width in (0..<width).map { _ in numbers.removeLast() } }
                    return HostTopology.Cell(id: id * 3, memoryKiB: 1 << 20, cores: cores)
                })
            let all = topology.cells.flatMap { $0.cores.joined() }
            held = Set(all.filter { _ in Int.random(in: 0..<5, using: &random) == 0 })
        }

        /// The fewest cells in which it fits, tried one choice after another; nil where it fits in none.
        func fewestCells(_ vcpus: Int, isolating: Bool) -> Int? {
            (1..<(1 << topology.cells.count)).filter { choice in
                let cores = topology.cells.indices.filter { choice & 1 << $0 != 0 }
                    .flatMap { topology.cells[$0].cores }.filter { held.isDisjoint(with: $0) }
                let room = cores.map(\.count).reduce(0, +)
                guard isolating else { return room >= vcpus }
                return cores.map(\.count).min().map { room - $0 >= vcpus } ?? false
            }.map(\.nonzeroBitCount).min()
        }
    }

    @Test("on any host: whole cores that nobody holds, in the fewest cells, unless it does not fit", arguments: 0..<50)
    func anyHost(seed: Int) throws {
        var random = SeededRandom(seed: 20_26, seed)
        for _ in 0..<40 {
            let host = RandomHost(&random, cells: 6, cores: 6)
            let vcpus = Int.random(in: 1...24, using: &random)
            let isolating = Bool.random(using: &random)
            let fewest = host.fewestCells(vcpus, isolating: isolating)
            guard let found = place(vcpus, on: host.topology, held: host.held, isolating: isolating) else {
                #expect(fewest == nil, "\(host) has room for \(vcpus)")
                continue
            }
            let used = found.vcpus + found.emulator
            #expect(found.vcpus.count == vcpus)
            #expect(found.emulator.isEmpty != isolating)
            #expect(Set(used).count == used.count, "a processor twice")
            #expect(host.held.isDisjoint(with: used), "one that is held")
            let cores = host.topology.coreOfProcessor
            let touched = Set(used.compactMap { cores[$0] })
            #expect(touched.allSatisfy { host.held.isDisjoint(with: $0) }, "a core that is held in part")
            #expect(Set(found.emulator) == Set(found.emulator.first.flatMap { cores[$0] } ?? []), "a part of a core")
            #expect(touched.map { core in core.filter(used.contains).count < core.count ? 1 : 0 }.reduce(0, +) <= 1)
            let cells = host.topology.cells.filter { !Set($0.cores.joined()).isDisjoint(with: used) }
            #expect(cells.count <= fewest ?? 0, "\(cells.count) cells, not \(String(describing: fewest))")
        }
    }

    @Test("guests that come and go on a host never meet", arguments: 0..<10)
    func comingAndGoing(seed: Int) {
        var random = SeededRandom(seed: 7, seed)
        let host = RandomHost(&random, cells: 8, cores: 16).topology
        var guests: [Set<Int>] = []
        for _ in 0..<200 {
            if Bool.random(using: &random), let index = guests.indices.randomElement(using: &random) {
                guests.remove(at: index)
            }
            let held = HostClaims(guests.joined().map { Claim(.cpu, "\($0)") }).cpus
            guard let found = place(Int.random(in: 1...8, using: &random), on: host, held: held) else { continue }
            guests.append(Set(found.vcpus))
        }
        #expect(guests.map(\.count).reduce(0, +) == Set(guests.joined()).count)
        let cores = host.coreOfProcessor
        let owners = guests.map { guest in Set(guest.compactMap { cores[$0] }) }
        #expect(owners.map(\.count).reduce(0, +) == Set(owners.joined()).count, "two guests on one core")
    }

    @Test("a host of 512 processors is searched at once")
    func largeHost() {
        let host = HostTopology(
            cells: (0..<16).map { cell in
                HostTopology.Cell(
                    id: cell, memoryKiB: 64 << 20, cores: (0..<16).map { [cell * 16 + $0, 256 + cell * 16 + $0] })
            })
        let held = Set((0..<256).filter { $0 % 5 == 0 })
        #expect(place(255, on: host, held: held, isolating: true)?.vcpus.count == 255)
    }

    @Test("claims of processors are read, and no others")
    func claims() {
        let claims = [Claim(.cpu, "4"), Claim(.name, "7"), Claim(.cpu, "x"), Claim(.cpu, "12")]
        #expect(HostClaims(claims).cpus == [4, 12])
    }
}
