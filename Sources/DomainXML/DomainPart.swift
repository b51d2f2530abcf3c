// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A part of a domain's definition: a typed view of one element.
///
/// The element is the only state. Reading a field looks at its node, writing one changes exactly that node, and what
/// the type does not model stays as it is and where it is. A field is nil where its node is absent, or has a value that
/// this type does not know; such a value survives as long as the field is not written.
public protocol DomainPart: Sendable, Hashable {
    /// The name of the element that libvirt uses for this part.
    static var elementName: XMLName { get }

    /// The element, with everything in it.
    var element: XMLElement { get }

    /// Looks at an element; nil where it has another name.
    init?(_ element: XMLElement)
}

/// A part that is a device of the guest, below `<devices>`.
public protocol DomainDevice: DomainPart {
    /// The device's element, with everything in it.
    var element: XMLElement { get set }
}

extension DomainDevice {
    /// The name by which libvirt's calls and events mean this device (`<alias name>`); one that the definition gives
    /// has to begin with `ua-`.
    public var alias: String? {
        get { element.first("alias")?["name"] }
        set { element.editChild("alias", in: .device) { $0["name"] = newValue } }
    }

    /// The device's place in the order in which the firmware tries to boot, from 1 (`<boot order>`).
    public var bootOrder: Int? {
        get { element.first("boot")?.number("order") }
        set {
            guard newValue != bootOrder else { return }
            element.editChild("boot", in: .device) { $0["order"] = newValue.map(String.init) }
        }
    }

    /// Where the device sits (`<address>`); nil also where it is of a kind that ``DeviceAddress`` does not know.
    public var address: DeviceAddress? {
        get { element.first("address").flatMap(DeviceAddress.init) }
        set {
            guard newValue != address else { return }
            element.setChild("address", to: newValue?.element, in: .device)
        }
    }
}

extension ChildOrder {
    /// What libvirt writes at the end of every device.
    static let device: ChildOrder = ["boot", "alias", "rom", "acpi", "address"]
}
