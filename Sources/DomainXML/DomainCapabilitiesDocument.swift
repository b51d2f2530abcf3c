// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// What one emulator offers a guest of one machine type (`virConnectGetDomainCapabilities`).
public struct DomainCapabilitiesDocument: Sendable, Hashable {
    /// The root element, with everything in it.
    public let root: XMLElement

    /// Takes a tree for domain capabilities.
    ///
    /// - Throws: `root` where it is no `<domainCapabilities>`.
    public init(_ root: XMLElement) throws(DomainXMLError) {
        self.root = try root.named("domainCapabilities")
    }

    /// Reads domain capabilities.
    ///
    /// - Throws: `unreadable` or `root`.
    public init(parsing text: String) throws(DomainXMLError) {
        root = try XMLElement.document("domainCapabilities", parsing: text)
    }

    /// The emulator's path.
    public var emulator: String? { root.childText("path") }

    /// The hypervisor that this is about; nil where it is none that Roost knows.
    public var hypervisor: DomainDocument.Hypervisor? {
        root.childText("domain").flatMap(DomainDocument.Hypervisor.init(rawValue:))
    }

    /// The versioned machine type that this is about.
    public var machine: String? { root.childText("machine") }

    /// The architecture that this is about, as libvirt names it.
    public var architecture: String? { root.childText("arch") }

    /// The most virtual processors.
    public var maximumProcessors: Int? { root.first("vcpu")?.number("max") }

    /// Whether threads of their own can do disks' input and output.
    public var supportsIOThreads: Bool { root.first("iothreads")?.isSupported ?? false }

    /// The kinds of firmware that libvirt can select by itself; empty on a host without firmware descriptors.
    public var firmwares: [OperatingSystem.Firmware] {
        root.first("os")?.values("firmware").compactMap(OperatingSystem.Firmware.init(rawValue:)) ?? []
    }

    /// The firmware files that libvirt knows of; not all of them fit every machine type.
    public var loaderPaths: [String] {
        root.descendant("os", "loader")?.all("value").map(\.text) ?? []
    }

    /// Whether a loader can be made to run with secure boot.
    public var supportsSecureLoader: Bool {
        root.descendant("os", "loader")?.values("secure").contains("yes") ?? false
    }

    /// A way to choose the guest's processor.
    public enum ProcessorMode: String, Sendable, Hashable, CaseIterable {
        case hostPassthrough = "host-passthrough"
        case hostModel = "host-model"
        case maximum, custom
    }

    /// The ways to choose the guest's processor that work here.
    public var processorModes: Set<ProcessorMode> {
        Set(root.descendants("cpu", "mode").filter(\.isSupported).compactMap { $0.value("name") })
    }

    /// The model that `host-model` stands for; nil where it does not work here.
    public var hostModel: String? {
        root.descendants("cpu", "mode").first { $0["name"] == "host-model" && $0.isSupported }?.childText("model")
    }

    /// The models of libvirt's that the host can run as they are, as far as libvirt can tell, in libvirt's order.
    public var usableProcessorModels: [String] {
        root.descendants("cpu", "mode").filter { $0["name"] == "custom" }
            .flatMap { $0.all("model") }
            .filter { $0.yesNo("usable") != false }
            .map(\.text)
    }

    /// The buses that a disk can be on.
    public var diskBuses: Set<Disk.Bus> {
        Set(values(of: "disk", "bus").compactMap(Disk.Bus.init(rawValue:)))
    }

    /// The models of trusted platform module.
    public var tpmModels: Set<TrustedPlatformModule.Model> {
        Set(values(of: "tpm", "model").compactMap(TrustedPlatformModule.Model.init(rawValue:)))
    }

    /// Whether a trusted platform module can be emulated, which needs swtpm on the host.
    public var supportsEmulatedTPM: Bool { values(of: "tpm", "backendModel").contains("emulator") }

    /// Whether directories of the host can be shared by virtio-fs.
    public var supportsVirtioFS: Bool { values(of: "filesystem", "driverType").contains("virtiofs") }

    /// Whether a feature such as `backup`, `genid` or `backingStoreInput` works here.
    public func supportsFeature(_ name: String) -> Bool {
        root.first("features")?.first(XMLName(name))?.isSupported ?? false
    }

    /// The most guests with encrypted registers (SEV-ES) at a time; 0 where there can be none.
    public var maximumSEVESGuests: Int {
        guard supportsFeature("sev") else { return 0 }
        return root.descendant("features", "sev")?.childText("maxESGuests").flatMap { Int($0) } ?? 0
    }

    /// The ways to keep a guest's memory that libvirt lists, which it does since 10.5.
    public var launchSecurityKinds: [LaunchSecurity.Kind] {
        guard supportsFeature("launchSecurity") else { return [] }
        return root.descendant("features", "launchSecurity")?.values("sectype")
            .compactMap(LaunchSecurity.Kind.init(rawValue:)) ?? []
    }

    /// The values that libvirt lists for a field of a device, such as `disk` and `bus`; empty where the device does not
    /// work here.
    public func values(of device: String, _ field: String) -> [String] {
        guard let device = root.first("devices")?.first(XMLName(device)), device.isSupported else { return [] }
        return device.values(field)
    }
}

extension XMLElement {
    /// Whether libvirt says that this works; where nothing is said, the element's presence says it.
    fileprivate var isSupported: Bool { yesNo("supported") ?? true }

    /// The values of the enumeration of this name.
    fileprivate func values(_ name: String) -> [String] {
        all("enum").first { $0["name"] == name }?.all("value").map(\.text) ?? []
    }
}
