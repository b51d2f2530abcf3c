// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A device that acts when the guest does not feed it in time (`<watchdog>`).
public struct Watchdog: DomainDevice {
    /// `watchdog`.
    public static let elementName: XMLName = "watchdog"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<watchdog>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a watchdog.
    public init(model: Model, action: Action) {
        element = XMLElement(Self.elementName, ["model": model.rawValue, "action": action.rawValue])
    }

    /// What the guest sees.
    public enum Model: String, Sendable, Hashable, CaseIterable {
        case i6300esb, ib700, diag288
    }

    /// What happens to a guest that does not feed it.
    public enum Action: String, Sendable, Hashable, CaseIterable {
        case reset, shutdown, poweroff, pause, dump
        case nothing = "none"
        case injectNMI = "inject-nmi"
    }

    /// What the guest sees.
    public var model: Model? {
        get { element.value("model") }
        set { if newValue != model { element["model"] = newValue?.rawValue } }
    }

    /// What happens to a guest that does not feed it; libvirt resets where nothing is said.
    public var action: Action? {
        get { element["action"] == nil ? .reset : element.value("action") }
        set { if newValue != action { element["action"] = newValue?.rawValue } }
    }
}
