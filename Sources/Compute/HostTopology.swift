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

    enum CodingKeys: String, CodingKey {
        case cells
    }

    /// Reads a recorded topology.
    ///
    /// - Throws: `DecodingError` also where a number is none that a host can have, or a cell or processor is there
    ///   twice.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let cells = try values.decode([Cell].self, forKey: .cells)
        let processors = cells.flatMap(\.cores).flatMap(\.self)
        let areNumbered = processors.allSatisfy((0..<1 << 20).contains) && cells.allSatisfy { $0.id >= 0 }
        let areApart = Set(processors).count == processors.count && Set(cells.map(\.id)).count == cells.count
        let pages = cells.flatMap(\.hugePages)
        // Far more than a host has, and far less than what would overflow when it is added up.
        let areCounted = pages.allSatisfy { $0.kibibytes > 0 && (0..<1 << 40).contains($0.count) }
        guard areNumbered, areApart, areCounted, cells.allSatisfy({ $0.memoryKiB >= 0 }), cells.count <= 1 << 16 else {
            throw DecodingError.dataCorruptedError(
                forKey: .cells, in: values, debugDescription: "no host has such processors or memory")
        }
        self.init(cells: cells)
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
