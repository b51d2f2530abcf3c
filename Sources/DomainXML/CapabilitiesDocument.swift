// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import FoundationEssentials
public import XMLTree

/// What a host is and can run (`virConnectGetCapabilities`).
public struct CapabilitiesDocument: Sendable, Hashable {
    /// The root element, with everything in it.
    public let root: XMLElement

    /// Takes a tree for capabilities.
    ///
    /// - Throws: `root` where it is no `<capabilities>`.
    public init(_ root: XMLElement) throws(DomainXMLError) {
        self.root = try root.named("capabilities")
    }

    /// Reads capabilities.
    ///
    /// - Throws: `unreadable` or `root`.
    public init(parsing text: String) throws(DomainXMLError) {
        root = try XMLElement.document("capabilities", parsing: text)
    }

    /// The host's UUID, by which migration tells hosts apart.
    public var hostUUID: UUID? { root.descendant("host", "uuid").flatMap { UUID(uuidString: $0.text) } }

    /// The host's processor architecture, as libvirt names it, such as `x86_64`.
    public var hostArchitecture: String? { root.descendant("host", "cpu", "arch")?.text }

    /// The model of libvirt's that is closest to the host's processor.
    public var hostProcessorModel: String? { root.descendant("host", "cpu", "model")?.text }

    /// The maker of the host's processor.
    public var hostProcessorVendor: String? { root.descendant("host", "cpu", "vendor")?.text }

    /// The features of the host's processor beyond its model's, such as `vmx`.
    public var hostProcessorFeatures: [String] {
        root.descendants("host", "cpu", "feature").compactMap { $0["name"] }
    }

    /// The security drivers in force, such as `dac`.
    public var securityModels: [String] {
        root.descendants("host", "secmodel", "model").map(\.text)
    }

    /// The kinds of guest that can run.
    public var guests: [Guest] { root.all("guest").compactMap(Guest.init) }

    /// The fully virtualized guests of an architecture, as libvirt names it.
    public func guest(architecture: String) -> Guest? {
        guests.first { $0.osType == "hvm" && $0.architecture == architecture }
    }

    /// One kind of guest: an architecture and what runs it.
    public struct Guest: Sendable, Hashable {
        /// `hvm` for a fully virtualized guest.
        public let osType: String
        /// The architecture, as libvirt names it.
        public let architecture: String
        /// The emulator's path, where a hypervisor has none of its own.
        public let emulator: String?
        /// The machine types, with their alternative names.
        public let machines: [Machine]
        /// The hypervisors that libvirt says it can use, without those that Roost does not know.
        public let hypervisors: [DomainDocument.Hypervisor]

        init?(_ element: XMLElement) {
            guard let osType = element.first("os_type")?.text, let arch = element.first("arch"),
                let architecture = arch["name"]
            else { return nil }
            self.osType = osType
            self.architecture = architecture
            emulator = arch.first("emulator")?.text
            let domains = arch.all("domain")
            var seen: Set<String> = []
            // A hypervisor with machines of its own lists them again below itself.
            machines = (arch.all("machine") + domains.flatMap { $0.all("machine") })
                .compactMap { Machine($0) }
                .filter { seen.insert($0.name).inserted }
            hypervisors = domains.compactMap { $0.value("type") }
        }

        /// The versioned name of a machine type, such as `pc-q35-7.2` for `q35`; nil where there is no such type.
        public func canonicalMachine(_ name: String) -> String? {
            machines.first { $0.name == name }.map { $0.canonicalName ?? $0.name }
        }
    }

    /// One machine type.
    public struct Machine: Sendable, Hashable {
        /// The name that a definition may use.
        public let name: String
        /// The versioned name, where the name is an alias of it.
        public let canonicalName: String?
        /// The most virtual processors.
        public let maximumProcessors: Int?

        init?(_ element: XMLElement) {
            name = element.text
            canonicalName = element["canonical"]
            maximumProcessors = element.number("maxCpus")
            if name.isEmpty { return nil }
        }
    }
}
