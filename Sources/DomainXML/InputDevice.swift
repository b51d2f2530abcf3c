// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// What the guest is operated with (`<input>`).
public struct InputDevice: DomainDevice {
    /// `input`.
    public static let elementName: XMLName = "input"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<input>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a device.
    public init(kind: Kind, bus: Bus) {
        element = XMLElement(Self.elementName, ["type": kind.rawValue, "bus": bus.rawValue])
    }

    /// What kind of device it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case tablet, mouse, keyboard
    }

    /// How the guest finds it.
    public enum Bus: String, Sendable, Hashable, CaseIterable {
        case usb, virtio, ps2
    }

    /// What kind of device it is; nil where it is none of these.
    public var kind: Kind? { element.value("type") }

    /// How the guest finds it.
    public var bus: Bus? { element.value("bus") }
}
