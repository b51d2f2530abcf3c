// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

extension XMLElement {
    /// The attribute as a value of an enumeration; nil where it is absent or no value of it.
    func value<Value: RawRepresentable<String>>(_ name: XMLName) -> Value? {
        self[name].flatMap(Value.init(rawValue:))
    }

    /// The attribute as a number.
    func number(_ name: XMLName) -> Int? {
        self[name].flatMap { Int($0) }
    }

    /// The attribute as a number that may be written in hexadecimal, as in addresses.
    func prefixedNumber(_ name: XMLName) -> Int? {
        self[name].flatMap { $0.hasPrefix("0x") ? Int($0.dropFirst(2), radix: 16) : Int($0) }
    }

    /// The attribute as a yes or no.
    func yesNo(_ name: XMLName) -> Bool? {
        switch self[name] {
        case "yes": true
        case "no": false
        default: nil
        }
    }

    /// The attribute as an on or off.
    func onOff(_ name: XMLName) -> Bool? {
        switch self[name] {
        case "on": true
        case "off": false
        default: nil
        }
    }

    /// The text as an amount of memory in the unit that the element names, else in KiB; nil for any other text, and for
    /// 2^63 bytes and more.
    var byteCount: Int? {
        guard let amount = Int(text), amount >= 0 else { return nil }
        let unit: Int
        switch self["unit"] ?? "KiB" {
        case "b", "bytes": unit = 1
        case "KB": unit = 1000
        case "k", "KiB": unit = 1 << 10
        case "MB": unit = 1_000_000
        case "M", "MiB": unit = 1 << 20
        case "GB": unit = 1_000_000_000
        case "G", "GiB": unit = 1 << 30
        case "TB": unit = 1_000_000_000_000
        case "T", "TiB": unit = 1 << 40
        default: return nil
        }
        let (product, isTooLarge) = amount.multipliedReportingOverflow(by: unit)
        return isTooLarge ? nil : product
    }

    /// The text of the first child of that name.
    func childText(_ name: XMLName) -> String? {
        first(name)?.text
    }

    /// Replaces the text of the first child of that name, keeping its attributes; nil removes the child.
    mutating func setChildText(_ name: XMLName, _ text: String?, in order: ChildOrder) {
        guard let text else { return setChild(name, to: nil, in: order) }
        var child = first(name) ?? XMLElement(name)
        guard child.text != text || first(name) == nil else { return }
        child.text = text
        setChild(name, to: child, in: order)
    }

    /// Makes or removes a child whose presence alone says something.
    mutating func setFlag(_ name: XMLName, _ isSet: Bool, in order: ChildOrder) {
        guard (first(name) != nil) != isSet else { return }
        setChild(name, to: isSet ? XMLElement(name) : nil, in: order)
    }
}

extension Bool {
    /// How libvirt writes it in attributes of the kind `yes` or `no`.
    var yesNo: String { self ? "yes" : "no" }
    /// How libvirt writes it in attributes of the kind `on` or `off`.
    var onOff: String { self ? "on" : "off" }
}
