// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

extension CapabilitiesDocument {
    /// The host's NUMA cells; empty where libvirt tells none.
    public var hostCells: [HostCell] {
        root.descendants("host", "topology", "cells", "cell").compactMap(HostCell.init)
    }

    /// A NUMA cell of the host.
    public struct HostCell: Sendable, Hashable {
        /// Its number.
        public let id: Int
        /// Its memory, in KiB.
        public let memoryKiB: Int
        /// How many pages of each size it has, in the order of libvirt, the usual ones included.
        public let pages: [Pages]
        /// Its cores, each the processors that share it, in ascending order; without those that are offline.
        public let cores: [[Int]]

        init?(_ element: XMLElement) {
            guard let id = element.number("id") else { return nil }
            self.id = id
            memoryKiB = element.first("memory")?.kibibytes ?? 0
            pages = element.all("pages").compactMap(Pages.init)
            // libvirt tells of a processor that is offline its number alone.
            let siblings = element.descendants("cpus", "cpu").compactMap { cpu -> (id: Int, siblings: String)? in
                guard let id = cpu.number("id"), let siblings = cpu["siblings"] else { return nil }
                return (id, siblings)
            }
            cores = Dictionary(grouping: siblings, by: \.siblings).values
                .map { $0.map(\.id).sorted() }
                .sorted { $0[0] < $1[0] }
        }
    }

    /// Pages of one size.
    public struct Pages: Sendable, Hashable {
        /// The size of a page, in KiB.
        public let kibibytes: Int
        /// How many there are.
        public let count: Int

        /// Describes pages.
        public init(kibibytes: Int, count: Int) {
            self.kibibytes = kibibytes
            self.count = count
        }

        init?(_ element: XMLElement) {
            guard element["unit"] == "KiB", let kibibytes = element.number("size"), let count = Int(element.text) else {
                return nil
            }
            self.init(kibibytes: kibibytes, count: count)
        }
    }
}
