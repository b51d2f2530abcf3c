// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// A device of the host that a guest has for itself (`<hostdev>`).
public enum HostDevice: Sendable, Hashable {
    /// A function on PCI.
    case pci(PCIAddress)
    /// The one function on PCI of a kind; planning looks up its address.
    case pciKind(PCIIdentity)
    /// A mediated device, such as a part of a GPU.
    case mediated(MediatedDevice)
    /// A USB device.
    case usb(USBIdentity)
}

/// A function on the host's PCI: `[DOMAIN:]BUS:SLOT.FUNCTION` in hexadecimal, as `lspci -D` has it.
public struct PCIAddress: Sendable, Hashable, CustomStringConvertible {
    /// The domain, 0 to 65,535.
    public let domain: Int
    /// The bus, 0 to 255.
    public let bus: Int
    /// The slot, 0 to 31.
    public let slot: Int
    /// The function, 0 to 7.
    public let function: Int

    static let pattern = "^([0-9A-Fa-f]{4}:)?[0-9A-Fa-f]{2}:[01][0-9A-Fa-f][.][0-7]$"

    /// Reads an address.
    ///
    /// - Throws: ``RuleViolation`` for another form.
    public init(parsing text: String) throws(RuleViolation) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let ends = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard (2...3).contains(parts.count), ends.count == 2,
            let domain = parts.count == 3 ? hexadecimal(parts[0], digits: 4) : 0,
            let bus = hexadecimal(parts[parts.count - 2], digits: 2), let slot = hexadecimal(ends[0], digits: 2),
            let function = hexadecimal(ends[1], digits: 1), slot < 32, function < 8
        else {
            throw RuleViolation(
                value: text, rule: "a PCI address is [DOMAIN:]BUS:SLOT.FUNCTION in hexadecimal",
                remedy: "for example 0000:03:00.0, as `lspci -D` has it")
        }
        self.domain = domain
        self.bus = bus
        self.slot = slot
        self.function = function
    }

    /// The address with its domain, in lower case.
    public var description: String {
        "\(padded(domain, 4)):\(padded(bus, 2)):\(padded(slot, 2)).\(function)"
    }
}

/// A mediated device, by its UUID.
public struct MediatedDevice: Sendable, Hashable, CustomStringConvertible {
    /// The UUID in lower case.
    public let description: String

    static let pattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"

    /// Reads a UUID.
    ///
    /// - Throws: ``RuleViolation`` for another form.
    public init(parsing text: String) throws(RuleViolation) {
        guard let id = InstanceID(text) else {
            throw RuleViolation(
                value: text, rule: "a mediated device is named by its UUID",
                remedy: "take one that /sys/bus/mdev/devices lists")
        }
        description = id.description
    }
}

/// The kind of a USB device: `VENDOR:PRODUCT` in hexadecimal, as `lsusb` has it.
public struct USBIdentity: Sendable, Hashable, CustomStringConvertible {
    /// The vendor's number.
    public let vendor: Int
    /// The vendor's number of the product.
    public let product: Int

    static let pattern = "^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}$"

    /// Reads a kind of device.
    ///
    /// - Throws: ``RuleViolation`` for another form, and for vendor 0.
    public init(parsing text: String) throws(RuleViolation) {
        guard let numbers = makersNumbers(text) else {
            throw RuleViolation(
                value: text, rule: "a USB device is VENDOR:PRODUCT in hexadecimal",
                remedy: "for example 1d6b:0002, as `lsusb` has it")
        }
        (vendor, product) = numbers
    }

    /// The numbers in lower case.
    public var description: String { "\(padded(vendor, 4)):\(padded(product, 4))" }
}

/// The kind of a device on PCI: `VENDOR:DEVICE` in hexadecimal, as `lspci -n` has it.
public struct PCIIdentity: Sendable, Hashable, CustomStringConvertible {
    /// The vendor's number.
    public let vendor: Int
    /// The vendor's number of the device.
    public let device: Int

    static let pattern = USBIdentity.pattern

    /// Reads a kind of device.
    ///
    /// - Throws: ``RuleViolation`` for another form, and for vendor 0.
    public init(parsing text: String) throws(RuleViolation) {
        guard let numbers = makersNumbers(text) else {
            throw RuleViolation(
                value: text, rule: "a kind of device on PCI is VENDOR:DEVICE in hexadecimal",
                remedy: "for example 10de:1eb8, as `lspci -n` has it")
        }
        (vendor, device) = numbers
    }

    /// The numbers in lower case.
    public var description: String { "\(padded(vendor, 4)):\(padded(device, 4))" }
}

/// Two numbers of four hexadecimal digits, the first of which is not 0; nil for another form.
private func makersNumbers(_ text: String) -> (Int, Int)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let vendor = hexadecimal(parts[0], digits: 4),
        let product = hexadecimal(parts[1], digits: 4), vendor != 0
    else { return nil }
    return (vendor, product)
}

private func hexadecimal(_ text: Substring, digits: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ isHexadecimal($0) }) else { return nil }
    return Int(text, radix: 16)
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
    "0123456789abcdefABCDEF".utf8.contains(byte)
}

private func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(digits - text.count, 0)) + text
}
