// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel

extension DomainPlanner {
    /// What the guest is seen and operated with, its socket, and the host's devices.
    func setPeripherals(of instance: Instance, resources: InstanceResources, in document: inout DomainDocument) {
        let peripherals = instance.peripherals
        if let graphics = peripherals.graphics {
            document.graphics = [Self.graphics(graphics, socket: resources.guestSocket("screen"))]
            document.inputs = inputs(of: instance)
        }
        if let model = video(of: instance) { document.videos = [Video(model: model.domainModel)] }
        switch peripherals.vsock {
        case .automatic: document.virtualSocket = VirtualSocket(contextID: nil)
        case .number(let id): document.virtualSocket = VirtualSocket(contextID: id.value)
        case nil: break
        }
        document.filesystems = filesystems(of: instance)
        document.hostDevices = peripherals.hostDevices.enumerated().compactMap { index, device in
            guard let source = device.domainSource else { return nil }
            var planned = DomainXML.HostDevice(source)
            planned.alias = "ua-host-\(index)"
            return planned
        }
    }

    /// Entropy from the host, as fast as the guest may have it.
    func randomSource(of instance: Instance) -> RandomSource {
        var source = RandomSource.virtio
        source.rate = instance.peripherals.entropyLimit.map { limit in
            RandomSource.Rate(bytes: Int(clamping: limit.bytes.bytes), periodMilliseconds: limit.milliseconds)
        }
        return source
    }

    private static func graphics(_ graphics: InstanceModel.Graphics, socket: String?) -> DomainXML.Graphics {
        let kind: DomainXML.Graphics.Kind = graphics.kind == .vnc ? .vnc : .spice
        switch graphics.listener {
        case .socket: return DomainXML.Graphics(kind: kind, listener: .socket(path: socket))
        case .ipv4Loopback, .ipv6Loopback:
            return DomainXML.Graphics(kind: kind, listener: .address(graphics.listener.rawValue))
        }
    }

    /// The card that was asked for; else, where it is seen, one that the guest has a driver for.
    func video(of instance: Instance) -> VideoModel? {
        if let video = instance.peripherals.video { return video }
        guard instance.peripherals.graphics != nil else { return nil }
        return isPC && instance.platform.family != .linux ? .vga : .virtio
    }

    /// The tablet that was asked for; else one that the guest has a driver for.
    private func tablet(of instance: Instance) -> Tablet {
        instance.peripherals.tablet ?? (instance.platform.family == .linux ? .virtio : .usb)
    }

    private func inputs(of instance: Instance) -> [InputDevice] {
        let tablet = tablet(of: instance)
        let bus: InputDevice.Bus = tablet == .usb ? .usb : .virtio
        let pointers = tablet == .absent ? [] : [InputDevice(kind: .tablet, bus: bus)]
        // A PC has a keyboard of its own.
        return pointers + (isPC ? [] : [InputDevice(kind: .keyboard, bus: bus)])
    }

    var isPC: Bool { facts.architecture == OperatingSystem.Architecture.x86.rawValue }

    /// The devices among these that take a PCIe root port each; a PC's graphics card has a place of its own.
    func peripheralPorts(of document: DomainDocument) -> Int {
        let onUSB = Self.needsUSB(document) ? 1 : 0
        let onPCI = document.hostDevices.count { device in
            if case .usb = device.source { false } else { true }
        }
        return onUSB + onPCI + document.filesystems.count + document.memoryDevices.count
            + document.inputs.count { $0.bus == .virtio }
            + (document.virtualSocket == nil ? 0 : 1) + (isPC ? 0 : document.videos.count)
    }

    /// Whether something is plugged into USB.
    static func needsUSB(_ document: DomainDocument) -> Bool {
        document.inputs.contains { $0.bus == .usb }
            || document.hostDevices.contains { device in
                if case .usb = device.source { true } else { false }
            }
    }
}

extension VideoModel {
    fileprivate var domainModel: Video.Model {
        switch self {
        case .virtio: .virtio
        case .vga: .vga
        case .qxl: .qxl
        case .bochs: .bochs
        case .absent: .absent
        }
    }
}

extension InstanceModel.HostDevice {
    /// What is claimed of it on the host.
    var claimKind: Claim.Kind {
        switch self {
        case .pci, .pciKind: .pci
        case .mediated: .mediatedDevice
        case .usb: .usb
        }
    }

    /// Where it is; nil where that was not looked up.
    fileprivate var domainSource: DomainXML.HostDevice.Source? {
        switch self {
        case .pciKind: nil
        case .pci(let address):
            .pci(domain: address.domain, bus: address.bus, slot: address.slot, function: address.function)
        case .mediated(let device): .mediated(device.description)
        case .usb(let identity): .usb(vendor: identity.vendor, product: identity.product)
        }
    }
}
