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
            return Topology(sockets: sockets, dies: topology.number("dies"), cores: cores, threads: threads)
        }
        set {
            guard newValue != topology else { return }
            element.editChild("topology", in: Self.order) { topology in
                topology["sockets"] = newValue.map { String($0.sockets) }
                topology["dies"] = newValue?.dies.map(String.init)
                topology["cores"] = newValue.map { String($0.cores) }
                topology["threads"] = newValue.map { String($0.threads) }
            }
        }
    }

    /// How virtual processors are arranged; the product is their number.
    public struct Topology: Sendable, Hashable {
        /// The sockets of the machine.
        public var sockets: Int
        /// The dies of a socket (libvirt 6.1); nil leaves it to libvirt, which takes one.
        public var dies: Int?
        /// The cores of a die.
        public var cores: Int
        /// The threads of a core.
        public var threads: Int

        /// Describes an arrangement.
        public init(sockets: Int, dies: Int? = nil, cores: Int, threads: Int) {
            self.sockets = sockets
            self.dies = dies
            self.cores = cores
            self.threads = threads
        }
    }

    /// What of its features the definition names, in order; without those whose policy is none that libvirt has.
    public var features: [Feature] {
        get {
            element.all("feature").compactMap { feature in
                guard let name = feature["name"], let policy: Feature.Policy = feature.value("policy") else {
                    return nil
                }
                return Feature(name, policy)
            }
        }
        set {
            guard newValue != features else { return }
            let elements = newValue.map {
                XMLElement("feature", ["policy": $0.policy.rawValue, "name": $0.name])
            }
            element.setChildren("feature", to: elements, in: Self.order)
        }
    }

    /// What the guest's processor has of one feature (`<feature>`).
    public struct Feature: Sendable, Hashable {
        /// libvirt's name of it.
        public var name: String
        /// Whether the guest has it.
        public var policy: Policy

        /// Describes a feature.
        public init(_ name: String, _ policy: Policy) {
            self.name = name
            self.policy = policy
        }

        /// Whether the guest has a feature.
        public enum Policy: String, Sendable, Hashable, CaseIterable {
            /// It has it, whether or not the host has.
            case force
            /// It has it, and does not start on a host that lacks it.
            case require
            /// It has it where the host does.
            case optional
            /// It does not have it.
            case disable
            /// It does not start on a host that has it.
            case forbid
        }
    }

    /// Changes `<numa>`, which is made where it is absent, and removed where nothing is left in it.
    mutating func editNUMA(_ change: (inout XMLElement) -> Void) {
        element.editChild("numa", in: Self.order, change)
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
