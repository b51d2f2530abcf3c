// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A NUMA cell of the guest (`<cell>` below `<cpu>`).
public struct NUMACell: DomainPart {
    /// `cell`.
    public static let elementName: XMLName = "cell"
    /// The element, with everything in it.
    public private(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<cell>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a cell.
    ///
    /// - Parameters:
    ///   - id: Its number, from 0.
    ///   - processors: The virtual processors in it; nil: none.
    ///   - memoryKiB: Its memory, in KiB.
    public init(id: Int, processors: CPUSet?, memoryKiB: Int) {
        element = XMLElement(Self.elementName, ["id": String(id)])
        self.processors = processors
        self.memoryKiB = memoryKiB
    }

    /// The cell's number, from 0; nil leaves it to libvirt.
    public var id: Int? {
        get { element.number("id") }
        set { if newValue != id { element["id"] = newValue.map(String.init) } }
    }

    /// The virtual processors in the cell.
    public var processors: CPUSet? {
        get { element["cpus"].flatMap(CPUSet.init(parsing:)) }
        set { if newValue != processors { element["cpus"] = newValue?.description } }
    }

    /// The cell's memory, in KiB.
    public var memoryKiB: Int? {
        get {
            guard let memory = element["memory"] else { return nil }
            return XMLElement("memory", ["unit": element["unit"] ?? "KiB"], text: memory).byteCount.map { $0 >> 10 }
        }
        set {
            guard newValue != memoryKiB else { return }
            element["memory"] = newValue.map(String.init)
            element["unit"] = newValue == nil ? nil : "KiB"
        }
    }

    /// Who else sees what the guest writes to the cell's memory; nil: as the whole domain says.
    public var access: MemoryBacking.Access? {
        get { element.value("memAccess") }
        set { if newValue != access { element["memAccess"] = newValue?.rawValue } }
    }

    /// How far it is to the cells of these numbers, 10 being no way at all; empty where nothing is said.
    public var distances: [Distance] {
        get {
            element.first("distances")?.all("sibling").compactMap { sibling in
                guard let cell = sibling.number("id"), let value = sibling.number("value") else { return nil }
                return Distance(cell: cell, value: value)
            } ?? []
        }
        set {
            guard newValue != distances else { return }
            element.editChild("distances", in: ["distances", "cache"]) { distances in
                let siblings = newValue.map {
                    XMLElement("sibling", ["id": String($0.cell), "value": String($0.value)])
                }
                distances.setChildren("sibling", to: siblings, in: [])
            }
        }
    }

    /// How far it is to a cell (`<sibling>`).
    public struct Distance: Sendable, Hashable {
        /// The other cell's number.
        public var cell: Int
        /// The distance, 10 to 255.
        public var value: Int

        /// Describes a distance.
        public init(cell: Int, value: Int) {
            self.cell = cell
            self.value = value
        }
    }
}

extension Processor {
    /// The guest's NUMA cells, in order; empty where it has none.
    public var cells: [NUMACell] {
        get { element.first("numa")?.all(NUMACell.elementName).compactMap(NUMACell.init) ?? [] }
        set {
            guard newValue != cells else { return }
            editNUMA { $0.setChildren(NUMACell.elementName, to: newValue.map(\.element), in: []) }
        }
    }
}
