// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A directory of the host that the guest can mount (`<filesystem>`).
public struct Filesystem: DomainDevice {
    /// `filesystem`.
    public static let elementName: XMLName = "filesystem"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<filesystem>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a directory that virtio-fs shares under a name, with a helper that libvirt starts (libvirt 6.2).
    public init(sharing directory: String, tag: String) {
        element = XMLElement(Self.elementName, ["type": "mount", "accessmode": "passthrough"]) {
            XMLElement("driver", ["type": "virtiofs"])
        }
        self.directory = directory
        self.tag = tag
    }

    private static let order: ChildOrder = [
        "driver", "binary", "source", "target", "readonly", "space_hard_limit", "space_soft_limit", "boot", "alias",
        "rom", "acpi", "address",
    ]

    /// The absolute path of the directory on the host; nil where something else is shared.
    public var directory: String? {
        get { element.first("source")?["dir"] }
        set {
            guard newValue != directory else { return }
            element.editChild("source", in: Self.order) { $0["dir"] = newValue }
        }
    }

    /// The name by which the guest mounts it.
    public var tag: String? {
        get { element.first("target")?["dir"] }
        set {
            guard newValue != tag else { return }
            element.editChild("target", in: Self.order) { $0["dir"] = newValue }
        }
    }

    /// Whether the guest may only read; virtio-fs can do that since libvirt 11.0.
    public var isReadOnly: Bool {
        get { element.first("readonly") != nil }
        set { element.setFlag("readonly", newValue, in: Self.order) }
    }
}
