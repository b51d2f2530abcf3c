// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// How a security driver confines the guest's process (`<seclabel>`).
public struct SecurityLabel: DomainPart {
    /// `seclabel`.
    public static let elementName: XMLName = "seclabel"
    /// The element, with everything in it.
    public private(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<seclabel>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a label.
    ///
    /// - Parameters:
    ///   - kind: Where the label comes from.
    ///   - model: The driver, such as `dac`, `selinux` or `apparmor`; nil means each.
    ///   - relabels: Whether libvirt relabels what the guest uses; nil leaves it to libvirt.
    public init(kind: Kind, model: String? = nil, relabels: Bool? = nil) {
        element = XMLElement(
            Self.elementName, ["type": kind.rawValue, "model": model, "relabel": relabels?.yesNo])
    }

    /// Where a label comes from.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// libvirt makes one that no other guest has.
        case dynamic
        /// The definition gives it.
        case fixed = "static"
        /// The guest is not confined.
        case unconfined = "none"
    }

    /// Where the label comes from.
    public var kind: Kind? { element.value("type") }

    /// The driver.
    public var model: String? { element["model"] }

    /// Whether libvirt relabels what the guest uses.
    public var relabels: Bool? { element.yesNo("relabel") }

    /// The label itself, where there is one.
    public var label: String? { element.childText("label") }
}
