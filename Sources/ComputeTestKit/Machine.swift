// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel

/// An instance of the fake hypervisor.
struct Machine: Sendable {
    let id: InstanceID
    var instance: Instance
    var state: InstanceState
    let createdAt: Date
    var listens = true
    var lockedBy: LockHolder?
    var consoleLog: [UInt8] = []
    var console: FakeConsole?
    var followers: [AsyncThrowingStream<[UInt8], any Error>.Continuation] = []

    init(id: InstanceID, instance: Instance, state: InstanceState, createdAt: Date) {
        self.id = id
        self.instance = instance
        self.state = state
        self.createdAt = createdAt
    }

    /// Whether the guest has power.
    var isOn: Bool { [.running, .paused, .suspended, .rescued, .migrating].contains(state) }

    /// What errors call it.
    var subject: String { "instance \(instance.name)" }

    /// The stored images that it stands on.
    var images: [ImageName] {
        return instance.disks.compactMap(\.image) + [instance.boot?.kernel, instance.boot?.initrd].compactMap { $0 }
    }

    /// The host's side of its published ports.
    var endpoints: [PublishedPort] {
        instance.interfaces.flatMap(\.network.publishedPorts)
    }

    /// The instance as the ports tell it.
    func status(imageSizes: [ImageName: ByteCount]) -> InstanceStatus {
        InstanceStatus(
            id: id, name: instance.name.description, state: state, vcpus: instance.vcpus.value,
            memory: instance.memory.size, createdAt: createdAt,
            disks: instance.disks.enumerated().map { Self.status(of: $1, at: $0, imageSizes) },
            interfaces: instance.interfaces.enumerated().map { Self.status(of: $1, at: $0) },
            labels: instance.labels.pairs, lockedBy: lockedBy)
    }

    private static func status(of disk: Disk, at index: Int, _ sizes: [ImageName: ByteCount]) -> DiskStatus {
        let target = (disk.bus == .virtio ? "vd" : "sd") + String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index)))
        let bytes = disk.size?.size.bytes ?? disk.image.flatMap { sizes[$0] }?.bytes
        return DiskStatus(target: target, image: disk.image?.description, sizeBytes: bytes ?? 0)
    }

    private static func status(of interface: Interface, at index: Int) -> InterfaceStatus {
        let mac = interface.mac ?? MACAddress(qemuSuffix: (0, 0, UInt8(index)))
        return InterfaceStatus(
            mac: "\(mac)", network: interface.network.summary,
            publish: interface.network.publishedPorts.map(\.description))
    }
}
