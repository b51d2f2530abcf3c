// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The processor that the guest sees (`<cpu>`); what is left out follows from the host.
public struct Processor: Sendable, Hashable {
    /// Which processor; absent, the host's model under KVM, and all that QEMU can do under emulation.
    public let model: Model?
    /// Features that the guest has beyond the model, in order.
    public let required: [ProcessorFeature]
    /// Features that the guest has whether or not the host's processor has them, in order.
    public let forced: [ProcessorFeature]
    /// Features of the model that the guest does not have, in order.
    public let disabled: [ProcessorFeature]
    /// Whether the guest can move to another host, which features such as a constant time stamp counter would keep it
    /// from; absent, it can where the model is the host's own processor.
    public let isMigratable: Bool?
    /// How the virtual processors are arranged; absent, each is a socket.
    public let topology: Topology?
    /// Where and how much the virtual processors run on the host.
    public internal(set) var tuning: ProcessorTuning

    /// A processor of these parts.
    ///
    /// - Throws: ``RuleViolation`` where a feature is named twice, and where it is said of a model that can always move
    ///   whether it can.
    public init(
        model: Model? = nil, required: [ProcessorFeature] = [], forced: [ProcessorFeature] = [],
        disabled: [ProcessorFeature] = [], isMigratable: Bool? = nil, topology: Topology? = nil,
        tuning: ProcessorTuning = .usual
    ) throws(RuleViolation) {
        var isSeen: Set<ProcessorFeature> = []
        for feature in required + forced + disabled where !isSeen.insert(feature).inserted {
            throw RuleViolation(
                value: feature.description, rule: "a feature stands once in `require`, `force` and `disable` together",
                remedy: "keep one of the two")
        }
        if let isMigratable, ![.hostPassthrough, .maximum].contains(model) {
            throw RuleViolation(
                value: "migratable: \(isMigratable)",
                rule: "`migratable` is for `model` to be host-passthrough or maximum", remedy: "leave it out")
        }
        self.model = model
        self.required = required
        self.forced = forced
        self.disabled = disabled
        self.isMigratable = isMigratable
        self.topology = topology
        self.tuning = tuning
    }

    /// Where the guest's processor comes from.
    public enum Model: Sendable, Hashable {
        /// The named model that is closest to the host's processor: a guest can move to hosts that have no less.
        case hostModel
        /// The host's own processor, without what would keep a guest from moving; under KVM alone.
        case hostPassthrough
        /// All that QEMU can do on this host.
        case maximum
        /// A model of libvirt's by its name, such as `Skylake-Server`.
        case named(ProcessorModelName)
    }

    /// How virtual processors are arranged.
    public struct Topology: Sendable, Hashable {
        /// The sockets of the machine, 1 to 512.
        public let sockets: Int
        /// The dies of a socket, 1 to 512.
        public let dies: Int
        /// The cores of a die, 1 to 512.
        public let cores: Int
        /// The threads of a core, 1 to 512.
        public let threads: Int

        /// An arrangement.
        ///
        /// - Throws: ``RuleViolation`` where a number is outside 1 to 512.
        public init(sockets: Int = 1, dies: Int = 1, cores: Int = 1, threads: Int = 1) throws(RuleViolation) {
            for number in [sockets, dies, cores, threads] { try Self.check(number) }
            self.sockets = sockets
            self.dies = dies
            self.cores = cores
            self.threads = threads
        }

        /// The virtual processors that it has room for.
        public var count: Int { sockets * dies * cores * threads }

        static let range = 1...512

        static func check(_ number: Int) throws(RuleViolation) {
            guard !range.contains(number) else { return }
            throw RuleViolation(
                value: "\(number)", rule: "1 to 512 sockets, dies, cores and threads", remedy: "for example 2")
        }
    }
}

/// The name of a feature of processors, as libvirt has it: 1 to 64 of a-z A-Z 0-9 . _ -.
public struct ProcessorFeature: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    /// Reads a name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        description = try checkedWord(text, of: "a feature's name", example: "aes")
    }

    static let pattern = wordPattern
}

/// The name of a model of processors, as libvirt has it: 1 to 64 of a-z A-Z 0-9 . _ -.
public struct ProcessorModelName: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    /// Reads a name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        guard !["host-model", "host-passthrough", "maximum"].contains(text) else {
            throw RuleViolation(
                value: text, rule: "a processor model's name is not that of a mode", remedy: "name libvirt's model")
        }
        description = try checkedWord(text, of: "a processor model's name", example: "Skylake-Server")
    }
}

extension Processor.Model {
    static let pattern = wordPattern

    /// Reads a model as a document writes it.
    ///
    /// - Throws: ``RuleViolation`` where the text can be no model's name.
    public init(parsing text: String) throws(RuleViolation) {
        switch text {
        case "host-model": self = .hostModel
        case "host-passthrough": self = .hostPassthrough
        case "maximum": self = .maximum
        default: self = .named(try ProcessorModelName(text))
        }
    }

    /// The model as a document writes it.
    public var name: String {
        switch self {
        case .hostModel: "host-model"
        case .hostPassthrough: "host-passthrough"
        case .maximum: "maximum"
        case .named(let name): name.description
        }
    }
}

private let wordPattern = "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$"

private func checkedWord(_ text: String, of what: String, example: String) throws(RuleViolation) -> String {
    let isAllowed = text.utf8.allSatisfy(isNameByte) && !text.hasPrefix("-") && !text.hasPrefix(".")
    guard isAllowed, (1...64).contains(text.utf8.count) else {
        throw RuleViolation(
            value: text, rule: "\(what) has 1 to 64 of a-z A-Z 0-9 . _ -, and begins with none of . -",
            remedy: "for example \(example)")
    }
    return text
}
