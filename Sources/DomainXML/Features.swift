// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// What the machine offers beside its devices (`<features>`).
public struct Features: DomainPart {
    /// `features`.
    public static let elementName: XMLName = "features"
    /// The element, with everything in it.
    public internal(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<features>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a machine with these features.
    public init(acpi: Bool, apic: Bool) {
        element = XMLElement(Self.elementName)
        self.acpi = acpi
        self.apic = apic
    }

    static let order: ChildOrder = ["acpi", "apic", "pae", "smm", "hyperv", "kvm", "vmport", "vmcoreinfo"]

    /// Whether the machine has ACPI, without which a guest cannot be asked to power off.
    public var acpi: Bool {
        get { element.first("acpi") != nil }
        set { element.setFlag("acpi", newValue, in: Self.order) }
    }

    /// Whether the machine has an advanced interrupt controller.
    public var apic: Bool {
        get { element.first("apic") != nil }
        set { element.setFlag("apic", newValue, in: Self.order) }
    }
}
