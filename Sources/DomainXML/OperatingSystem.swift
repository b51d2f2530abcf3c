// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// What the guest starts from (`<os>`).
public struct OperatingSystem: DomainPart {
    /// `os`.
    public static let elementName: XMLName = "os"
    /// The element, with everything in it.
    public private(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<os>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a fully virtualized machine that starts from its disks.
    ///
    /// - Parameters:
    ///   - architecture: The guest's processor architecture.
    ///   - machine: The machine type, with its version where the guest is to keep its hardware.
    public init(architecture: Architecture, machine: String) {
        element = XMLElement(Self.elementName) {
            XMLElement("type", ["arch": architecture.rawValue, "machine": machine], text: "hvm")
        }
    }

    /// A processor architecture, as libvirt names it.
    public enum Architecture: String, Sendable, Hashable, CaseIterable {
        case x86 = "x86_64"
        case arm = "aarch64"
        case riscv = "riscv64"
        case power = "ppc64"
        case powerLittleEndian = "ppc64le"
        case s390x
    }

    /// The firmware that libvirt selects by the descriptors of its host (libvirt 5.2).
    public enum Firmware: String, Sendable, Hashable, CaseIterable {
        case bios, efi
    }

    /// What the firmware tries to start from, where devices do not say it themselves.
    public enum BootDevice: String, Sendable, Hashable, CaseIterable {
        case disk = "hd"
        case cdrom, network, fd
    }

    private static let order: ChildOrder = [
        "type", "firmware", "init", "initarg", "initenv", "initdir", "inituser", "initgroup", "loader", "nvram",
        "kernel", "initrd", "cmdline", "dtb", "acpi", "boot", "bootmenu", "bios", "smbios",
    ]

    /// The processor architecture; nil where it is none that Roost knows.
    public var architecture: Architecture? {
        get { element.first("type")?.value("arch") }
        set {
            guard newValue != architecture else { return }
            element.editChild("type", in: Self.order) { $0["arch"] = newValue?.rawValue }
        }
    }

    /// The machine type.
    public var machine: String? {
        get { element.first("type")?["machine"] }
        set { element.editChild("type", in: Self.order) { $0["machine"] = newValue } }
    }

    /// The firmware to select.
    public var firmware: Firmware? {
        get { element.value("firmware") }
        set { if newValue != firmware { element["firmware"] = newValue?.rawValue } }
    }

    /// Whether the selected firmware has a feature, such as `secure-boot`; nil where either will do.
    public subscript(firmwareFeature name: String) -> Bool? {
        get {
            element.first("firmware")?.all("feature").first { $0["name"] == name }?.yesNo("enabled")
        }
        set {
            guard newValue != self[firmwareFeature: name] else { return }
            element.editChild("firmware", in: Self.order) { firmware in
                firmware.removeAll("feature") { $0["name"] == name }
                if let newValue {
                    firmware.append(XMLElement("feature", ["enabled": newValue.yesNo, "name": name]))
                }
            }
        }
    }

    /// The file that keeps the firmware's variables, as an absolute path on the host; nil leaves it to libvirt.
    public var variablesFile: String? {
        get { element.childText("nvram") }
        set { element.setChildText("nvram", newValue, in: Self.order) }
    }

    /// Whether the firmware keeps no variables (`<loader stateless>`, libvirt 8.6); nil leaves it to libvirt.
    public var isStateless: Bool? {
        get { element.first("loader")?.yesNo("stateless") }
        set {
            guard newValue != isStateless else { return }
            element.editChild("loader", in: Self.order) { $0["stateless"] = newValue?.yesNo }
        }
    }

    /// The kernel that is started directly, as an absolute path on the host.
    public var kernel: String? {
        get { element.childText("kernel") }
        set { element.setChildText("kernel", newValue, in: Self.order) }
    }

    /// The initial ramdisk of that kernel, as an absolute path on the host.
    public var initialRamdisk: String? {
        get { element.childText("initrd") }
        set { element.setChildText("initrd", newValue, in: Self.order) }
    }

    /// That kernel's command line.
    public var commandLine: String? {
        get { element.childText("cmdline") }
        set { element.setChildText("cmdline", newValue, in: Self.order) }
    }

    /// Where what SMBIOS tells the guest comes from (`<smbios mode>`).
    public enum SMBIOSMode: String, Sendable, Hashable, CaseIterable {
        /// QEMU.
        case emulate
        /// The host's own.
        case host
        /// The document's `<sysinfo>`.
        case sysinfo
    }

    /// Where what SMBIOS tells the guest comes from; nil leaves it to QEMU.
    public var smbios: SMBIOSMode? {
        get { element.first("smbios")?.value("mode") }
        set {
            guard newValue != smbios else { return }
            element.editChild("smbios", in: Self.order) { $0["mode"] = newValue?.rawValue }
        }
    }

    /// What the firmware tries, in order; libvirt refuses it beside devices with a boot order of their own.
    public var bootDevices: [BootDevice] {
        get { element.all("boot").compactMap { $0.value("dev") } }
        set {
            guard newValue != bootDevices else { return }
            let elements = newValue.map { XMLElement("boot", ["dev": $0.rawValue]) }
            element.setChildren("boot", to: elements, in: Self.order)
        }
    }
}
