// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// Which of the host's NUMA nodes the guest's memory comes from (`<numatune>`).
public struct NUMATuning: DomainPart {
    /// `numatune`.
    public static let elementName: XMLName = "numatune"
    /// The element, with everything in it.
    public private(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<numatune>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes memory that comes from wherever the host gives it.
    public init() {
        element = XMLElement(Self.elementName)
    }

    /// How binding the choice of nodes is.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        case strict, preferred, interleave, restrictive
    }

    /// Nodes of the host, and how binding they are.
    public struct Nodes: Sendable, Hashable {
        /// How binding they are; nil leaves it to libvirt, which is strict.
        public var mode: Mode?
        /// The nodes of the host.
        public var nodes: CPUSet

        /// Describes a choice of nodes.
        public init(_ nodes: CPUSet, mode: Mode? = nil) {
            self.nodes = nodes
            self.mode = mode
        }
    }

    private static let order: ChildOrder = ["memory", "memnode"]

    /// The nodes that all memory comes from, where the definition names them.
    public var memory: Nodes? {
        get { element.first("memory").flatMap(Self.nodes) }
        set {
            guard newValue != memory else { return }
            element.editChild("memory", in: Self.order) { memory in
                memory["mode"] = newValue?.mode?.rawValue
                memory["nodeset"] = newValue?.nodes.description
            }
        }
    }

    /// The nodes that the memory of a cell of the guest comes from (`<memnode>`).
    public subscript(cell cell: Int) -> Nodes? {
        get { element.all("memnode").first { $0.number("cellid") == cell }.flatMap(Self.nodes) }
        set {
            guard newValue != self[cell: cell] else { return }
            var nodes = element.all("memnode").filter { $0.number("cellid") != cell }
            if let newValue {
                var child = XMLElement("memnode", ["cellid": String(cell)])
                child["mode"] = (newValue.mode ?? .strict).rawValue
                child["nodeset"] = newValue.nodes.description
                nodes.append(child)
            }
            element.setChildren("memnode", to: nodes, in: Self.order)
        }
    }

    private static func nodes(of element: XMLElement) -> Nodes? {
        guard let nodes = element["nodeset"].flatMap(CPUSet.init(parsing:)) else { return nil }
        return Nodes(nodes, mode: element.value("mode"))
    }
}
