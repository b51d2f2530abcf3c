// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A source of entropy for the guest (`<rng>`).
public struct RandomSource: DomainDevice {
    /// `rng`.
    public static let elementName: XMLName = "rng"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<rng>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a virtio source.
    public init(backend: Backend) {
        element = XMLElement(Self.elementName, ["model": "virtio"])
        self.backend = backend
    }

    /// A virtio source that is fed from the host's `/dev/urandom`.
    public static let virtio = RandomSource(backend: .random(device: "/dev/urandom"))

    /// Where the entropy comes from.
    public enum Backend: Sendable, Hashable {
        /// A device of the host.
        case random(device: String)
        /// QEMU itself.
        case builtin
    }

    private static let order: ChildOrder = ["rate", "backend", "driver", "boot", "alias", "rom", "acpi", "address"]

    /// Where the entropy comes from; nil where it is of another kind.
    public var backend: Backend? {
        get {
            guard let backend = element.first("backend") else { return nil }
            switch backend["model"] {
            case "random": return .random(device: backend.text)
            case "builtin": return .builtin
            default: return nil
            }
        }
        set {
            guard let newValue, newValue != backend else { return }
            let backend =
                switch newValue {
                case .random(let device): XMLElement("backend", ["model": "random"], text: device)
                case .builtin: XMLElement("backend", ["model": "builtin"])
                }
            element.setChild("backend", to: backend, in: Self.order)
        }
    }
}
