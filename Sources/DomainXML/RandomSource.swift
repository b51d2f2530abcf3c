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

    /// How much the guest gets in a period.
    public struct Rate: Sendable, Hashable {
        /// The bytes in each period.
        public var bytes: Int
        /// How long a period lasts, in milliseconds; nil leaves it at a second.
        public var periodMilliseconds: Int?

        /// Describes a rate.
        public init(bytes: Int, periodMilliseconds: Int? = nil) {
            self.bytes = bytes
            self.periodMilliseconds = periodMilliseconds
        }
    }

    /// How much the guest gets; nil where that is not limited.
    public var rate: Rate? {
        get {
            guard let rate = element.first("rate"), let bytes = rate.number("bytes") else { return nil }
            return Rate(bytes: bytes, periodMilliseconds: rate.number("period"))
        }
        set {
            guard newValue != rate else { return }
            element.editChild("rate", in: Self.order) { rate in
                rate["bytes"] = (newValue?.bytes).map(String.init)
                rate["period"] = newValue?.periodMilliseconds.map(String.init)
            }
        }
    }

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
