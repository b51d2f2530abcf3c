// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// What the machine's SMBIOS tells the guest of itself (`<sysinfo type='smbios'>`).
public struct SystemInformation: DomainPart {
    /// `sysinfo`.
    public static let elementName: XMLName = "sysinfo"
    /// The element, with everything in it.
    public private(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<sysinfo>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a machine that tells nothing yet.
    public init() {
        element = XMLElement(Self.elementName, ["type": "smbios"])
    }

    /// What is told of the system (SMBIOS type 1).
    public enum Entry: String, Sendable, Hashable, CaseIterable {
        case manufacturer, product, version, serial, sku, family
    }

    /// What is told of the system; nil: nothing.
    public subscript(system entry: Entry) -> String? {
        get { element.first("system")?.all("entry").first { $0["name"] == entry.rawValue }?.text }
        set {
            guard newValue != self[system: entry] else { return }
            element.editChild("system", in: ["bios", "system", "baseBoard", "chassis", "oemStrings"]) { system in
                let place = system.children.firstIndex { node in
                    node.element.map { $0.name.denotes("entry") && $0["name"] == entry.rawValue } ?? false
                }
                let replacement = newValue.map { XMLElement("entry", ["name": entry.rawValue], text: $0) }
                switch (place, replacement) {
                case (let place?, let replacement?): system.children[place] = .element(replacement)
                case (let place?, nil): system.children.remove(at: place)
                case (nil, let replacement?): system.append(replacement)
                case (nil, nil): break
                }
            }
        }
    }
}
