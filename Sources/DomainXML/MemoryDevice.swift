// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// Memory that is a device of its own (`<memory>` among the devices).
public struct MemoryDevice: DomainDevice {
    /// `memory`.
    public static let elementName: XMLName = "memory"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<memory>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a virtio-mem device (libvirt 7.9).
    ///
    /// - Parameters:
    ///   - kibibytes: The most memory of it, in KiB.
    ///   - requested: What the guest is to have of it, in KiB.
    ///   - block: The size of a block, in KiB.
    ///   - cell: The guest's NUMA cell, from 0.
    public init(resizable kibibytes: Int, requested: Int, block: Int, cell: Int) {
        element = XMLElement(Self.elementName, ["model": Model.virtioMemory.rawValue])
        sizeKiB = kibibytes
        self.cell = cell
        blockKiB = block
        requestedKiB = requested
    }

    /// The kinds of memory devices.
    public enum Model: String, Sendable, Hashable, CaseIterable {
        case dimm, nvdimm
        case virtioMemory = "virtio-mem"
        case virtioPersistentMemory = "virtio-pmem"
        case sgxEPC = "sgx-epc"
    }

    private static let order: ChildOrder = ["uuid", "source", "target", "alias", "address"]
    private static let targetOrder: ChildOrder = [
        "size", "node", "label", "readonly", "block", "requested", "current",
    ]

    /// Which kind it is; nil where it is none that Roost knows.
    public var model: Model? { element.value("model") }

    /// The most memory of it, in KiB.
    public var sizeKiB: Int? {
        get { amount("size") }
        set { setAmount("size", newValue) }
    }

    /// The size of its blocks, in KiB.
    public var blockKiB: Int? {
        get { amount("block") }
        set { setAmount("block", newValue) }
    }

    /// What the guest is to have of it, in KiB.
    public var requestedKiB: Int? {
        get { amount("requested") }
        set { setAmount("requested", newValue) }
    }

    /// What the running guest has taken of it, in KiB.
    public var currentKiB: Int? { amount("current") }

    /// The guest's NUMA cell that it belongs to, from 0.
    public var cell: Int? {
        get { element.first("target")?.childText("node").flatMap { Int($0) } }
        set {
            guard newValue != cell else { return }
            element.editChild("target", in: Self.order) { target in
                target.setChildText("node", newValue.map(String.init), in: Self.targetOrder)
            }
        }
    }

    private func amount(_ name: XMLName) -> Int? {
        element.first("target")?.first(name)?.kibibytes
    }

    private mutating func setAmount(_ name: XMLName, _ kibibytes: Int?) {
        guard kibibytes != amount(name) else { return }
        element.editChild("target", in: Self.order) { $0.setAmount(name, kibibytes, in: Self.targetOrder) }
    }
}
