// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A graphics card (`<video>`).
public struct Video: DomainDevice {
    /// `video`.
    public static let elementName: XMLName = "video"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<video>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a graphics card; `absent` keeps libvirt from adding one.
    public init(model: Model) {
        element = XMLElement(Self.elementName) { XMLElement("model", ["type": model.rawValue]) }
    }

    /// What the guest sees.
    public enum Model: String, Sendable, Hashable, CaseIterable {
        case absent = "none"
        case virtio, vga, bochs, qxl, cirrus, ramfb
    }

    /// What the guest sees.
    public var model: Model? {
        get { element.first("model")?.value("type") }
        set {
            guard newValue != model else { return }
            element.editChild("model", in: ["driver", "model"]) { $0["type"] = newValue?.rawValue }
        }
    }
}
