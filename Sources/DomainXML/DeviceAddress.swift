// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

/// Where a device sits on its bus (`<address>`).
public enum DeviceAddress: Sendable, Hashable {
    /// A slot on a PCI bus.
    case pci(domain: Int = 0, bus: Int, slot: Int, function: Int = 0)
    /// A place on a disk controller.
    case drive(controller: Int, bus: Int = 0, target: Int = 0, unit: Int)
    /// A port of a virtio serial controller.
    case virtioSerial(controller: Int, bus: Int = 0, port: Int)

    init?(_ element: XMLElement) {
        let number = element.prefixedNumber
        switch element["type"] {
        case "pci":
            guard let bus = number("bus"), let slot = number("slot") else { return nil }
            self = .pci(domain: number("domain") ?? 0, bus: bus, slot: slot, function: number("function") ?? 0)
        case "drive":
            guard let unit = number("unit") else { return nil }
            self = .drive(
                controller: number("controller") ?? 0, bus: number("bus") ?? 0, target: number("target") ?? 0,
                unit: unit)
        case "virtio-serial":
            guard let port = number("port") else { return nil }
            self = .virtioSerial(controller: number("controller") ?? 0, bus: number("bus") ?? 0, port: port)
        default:
            return nil
        }
    }

    var element: XMLElement {
        switch self {
        case .pci(let domain, let bus, let slot, let function):
            XMLElement(
                "address",
                [
                    "type": "pci", "domain": hexadecimal(domain, 4), "bus": hexadecimal(bus, 2),
                    "slot": hexadecimal(slot, 2), "function": hexadecimal(function, 1),
                ])
        case .drive(let controller, let bus, let target, let unit):
            XMLElement(
                "address",
                [
                    "type": "drive", "controller": String(controller), "bus": String(bus), "target": String(target),
                    "unit": String(unit),
                ])
        case .virtioSerial(let controller, let bus, let port):
            XMLElement(
                "address",
                [
                    "type": "virtio-serial", "controller": String(controller), "bus": String(bus),
                    "port": String(port),
                ])
        }
    }

    private func hexadecimal(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return "0x" + String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}
