// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A controller, which other devices are plugged into (`<controller>`).
public struct Controller: DomainDevice {
    /// `controller`.
    public static let elementName: XMLName = "controller"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<controller>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a controller.
    ///
    /// - Parameters:
    ///   - kind: What can be plugged into it.
    ///   - model: What the guest sees; nil leaves it to libvirt.
    ///   - index: Its number among controllers of its kind, from 0; nil leaves it to libvirt.
    public init(kind: Kind, model: Model?, index: Int?) {
        element = XMLElement(
            Self.elementName,
            ["type": kind.rawValue, "index": index.map(String.init), "model": model?.rawValue])
    }

    /// What is plugged into a controller.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case pci, usb, scsi, sata, ide, fdc
        case virtioSerial = "virtio-serial"
    }

    /// What the guest sees.
    public enum Model: String, Sendable, Hashable, CaseIterable {
        case pcieRoot = "pcie-root"
        case pcieRootPort = "pcie-root-port"
        case pcieToPCIBridge = "pcie-to-pci-bridge"
        case pciBridge = "pci-bridge"
        case pciRoot = "pci-root"
        case virtioSCSI = "virtio-scsi"
        case qemuXHCI = "qemu-xhci"
        case absent = "none"
    }

    /// The root of a q35 machine's PCI Express tree; it goes before every root port (libvirt 9.0: error 27 else).
    public static let pcieRoot = Controller(kind: .pci, model: .pcieRoot, index: 0)

    /// The PCI bus of a PC without PCI Express.
    public static let pciRoot = Controller(kind: .pci, model: .pciRoot, index: 0)

    /// No USB controller, which libvirt adds to a machine that does not refuse it.
    public static let noUSB = Controller(kind: .usb, model: .absent, index: nil)

    /// A USB controller that guests of all kinds know.
    public static let qemuXHCI = Controller(kind: .usb, model: .qemuXHCI, index: 0)

    /// A port that one device can be plugged into while the guest runs; its number among PCI controllers counts from 1.
    public static func pcieRootPort(index: Int) -> Controller {
        Controller(kind: .pci, model: .pcieRootPort, index: index)
    }

    /// The controller of channels.
    public static func virtioSerial(index: Int = 0) -> Controller {
        Controller(kind: .virtioSerial, model: nil, index: index)
    }

    /// The controller of SCSI disks.
    public static func virtioSCSI(index: Int = 0) -> Controller {
        Controller(kind: .scsi, model: .virtioSCSI, index: index)
    }

    /// What can be plugged into it.
    public var kind: Kind? { element.value("type") }

    /// What the guest sees.
    public var model: Model? {
        get { element.value("model") }
        set { if newValue != model { element["model"] = newValue?.rawValue } }
    }

    /// Its number among controllers of its kind.
    public var index: Int? {
        get { element.number("index") }
        set { if newValue != index { element["index"] = newValue.map(String.init) } }
    }
}
