// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// The device through which memory is taken from a running guest and given back (`<memballoon>`).
public struct MemoryBalloon: DomainDevice {
    /// `memballoon`.
    public static let elementName: XMLName = "memballoon"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<memballoon>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a balloon.
    ///
    /// - Parameters:
    ///   - model: What the guest sees; `absent` is said explicitly, since libvirt adds a balloon where nothing is said.
    ///   - statisticsPeriod: How often the guest reports its memory, in seconds.
    public init(model: Model, statisticsPeriod: Int? = nil) {
        element = XMLElement(Self.elementName, ["model": model.rawValue])
        self.statisticsPeriod = statisticsPeriod
    }

    /// What the guest sees.
    public enum Model: String, Sendable, Hashable, CaseIterable {
        case virtio
        case absent = "none"
    }

    private static let order: ChildOrder = ["stats", "boot", "alias", "rom", "acpi", "address", "driver"]

    /// What the guest sees.
    public var model: Model? {
        get { element.value("model") }
        set { if newValue != model { element["model"] = newValue?.rawValue } }
    }

    /// How often the guest reports its memory, in seconds.
    public var statisticsPeriod: Int? {
        get { element.first("stats")?.number("period") }
        set {
            guard newValue != statisticsPeriod else { return }
            element.editChild("stats", in: Self.order) { $0["period"] = newValue.map(String.init) }
        }
    }

    /// Whether the balloon gives memory back before the guest kills a process for want of it.
    public var deflatesOnPressure: Bool? {
        get { element.onOff("autodeflate") }
        set { if newValue != deflatesOnPressure { element["autodeflate"] = newValue?.onOff } }
    }

    /// Whether the guest tells which of its pages are free, and the host takes them (QEMU 5.1).
    public var reportsFreePages: Bool? {
        get { element.onOff("freePageReporting") }
        set { if newValue != reportsFreePages { element["freePageReporting"] = newValue?.onOff } }
    }
}
