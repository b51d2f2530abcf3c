// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A device of the host that the guest has for itself (`<hostdev>`).
public struct HostDevice: DomainDevice {
    /// `hostdev`.
    public static let elementName: XMLName = "hostdev"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<hostdev>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a device; libvirt takes one on PCI from the host's driver while the guest runs.
    public init(_ source: Source) {
        switch source {
        case .pci(let domain, let bus, let slot, let function):
            let address = [
                ("domain", domain, 4), ("bus", bus, 2), ("slot", slot, 2), ("function", function, 1),
            ]
            element = XMLElement(Self.elementName, ["mode": "subsystem", "type": "pci", "managed": "yes"]) {
                XMLElement("source") { Self.element("address", address) }
            }
        case .mediated(let uuid):
            element = XMLElement(
                Self.elementName, ["mode": "subsystem", "type": "mdev", "model": "vfio-pci"]
            ) {
                XMLElement("source") { XMLElement("address", ["uuid": uuid]) }
            }
        case .usb(let vendor, let product):
            element = XMLElement(Self.elementName, ["mode": "subsystem", "type": "usb", "managed": "yes"]) {
                XMLElement("source") {
                    Self.element("vendor", [("id", vendor, 4)])
                    Self.element("product", [("id", product, 4)])
                }
            }
        }
    }

    /// Which device of the host.
    public enum Source: Sendable, Hashable {
        /// A function on PCI.
        case pci(domain: Int, bus: Int, slot: Int, function: Int)
        /// A mediated device, by its UUID.
        case mediated(String)
        /// A USB device, by its vendor's and its own number.
        case usb(vendor: Int, product: Int)
    }

    /// Which device of the host; nil where it is named in another way.
    public var source: Source? {
        guard element["mode"] == "subsystem", let source = element.first("source") else { return nil }
        let address = source.first("address")
        switch element["type"] {
        case "pci":
            guard let bus = address?.prefixedNumber("bus"), let slot = address?.prefixedNumber("slot") else {
                return nil
            }
            return .pci(
                domain: address?.prefixedNumber("domain") ?? 0, bus: bus, slot: slot,
                function: address?.prefixedNumber("function") ?? 0)
        case "mdev": return address?["uuid"].map { .mediated($0) }
        case "usb":
            guard let vendor = source.first("vendor")?.prefixedNumber("id"),
                let product = source.first("product")?.prefixedNumber("id")
            else { return nil }
            return .usb(vendor: vendor, product: product)
        default: return nil
        }
    }

    private static func element(
        _ name: XMLName, _ numbers: [(attribute: String, value: Int, digits: Int)]
    ) -> XMLElement {
        var element = XMLElement(name)
        for number in numbers {
            let text = String(number.value, radix: 16)
            element[XMLName(number.attribute)] =
                "0x" + String(repeating: "0", count: max(number.digits - text.count, 0)) + text
        }
        return element
    }
}
