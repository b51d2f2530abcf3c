// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A device by which the guest tells the host that it crashed (`<panic>`).
public struct PanicDevice: DomainDevice {
    /// `panic`.
    public static let elementName: XMLName = "panic"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<panic>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a device.
    public init(model: Model) {
        element = XMLElement(Self.elementName, ["model": model.rawValue])
    }

    /// What the guest sees.
    public enum Model: String, Sendable, Hashable, CaseIterable {
        case isa, pseries, hyperv, s390
    }

    /// What the guest sees; nil leaves it to libvirt.
    public var model: Model? {
        get { element.value("model") }
        set { if newValue != model { element["model"] = newValue?.rawValue } }
    }
}
