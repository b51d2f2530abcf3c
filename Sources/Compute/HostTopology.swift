// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A host's processors and memory, by NUMA cell.
public struct HostTopology: Sendable, Hashable, Codable {
    /// The cells, in ascending order of their numbers.
    public let cells: [Cell]

    /// A topology of these cells.
    public init(cells: [Cell]) {
        self.cells = cells.sorted { $0.id < $1.id }
    }

    /// A NUMA cell of the host.
    public struct Cell: Sendable, Hashable, Codable {
        /// Its number.
        public let id: Int
        /// Its memory, in KiB.
        public let memoryKiB: Int
        /// Its huge pages, by size.
        public let hugePages: [HugePages]
        /// Its cores, each the numbers of its processors: one, or the threads that share it.
        public let cores: [[Int]]

        enum CodingKeys: String, CodingKey {
            case id, cores
            case memoryKiB = "memory_kib"
            case hugePages = "huge_pages"
        }

        /// A cell of these parts.
        public init(id: Int, memoryKiB: Int, hugePages: [HugePages] = [], cores: [[Int]]) {
            self.id = id
            self.memoryKiB = memoryKiB
            self.hugePages = hugePages
            self.cores = cores
        }
    }

    /// Huge pages of one size.
    public struct HugePages: Sendable, Hashable, Codable {
        /// The size of a page, in KiB.
        public let kibibytes: Int
        /// How many the host has set aside, whether used or not.
        public let count: Int

        enum CodingKeys: String, CodingKey {
            case kibibytes = "size_kib"
            case count
        }

        /// Pages of a size.
        public init(kibibytes: Int, count: Int) {
            self.kibibytes = kibibytes
            self.count = count
        }
    }

    /// The core that each processor belongs to.
    public var coreOfProcessor: [Int: [Int]] {
        let all = cells.flatMap(\.cores).flatMap { core in core.map { ($0, core) } }
        return Dictionary(all, uniquingKeysWith: { first, _ in first })
    }

    /// How many huge pages of a size the cells of these numbers have; of all cells for none. nil: no such size.
    public func hugePages(kibibytes: Int, in nodes: [Int]) -> Int? {
        let counts = cells.filter { nodes.isEmpty || nodes.contains($0.id) }.flatMap(\.hugePages)
            .filter { $0.kibibytes == kibibytes }.map(\.count)
        return counts.isEmpty ? nil : counts.reduce(0, +)
    }
}
