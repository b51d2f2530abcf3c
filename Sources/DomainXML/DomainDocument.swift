// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import FoundationEssentials
public import XMLTree

/// The definition of a domain (`<domain>`), as libvirt reads and writes it.
///
/// The tree is the only state: each field is a view of its node, as ``DomainPart`` says, so that a document that is
/// read and written again is the same tree, and what the types do not model stays in its place.
public struct DomainDocument: Sendable, Hashable {
    /// The root element, with everything in it.
    public internal(set) var root: XMLElement

    /// Takes a tree for a definition.
    ///
    /// - Throws: `root` where it is no `<domain>`.
    public init(_ root: XMLElement) throws(DomainXMLError) {
        self.root = try root.named("domain")
    }

    /// Reads a definition.
    ///
    /// - Throws: `unreadable` or `root`.
    public init(parsing text: String) throws(DomainXMLError) {
        root = try XMLElement.document("domain", parsing: text)
    }

    /// Begins a definition.
    public init(hypervisor: Hypervisor, name: String, uuid: UUID) {
        root = XMLElement("domain", ["type": hypervisor.rawValue])
        self.name = name
        self.uuid = uuid
    }

    /// What runs the guest's processors.
    public enum Hypervisor: String, Sendable, Hashable, CaseIterable {
        /// QEMU with the host's hardware virtualization.
        case kvm
        /// QEMU, emulating.
        case qemu
        /// libvirt's test driver.
        case test
    }

    /// Where libvirt's packages put its schema of domain documents.
    public static let schemaPath = "/usr/share/libvirt/schemas/domain.rng"

    static let order: ChildOrder = [
        "name", "uuid", "genid", "title", "description", "metadata", "maxMemory", "memory", "currentMemory",
        "blkiotune", "memtune", "memoryBacking", "vcpu", "vcpus", "iothreads", "iothreadids", "defaultiothread",
        "cputune", "numatune", "resource", "sysinfo", "bootloader", "bootloader_args", "os", "idmap", "features",
        "cpu", "clock", "on_poweroff", "on_reboot", "on_crash", "on_lockfailure", "pm", "perf", "devices", "seclabel",
        "keywrap", "launchSecurity",
    ]

    /// The definition as text, escaped, without an XML declaration.
    ///
    /// - Throws: What XML cannot carry.
    public func text(indentation: XMLIndentation = .twoSpaces) throws(XMLError) -> String {
        try root.serialized(indentation: indentation)
    }

    /// The definition as text that a schema accepts: libvirt's own `domain.rng` of the host that it goes to.
    ///
    /// - Throws: `invalid`, or what XML cannot carry.
    public func text(
        accepting schema: XMLSchema, indentation: XMLIndentation = .twoSpaces
    ) throws(XMLError) -> String {
        try schema.validatedText(of: root, indentation: indentation)
    }

    /// What of this definition another one lacks or has otherwise, such as the one that libvirt gives back: it adds
    /// what was left to it, and takes nothing away.
    public func missing(in actual: DomainDocument) -> [XMLDifference] {
        root.missing(in: actual.root)
    }
}

extension DomainDocument {
    /// What runs the guest's processors; nil where it is none that Roost knows.
    public var hypervisor: Hypervisor? {
        get { root.value("type") }
        set { if newValue != hypervisor { root["type"] = newValue?.rawValue } }
    }

    /// libvirt's number for a running domain; nil for one that does not run.
    public var id: Int? { root.number("id") }

    /// The name, unique on a host.
    public var name: String? {
        get { root.childText("name") }
        set { root.setChildText("name", newValue, in: Self.order) }
    }

    /// The UUID, unique on a host.
    public var uuid: UUID? {
        get { root.childText("uuid").flatMap(UUID.init(uuidString:)) }
        set {
            guard newValue != uuid else { return }
            root.setChildText("uuid", newValue?.uuidString.lowercased(), in: Self.order)
        }
    }

    /// A short description, on one line.
    public var title: String? {
        get { root.childText("title") }
        set { root.setChildText("title", newValue, in: Self.order) }
    }

    /// A description for people.
    public var summary: String? {
        get { root.childText("description") }
        set { root.setChildText("description", newValue, in: Self.order) }
    }

    /// An element of another application's in `<metadata>`; libvirt keeps one for each namespace.
    ///
    /// Setting replaces what is there under that name, nil removes it; the element has to declare its namespace.
    public subscript(metadata name: XMLName) -> XMLElement? {
        get { root.first("metadata")?.first(name) }
        set {
            guard newValue != self[metadata: name] else { return }
            root.editChild("metadata", in: Self.order) { $0.setChild(name, to: newValue, in: []) }
        }
    }

    /// The most memory that the guest can have, in KiB.
    public var memoryKiB: Int? {
        get { root.first("memory")?.kibibytes }
        set { setMemory("memory", newValue, before: memoryKiB) }
    }

    /// The memory that the guest has when it starts, in KiB; the balloon takes the rest.
    public var currentMemoryKiB: Int? {
        get { root.first("currentMemory")?.kibibytes }
        set { setMemory("currentMemory", newValue, before: currentMemoryKiB) }
    }

    /// The number of virtual processors that the guest starts with; nil where it starts with all.
    public var currentProcessorCount: Int? {
        get { root.first("vcpu")?.number("current") }
        set {
            guard newValue != currentProcessorCount else { return }
            root.editChild("vcpu", in: Self.order) { $0["current"] = newValue.map(String.init) }
        }
    }

    /// The most virtual processors that the guest can have.
    public var processorCount: Int? {
        get { root.childText("vcpu").flatMap { Int($0) } }
        set {
            guard newValue != processorCount else { return }
            root.setChildText("vcpu", newValue.map(String.init), in: Self.order)
        }
    }

    /// What the guest starts from.
    public var operatingSystem: OperatingSystem? {
        get { part() }
        set { setPart(newValue) }
    }

    /// What the machine's SMBIOS tells the guest; the first one where other firmware is told something, too.
    public var systemInformation: SystemInformation? {
        get { part() }
        set { setPart(newValue) }
    }

    /// How the guest's memory is kept from the host.
    public var launchSecurity: LaunchSecurity? {
        get { part() }
        set { setPart(newValue) }
    }

    /// What the machine offers beside its devices.
    public var features: Features? {
        get { part() }
        set { setPart(newValue) }
    }

    /// The processor that the guest sees.
    public var processor: Processor? {
        get { part() }
        set { setPart(newValue) }
    }

    /// How the guest's clock starts and is kept.
    public var clock: Clock? {
        get { part() }
        set { setPart(newValue) }
    }

    /// What happens when the guest powers itself off.
    public var onPoweroff: LifecycleAction? {
        get { action("on_poweroff") }
        set { setAction("on_poweroff", newValue) }
    }

    /// What happens when the guest reboots.
    public var onReboot: LifecycleAction? {
        get { action("on_reboot") }
        set { setAction("on_reboot", newValue) }
    }

    /// What happens when the guest crashes.
    public var onCrash: LifecycleAction? {
        get { action("on_crash") }
        set { setAction("on_crash", newValue) }
    }

    /// How security drivers confine the guest's process.
    public var securityLabels: [SecurityLabel] {
        get { root.all("seclabel").compactMap(SecurityLabel.init) }
        set { root.setChildren("seclabel", to: newValue.map(\.element), in: Self.order) }
    }

    func part<Part: DomainPart>() -> Part? {
        root.first(Part.elementName).flatMap(Part.init)
    }

    mutating func setPart<Part: DomainPart>(_ part: Part?) {
        root.setChild(Part.elementName, to: part?.element, in: Self.order)
    }

    private func action(_ name: XMLName) -> LifecycleAction? {
        root.childText(name).flatMap(LifecycleAction.init(rawValue:))
    }

    private mutating func setAction(_ name: XMLName, _ action: LifecycleAction?) {
        guard action != self.action(name) else { return }
        root.setChildText(name, action?.rawValue, in: Self.order)
    }

    private mutating func setMemory(_ name: XMLName, _ amount: Int?, before: Int?) {
        if amount != before { root.setAmount(name, amount, in: Self.order) }
    }
}

extension XMLElement {
    /// The amount in KiB, rounded up as libvirt does; nil where the text is no number or the unit is unknown.
    var kibibytes: Int? {
        byteCount.map { $0 / 1024 + ($0 % 1024 == 0 ? 0 : 1) }
    }

    /// Makes the first child of that name an amount in KiB, keeping its attributes; nil removes the child.
    mutating func setAmount(_ name: XMLName, _ kibibytes: Int?, in order: ChildOrder) {
        guard let kibibytes else { return setChild(name, to: nil, in: order) }
        editChild(name, in: order) { child in
            child["unit"] = "KiB"
            child.text = String(kibibytes)
        }
    }
}
