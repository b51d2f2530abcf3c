// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// The processor that the guest sees (`<cpu>`).
public struct Processor: DomainPart {
    /// `cpu`.
    public static let elementName: XMLName = "cpu"
    /// The element, with everything in it.
    public private(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<cpu>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a processor.
    public init(mode: Mode) {
        element = XMLElement(Self.elementName)
        self.mode = mode
    }

    /// Where the guest's processor comes from.
    public enum Mode: Sendable, Hashable {
        /// The named model that is closest to the host's processor.
        case hostModel
        /// The host's own; nil leaves to libvirt whether features that keep a guest from migrating are left out.
        case hostPassthrough(isMigratable: Bool?)
        /// All that the hypervisor can offer (libvirt 7.1).
        case maximum(isMigratable: Bool?)
        /// A model of libvirt's by its name, exactly or not at all.
        case custom(model: String)
    }

    private static let order: ChildOrder = ["model", "vendor", "topology", "cache", "maxphysaddr", "feature", "numa"]

    /// Where it comes from; nil where that is of another kind.
    public var mode: Mode? {
        get {
            switch element["mode"] {
            case "host-model": .hostModel
            case "host-passthrough": .hostPassthrough(isMigratable: element.onOff("migratable"))
            case "maximum": .maximum(isMigratable: element.onOff("migratable"))
            case "custom": element.childText("model").map { .custom(model: $0) }
            default: nil
            }
        }
        set {
            guard let newValue, newValue != mode else { return }
            switch newValue {
            case .hostModel: set("host-model", migratable: nil, model: nil)
            case .hostPassthrough(let isMigratable): set("host-passthrough", migratable: isMigratable, model: nil)
            case .maximum(let isMigratable): set("maximum", migratable: isMigratable, model: nil)
            case .custom(let model): set("custom", migratable: nil, model: model)
            }
        }
    }

    /// How the virtual processors are arranged.
    public var topology: Topology? {
        get {
            guard let topology = element.first("topology"), let sockets = topology.number("sockets"),
                let cores = topology.number("cores"), let threads = topology.number("threads")
            else { return nil }
            return Topology(sockets: sockets, cores: cores, threads: threads)
        }
        set {
            guard newValue != topology else { return }
            element.editChild("topology", in: Self.order) { topology in
                topology["sockets"] = newValue.map { String($0.sockets) }
                if newValue == nil { topology["dies"] = nil }
                topology["cores"] = newValue.map { String($0.cores) }
                topology["threads"] = newValue.map { String($0.threads) }
            }
        }
    }

    /// How virtual processors are arranged; the product is their number.
    public struct Topology: Sendable, Hashable {
        /// The sockets of the machine.
        public var sockets: Int
        /// The cores of a socket.
        public var cores: Int
        /// The threads of a core.
        public var threads: Int

        /// Describes an arrangement.
        public init(sockets: Int, cores: Int, threads: Int) {
            self.sockets = sockets
            self.cores = cores
            self.threads = threads
        }
    }

    private mutating func set(_ mode: String, migratable: Bool?, model: String?) {
        element["mode"] = mode
        element["match"] = model == nil ? nil : element["match"] ?? "exact"
        element["migratable"] = migratable?.onOff
        guard let model else { return element.setChild("model", to: nil, in: Self.order) }
        element.editChild("model", in: Self.order) { child in
            child["fallback"] = child["fallback"] ?? "forbid"
            child.text = model
        }
    }
}
