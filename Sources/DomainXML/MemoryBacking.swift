// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// What of the host the guest's memory is made of (`<memoryBacking>`).
public struct MemoryBacking: DomainPart {
    /// `memoryBacking`.
    public static let elementName: XMLName = "memoryBacking"
    /// The element, with everything in it.
    public private(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<memoryBacking>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes the usual memory.
    public init() {
        element = XMLElement(Self.elementName)
    }

    /// Where the host has the memory from.
    public enum Source: String, Sendable, Hashable, CaseIterable {
        case anonymous, file, memfd
    }

    /// Who else sees what the guest writes.
    public enum Access: String, Sendable, Hashable, CaseIterable {
        /// Other processes that map the memory, such as a vhost-user backend.
        case shared
        /// Nobody.
        case privately = "private"
    }

    /// Huge pages of one size (`<page>`).
    public struct Page: Sendable, Hashable {
        /// The size of a page.
        public var kibibytes: Int
        /// The cells of the guest whose memory it is; nil: all.
        public var cells: CPUSet?

        /// Describes pages.
        public init(kibibytes: Int, cells: CPUSet? = nil) {
            self.kibibytes = kibibytes
            self.cells = cells
        }
    }

    private static let order: ChildOrder = [
        "hugepages", "nosharepages", "locked", "source", "access", "allocation", "discard",
    ]

    /// Whether the memory is made of huge pages; without ``pages`` of the host's default size.
    public var hasHugePages: Bool {
        get { element.first("hugepages") != nil }
        set { element.setFlag("hugepages", newValue, in: Self.order) }
    }

    /// The sizes of huge pages, where the definition names them.
    public var pages: [Page] {
        get {
            element.first("hugepages")?.all("page").compactMap { page in
                guard let kibibytes = page.pageKibibytes else { return nil }
                return Page(kibibytes: kibibytes, cells: page["nodeset"].flatMap(CPUSet.init(parsing:)))
            } ?? []
        }
        set {
            guard newValue != pages else { return }
            var parent = element.first("hugepages") ?? XMLElement("hugepages")
            let pages = newValue.map { page in
                var child = XMLElement("page", ["size": String(page.kibibytes), "unit": "KiB"])
                child["nodeset"] = page.cells?.description
                return child
            }
            parent.setChildren("page", to: pages, in: [])
            element.setChild("hugepages", to: parent, in: Self.order)
        }
    }

    /// Whether pages of equal content are kept apart, also where the host would merge them (KSM).
    public var isNeverMerged: Bool {
        get { element.first("nosharepages") != nil }
        set { element.setFlag("nosharepages", newValue, in: Self.order) }
    }

    /// Whether the memory never leaves the host's own.
    public var isLocked: Bool {
        get { element.first("locked") != nil }
        set { element.setFlag("locked", newValue, in: Self.order) }
    }

    /// Where the host has the memory from.
    public var source: Source? {
        get { element.first("source")?.value("type") }
        set {
            guard newValue != source else { return }
            element.editChild("source", in: Self.order) { $0["type"] = newValue?.rawValue }
        }
    }

    /// Who else sees what the guest writes.
    public var access: Access? {
        get { element.first("access")?.value("mode") }
        set {
            guard newValue != access else { return }
            element.editChild("access", in: Self.order) { $0["mode"] = newValue?.rawValue }
        }
    }

    /// Whether the content of a file behind the memory is dropped, and not written back, when the guest ends.
    public var isDiscarded: Bool {
        get { element.first("discard") != nil }
        set { element.setFlag("discard", newValue, in: Self.order) }
    }
}

extension XMLElement {
    /// The size of a `<page>`, which stands in an attribute.
    fileprivate var pageKibibytes: Int? {
        guard let size = self["size"] else { return nil }
        let amount = XMLElement("size", ["unit": self["unit"] ?? "KiB"], text: size)
        return amount.byteCount.map { $0 >> 10 }
    }
}
