// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// How a guest's memory and virtual processors are divided, and which of the host's NUMA nodes the memory comes from
/// (`<numa>`, `<numatune>`).
public struct NUMA: Sendable, Hashable {
    /// The guest's cells, 1 to 128.
    public let cells: [Cell]
    /// How binding the choice of the host's nodes is; absent, strict.
    public let mode: Mode?
    /// The host's nodes that memory comes from, ascending; empty: any.
    public let nodes: [Int]

    /// How binding the choice of the host's nodes is.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// From these nodes, or not at all.
        case strict
        /// From this node as long as it has some.
        case preferred
        /// From these nodes by turns.
        case interleave
        /// From those that the guest's control group has, which may be changed while it runs.
        case restrictive
    }

    /// A cell: memory, and the virtual processors that are close to it.
    public struct Cell: Sendable, Hashable {
        /// The virtual processors, ascending.
        public let vcpus: [Int]
        /// The memory.
        public let memory: MemorySize
        /// How far it is to each cell, in their order, 10 being no way at all; empty: the usual distances.
        public let distances: [Int]
        /// Whether other processes of the host may map the memory.
        public let isShared: Bool
        /// The host's nodes that this cell's memory comes from, ascending; empty: as for all.
        public let nodes: [Int]

        /// A cell.
        ///
        /// - Throws: ``RuleViolation`` where it has no virtual processor, or a number is there twice or out of range.
        public init(
            vcpus: [Int], memory: MemorySize, distances: [Int] = [], isShared: Bool = false, nodes: [Int] = []
        ) throws(RuleViolation) {
            try NumberList.check(vcpus)
            for vcpu in vcpus { try NumberList.check(vcpu, within: NUMA.vcpuRange) }
            if !nodes.isEmpty { try NUMA.check(nodes: nodes) }
            self.vcpus = vcpus.sorted()
            self.memory = memory
            self.distances = distances
            self.isShared = isShared
            self.nodes = nodes.sorted()
        }
    }

    static let vcpuRange = 0...511
    static let nodeRange = 0...1_023
    static let distanceRange = 10...255
    static let maximumCells = 128

    /// A division.
    ///
    /// - Throws: ``RuleViolation`` for no cell and for more than 128; for distances that are not to each cell, or not
    ///   10 to the cell itself and 11 to 255 to others; for a mode without nodes, more than one preferred node, and
    ///   nodes of one cell where the mode is restrictive.
    public init(cells: [Cell], mode: Mode? = nil, nodes: [Int] = []) throws(RuleViolation) {
        guard (1...Self.maximumCells).contains(cells.count) else {
            throw RuleViolation(value: "\(cells.count)", rule: "1 to 128 cells", remedy: "give one cell, or more")
        }
        for (index, cell) in cells.enumerated() { try Self.check(cell, index: index, of: cells.count) }
        if !nodes.isEmpty { try Self.check(nodes: nodes) }
        try Self.check(mode, nodes: nodes, cells: cells)
        self.cells = cells
        self.mode = mode
        self.nodes = nodes.sorted()
    }

    static func check(nodes: [Int]) throws(RuleViolation) {
        try NumberList.check(nodes)
        for node in nodes { try NumberList.check(node, within: nodeRange) }
    }

    private static func check(_ cell: Cell, index: Int, of count: Int) throws(RuleViolation) {
        guard !cell.distances.isEmpty else { return }
        let isRight = cell.distances.enumerated().allSatisfy { other, distance in
            other == index ? distance == 10 : (11...255).contains(distance)
        }
        guard cell.distances.count == count, isRight else {
            throw RuleViolation(
                value: "\(cell.distances)",
                rule: "`distances` of cell \(index) are to all \(count) cells: 10 to itself, 11 to 255 to others",
                remedy: "for example \((0..<count).map { $0 == index ? 10 : 20 })")
        }
    }

    private static func check(_ mode: Mode?, nodes: [Int], cells: [Cell]) throws(RuleViolation) {
        let all = [nodes] + cells.map(\.nodes)
        if let mode, all.allSatisfy(\.isEmpty) {
            throw RuleViolation(
                value: mode.rawValue, rule: "`mode` belongs to `nodes`, which are absent",
                remedy: "give `nodes`, or leave `mode` out")
        }
        if mode == .preferred, let many = all.first(where: { $0.count > 1 }) {
            throw RuleViolation(value: "\(many)", rule: "`mode: preferred` has one node", remedy: "name one node")
        }
        if mode == .restrictive, cells.contains(where: { !$0.nodes.isEmpty }) {
            throw RuleViolation(
                value: "mode: restrictive",
                rule: "`mode: restrictive` is for all cells, and none has `nodes` of its own",
                remedy: "give `nodes` for all cells")
        }
    }
}
